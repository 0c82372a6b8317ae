import { and, eq, inArray, isNull, lt } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, sessions } from '../../tables/index.ts';
import { hashOf } from '../hash.ts';
import { lockUser } from './users.ts';

export type SessionRecord = typeof sessions.$inferSelect;

const columns = columnsOf(sessions);

export function queueSession(
  tx: Transaction,
  session: Omit<typeof sessions.$inferInsert, 'tokenHash'> & { token: string },
): void {
  const { token, ...row } = session;
  tx.atCommit(build.insert(sessions).values({ ...row, tokenHash: hashOf(token) }));
}

/** Returns the session whose first token has this hash, also one that has ended. */
export async function findSession(
  tx: Transaction,
  tokenHash: string,
): Promise<SessionRecord | undefined> {
  const [row] = await tx.read<SessionRecord>(
    `SELECT ${columns.list} FROM sessions WHERE token_hash = ?`,
    [tokenHash],
  );
  return row && columns.decode(row);
}

/** Locks a session that has not been ended. */
export async function lockSession(tx: Transaction, id: string): Promise<SessionRecord | undefined> {
  const [row] = await tx.lock<SessionRecord>(
    `SELECT ${columns.list} FROM sessions WHERE id = ? AND ended_as IS NULL FOR UPDATE`,
    [id],
  );
  return row && columns.decode(row);
}

/** Stores that a session lives longer, and with which token. */
export async function saveRenewal(
  tx: Transaction,
  id: string,
  renewal: Partial<Pick<SessionRecord, 'renewedHash' | 'oldHash' | 'oldEndsMs'>> &
    Pick<SessionRecord, 'renewedMs' | 'expiresMs'>,
): Promise<void> {
  await tx.write(build.update(sessions).set(renewal).where(eq(sessions.id, id)));
}

/** Whose sessions belong together: of these the newest are kept. */
export interface SessionGroup {
  kind: string;
  /** Empty: sessions of a key without a user, which are grouped by the key. */
  userId: string;
  hubId: string | null;
  keyId: string | null;
}

/**
 * Returns the sessions of a group, newest first, and locks the user, so that concurrent log-ins of
 * one user see each other's sessions.
 */
export async function lockSessionGroup(
  tx: Transaction,
  { kind, userId, hubId, keyId }: SessionGroup,
  now: number,
): Promise<{ id: string; state: 'live' | 'expired' | 'ended' }[]> {
  const [, rows] = await Promise.all([
    lockUser(tx, userId),
    tx.lock<{ id: string; state: 'live' | 'expired' | 'ended' }>(
      `SELECT id,
         CASE WHEN ended_as IS NOT NULL THEN 'ended' WHEN expires_ms > ? THEN 'live' ELSE 'expired'
         END AS state
       FROM sessions
       WHERE user_id = ? AND kind = ? AND hub_id <=> ? ${userId === '' ? 'AND key_id <=> ?' : ''}
       ORDER BY created_ms DESC, id DESC LIMIT 1000`,
      [now, userId, kind, hubId, ...(userId === '' ? [keyId] : [])],
    ),
  ]);
  return rows;
}

/**
 * Returns a user's live sessions, newest first, after the one with the id `after`; with
 * `onlyHubId` those of that hub.
 */
export async function listSessions(
  tx: Transaction,
  userId: string,
  { onlyHubId, after, limit, now }: SessionFilter,
): Promise<SessionRecord[]> {
  const rows = await tx.read<SessionRecord>(
    `SELECT ${columns.list} FROM sessions
     WHERE ${liveSessions} AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?`,
    [userId, now, onlyHubId, onlyHubId, after ?? null, after ?? null, limit],
  );
  return rows.map(columns.decode);
}

export interface SessionFilter {
  onlyHubId: string | null;
  after?: string | undefined;
  limit: number;
  now: number;
}

/** Parameters: user, now, and twice the only hub. */
const liveSessions =
  'user_id = ? AND ended_as IS NULL AND expires_ms > ? AND (? IS NULL OR hub_id = ?)';

/** Returns the ids of all live sessions of a user; with `onlyHubId` those of that hub. */
export async function listSessionIds(
  tx: Transaction,
  userId: string,
  onlyHubId: string | null,
  now: number,
): Promise<string[]> {
  const rows = await tx.read<{ id: string }>(`SELECT id FROM sessions WHERE ${liveSessions}`, [
    userId,
    now,
    onlyHubId,
    onlyHubId,
  ]);
  return rows.map((row) => row.id);
}

type Ending = NonNullable<SessionRecord['endedAs']>;

/**
 * Ends sessions of a user, and queues that the user's rights are read again in every hub. The rows
 * stay until the sessions would have expired, so that their tokens are refused as ended.
 */
export async function endSessions(
  tx: Transaction,
  userId: string,
  sessionIds: readonly string[],
  endedAs: Ending,
): Promise<void> {
  if (sessionIds.length === 0) return;
  await tx.write(
    build
      .update(sessions)
      .set({ endedAs })
      .where(and(eq(sessions.userId, userId), inArray(sessions.id, [...sessionIds]))),
  );
  queueUserEpochs(tx, userId);
}

/** Queues that the user's rights are read again in every hub. */
export const queueUserEpochs = (tx: Transaction, userId: string): void =>
  tx.atCommit({
    sql: `UPDATE members m JOIN hubs h ON h.id = m.hub_id SET h.acl_epoch = h.acl_epoch + 1
      WHERE m.user_id = ?`,
    params: [userId],
  });

/** Ends a user's sessions that are good for this hub only. */
export async function endHubSessions(hub: Hub, userId: string): Promise<void> {
  await hub.write(
    build
      .update(sessions)
      .set({ endedAs: 'ended' })
      .where(
        and(eq(sessions.hubId, hub.id), eq(sessions.userId, userId), isNull(sessions.endedAs)),
      ),
  );
}

/**
 * Ends the sessions that were made with keys; returns their ids. With `kind` only those of that
 * kind. The keys are revoked or locked, so that none is made at this moment.
 */
export async function endKeySessions(
  hub: Hub,
  keyIds: readonly string[],
  kind: SessionRecord['kind'] | null = null,
): Promise<string[]> {
  if (keyIds.length === 0) return [];
  const [rows] = await Promise.all([
    hub.read<{ id: string }>(
      `SELECT id FROM sessions
       WHERE hub_id = ? AND key_id IN (?) AND ended_as IS NULL AND (? IS NULL OR kind = ?)`,
      [hub.id, keyIds, kind, kind],
    ),
    hub.write(
      build
        .update(sessions)
        .set({ endedAs: 'revoked' })
        .where(
          and(
            eq(sessions.hubId, hub.id),
            inArray(sessions.keyId, [...keyIds]),
            isNull(sessions.endedAs),
            ...(kind === null ? [] : [eq(sessions.kind, kind)]),
          ),
        ),
    ),
  ]);
  return rows.map((row) => row.id);
}

/** Deletes sessions that have ended or expired. */
export async function deleteSessions(
  tx: Transaction,
  sessionIds: readonly string[],
): Promise<void> {
  if (sessionIds.length > 0)
    await tx.write(build.delete(sessions).where(inArray(sessions.id, [...sessionIds])));
}

/** Deletes up to a thousand expired sessions; returns how many. */
export const deleteExpiredSessions = (tx: Transaction, now: number): Promise<number> =>
  tx.write(build.delete(sessions).where(lt(sessions.expiresMs, now)).limit(1000));

/** What a gateway keeps of a session. */
export interface SessionMemory {
  sessionId: string;
  /** Empty: the session of a key without a user. */
  userId: string;
  hubId: string | null;
  data: Record<string, unknown>;
  expiresMs: number;
}

/** Returns what a gateway keeps of a session, also of one that has expired but was not ended. */
export async function findSessionMemory(
  tx: Transaction,
  token: string,
): Promise<SessionMemory | undefined> {
  const [row] = await tx.read<SessionRecord>(
    `SELECT ${columns.list} FROM sessions WHERE token_hash = ? AND ended_as IS NULL`,
    [hashOf(token)],
  );
  if (!row) return undefined;
  const { id: sessionId, userId, hubId, data, expiresMs } = columns.decode(row);
  return { sessionId, userId, hubId, data: data ?? {}, expiresMs };
}

/** Stores what a gateway keeps of a session, and until when the session lives. */
export async function saveSessionMemory(
  tx: Transaction,
  sessionId: string,
  memory: { data: Record<string, unknown>; expiresMs: number },
): Promise<void> {
  await tx.write(build.update(sessions).set(memory).where(eq(sessions.id, sessionId)));
}
