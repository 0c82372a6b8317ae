import { and, eq, inArray, lt } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, sessions } from '../../tables/index.ts';
import { hashOf } from '../hash.ts';

export type SessionRecord = typeof sessions.$inferSelect;

const columns = columnsOf(sessions);

export async function insertSession(
  tx: Transaction,
  session: Omit<typeof sessions.$inferInsert, 'tokenHash'> & { token: string },
): Promise<void> {
  const { token, ...row } = session;
  await tx.write(build.insert(sessions).values({ ...row, tokenHash: hashOf(token) }));
}

/** Returns a user's live sessions, newest first; with `onlyHubId` those of that hub. */
export async function listSessions(
  tx: Transaction,
  userId: string,
  onlyHubId: string | null,
  now: number,
): Promise<SessionRecord[]> {
  const rows = await tx.read<SessionRecord>(
    `SELECT ${columns.list} FROM sessions
     WHERE user_id = ? AND expires_ms > ? AND (? IS NULL OR hub_id = ?)
     ORDER BY created_ms DESC, id DESC`,
    [userId, now, onlyHubId, onlyHubId],
  );
  return rows.map(columns.decode);
}

/** Deletes sessions of a user, and queues that the user's rights are read again in every hub. */
export async function deleteSessions(
  tx: Transaction,
  userId: string,
  sessionIds: readonly string[],
): Promise<void> {
  if (sessionIds.length === 0) return;
  await tx.write(
    build
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), inArray(sessions.id, [...sessionIds]))),
  );
  tx.atCommit({
    sql: `UPDATE members m JOIN hubs h ON h.id = m.hub_id SET h.acl_epoch = h.acl_epoch + 1
      WHERE m.user_id = ?`,
    params: [userId],
  });
}

/**
 * Deletes the sessions that a key issued; returns their ids. A session that is issued at this
 * moment is worthless too, because its key is revoked.
 */
export async function deleteKeySessions(hub: Hub, keyId: string): Promise<string[]> {
  const [rows] = await Promise.all([
    hub.read<{ id: string }>('SELECT id FROM sessions WHERE hub_id = ? AND key_id = ?', [
      hub.id,
      keyId,
    ]),
    hub.write(
      build.delete(sessions).where(and(eq(sessions.hubId, hub.id), eq(sessions.keyId, keyId))),
    ),
  ]);
  return rows.map((row) => row.id);
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

/** Returns what a gateway keeps of a session, also of one that has expired and is not deleted. */
export async function findSessionMemory(
  tx: Transaction,
  token: string,
): Promise<SessionMemory | undefined> {
  const [row] = await tx.read<SessionRecord>(
    `SELECT ${columns.list} FROM sessions WHERE token_hash = ?`,
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
