import { createHash } from 'node:crypto';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { asId } from '../../../acl/language/fields.ts';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, keys, sessions } from '../../tables/index.ts';

/** Tokens are random: a plain hash of one is as good as a slow one, and quick. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A hub as a call names it: by id, else by host name, else the token's own. */
export interface HubReference {
  id?: string | undefined;
  host?: string | undefined;
  /** The token's own comes before the host's. */
  prefersOwn?: boolean | undefined;
}

/** A hub that a caller came to, and what he is in it. */
export interface Entry {
  hubId: string;
  epoch: number;
  origins: string[];
  /** 0 for a stranger. */
  privilege: number;
  /** Of the user; empty without one. */
  firstname: string;
  lastname: string;
}

export interface Identified {
  userId: string;
  sessionId: string;
  /** The key that made it. */
  keyId: string | null;
  onlyHubId: string | null;
  cap: number;
  grants: string[] | null;
  expiresMs: number;
}

type EntryRow = {
  hubId: string | null;
  epoch: number;
  origins: string;
  privilege: number | null;
  firstname: string | null;
  lastname: string | null;
};
const entryColumns =
  'h.id AS hubId, h.acl_epoch AS epoch, h.origins, m.privilege, u.firstname, u.lastname';
const entryJoins = `LEFT JOIN members m ON m.hub_id = h.id AND m.user_id = s.user_id LEFT JOIN users u ON u.id = s.user_id`;
const ownHub =
  '(SELECT IF(COUNT(*) = 1, MIN(o.hub_id), NULL) FROM members o WHERE o.user_id = s.user_id AND o.privilege > 0)';
const hostHub = '(SELECT hub_id FROM hosts WHERE host = ?)';

/** Which hub it is: a question with one parameter, referenceOf(). */
const chosen = ({ id, prefersOwn }: HubReference): string => {
  if (id !== undefined) return '?';
  return prefersOwn
    ? `COALESCE(s.hub_id, ${ownHub}, ${hostHub})`
    : `COALESCE(${hostHub}, s.hub_id, ${ownHub})`;
};

/** What to look a hub up by. What cannot be an id or a host names no hub. */
export const referenceOf = ({ id, host = '' }: HubReference): string =>
  id === undefined ? (/^[\x21-\x7e]{1,253}$/.test(host) ? host : '') : asId(id);

const entryOf = (row: EntryRow | undefined): Entry | null =>
  row?.hubId
    ? {
        hubId: row.hubId,
        epoch: row.epoch,
        origins: JSON.parse(row.origins) as string[],
        privilege: row.privilege ?? 0,
        firstname: row.firstname ?? '',
        lastname: row.lastname ?? '',
      }
    : null;

/** One keyed read: the session, its hub, the membership, the epoch. */
export async function findSession(
  tx: Transaction,
  token: string,
  hub: HubReference,
  now: number,
): Promise<{ identified: Identified; entry: Entry | null } | undefined> {
  const [row] = await tx.read<EntryRow & Omit<Identified, 'grants'> & { grants: string | null }>(
    `SELECT s.id AS sessionId, s.user_id AS userId, s.key_id AS keyId, s.hub_id AS onlyHubId, s.privilege_cap AS cap, s.expires_ms AS expiresMs, s.grants, ${entryColumns}
     FROM sessions s LEFT JOIN hubs h ON h.id = ${chosen(hub)}
     ${entryJoins}
     WHERE s.token_hash = ? AND s.expires_ms > ?
       AND (s.key_id IS NULL OR EXISTS (SELECT 1 FROM \`keys\` k WHERE k.hub_id = s.hub_id AND k.id = s.key_id AND k.revoked_ms IS NULL))`,
    [referenceOf(hub), hashOf(token), now],
  );
  if (!row) return undefined;
  const { sessionId, keyId, userId, onlyHubId, cap, grants, expiresMs } = row;
  return {
    identified: {
      sessionId,
      keyId,
      userId,
      onlyHubId,
      cap,
      expiresMs,
      grants: grants === null ? null : (JSON.parse(grants) as string[]),
    },
    entry: entryOf(row),
  };
}

/** A hub and what a user is in it. Without a user: only the hub. */
export async function findEntry(
  tx: Transaction,
  userId: string | null,
  hub: HubReference,
  onlyHubId: string | null,
): Promise<Entry | null> {
  const [row] = await tx.read<EntryRow>(
    `SELECT ${entryColumns} FROM (SELECT ? AS user_id, ? AS hub_id) s
     LEFT JOIN hubs h ON h.id = ${chosen(hub)}
     ${entryJoins}`,
    [userId ?? '', onlyHubId, referenceOf(hub)],
  );
  return entryOf(row);
}

export type KeyKind = 'api' | 'oauth' | 'braincloud';

export interface KeyRecord {
  id: string;
  hubId: string;
  permission: number;
  userId: string | null;
}

const keyColumns = columnsOf(keys, { only: ['id', 'hubId', 'permission', 'userId'] });

/** A live key by its secret. */
export async function findKey(
  tx: Transaction,
  token: string,
  ...kinds: KeyKind[]
): Promise<KeyRecord | undefined> {
  const [row] = await tx.read<KeyRecord>(
    `SELECT ${keyColumns.list} FROM \`keys\`
     WHERE secret_hash = ? AND kind IN (?) AND revoked_ms IS NULL`,
    [hashOf(token), kinds],
  );
  return row;
}

export async function insertSession(
  tx: Transaction,
  session: Omit<typeof sessions.$inferInsert, 'tokenHash'> & { token: string },
): Promise<void> {
  const { token, ...row } = session;
  await tx.write(build.insert(sessions).values({ ...row, tokenHash: hashOf(token) }));
}

export type SessionRecord = typeof sessions.$inferSelect;
const sessionColumns = columnsOf(sessions);

/** A user's live sessions, newest first; with `onlyHubId` those of that hub only. */
export async function listSessions(
  tx: Transaction,
  userId: string,
  onlyHubId: string | null,
  now: number,
): Promise<SessionRecord[]> {
  const rows = await tx.read<SessionRecord>(
    `SELECT ${sessionColumns.list} FROM sessions
     WHERE user_id = ? AND expires_ms > ? ${onlyHubId ? 'AND hub_id = ?' : ''}
     ORDER BY created_ms DESC, id DESC`,
    [userId, now, ...(onlyHubId ? [onlyHubId] : [])],
  );
  return rows.map(sessionColumns.decode);
}

/** End sessions; a right read under one of them is read anew in every hub of the user. */
export async function endSessions(
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

/** End the sessions that a key made. One made at this moment dies with the key all the same. */
export async function endKeySessions(hub: Hub, keyId: string): Promise<string[]> {
  const made = and(eq(sessions.hubId, hub.id), eq(sessions.keyId, keyId));
  const rows = await hub.read<{ id: string }>(
    'SELECT id FROM sessions WHERE hub_id = ? AND key_id = ?',
    [hub.id, keyId],
  );
  await hub.write(build.delete(sessions).where(made));
  return rows.map((row) => row.id);
}

/** Forget what has expired; a thousand at a time, so that nothing is locked for long. */
export async function forgetExpired(tx: Transaction, now: number): Promise<number> {
  const affected = await tx.write(
    build.delete(sessions).where(sql`${sessions.expiresMs} < ${now}`).limit(1000),
  );
  return affected;
}

export interface AppKey {
  id: string;
  permission: number;
  appSecret: string;
}

/** The live keys with which a hub's applications sign; their secrets are encrypted. */
export async function listAppKeys(tx: Transaction, hubId: string): Promise<AppKey[]> {
  return tx.read<AppKey>(
    'SELECT id, permission, app_secret AS appSecret FROM `keys` WHERE hub_id = ? AND app_secret IS NOT NULL AND revoked_ms IS NULL ORDER BY created_ms',
    [hubId],
  );
}

/** What a gateway keeps of a session. */
export interface SessionMemory {
  sessionId: string;
  /** Empty: the session of a key without a user. */
  userId: string;
  hubId: string | null;
  data: Record<string, unknown>;
  expiresMs: number;
}

/** What is remembered of a session, also for some time after it has expired. */
export async function findSessionMemory(
  tx: Transaction,
  token: string,
): Promise<SessionMemory | undefined> {
  const [row] = await tx.read<Omit<SessionMemory, 'data'> & { data: string | null }>(
    'SELECT id AS sessionId, user_id AS userId, hub_id AS hubId, data, expires_ms AS expiresMs FROM sessions WHERE token_hash = ?',
    [hashOf(token)],
  );
  return (
    row && {
      ...row,
      data: row.data === null ? {} : (JSON.parse(row.data) as Record<string, unknown>),
    }
  );
}

/** Remember something of a session, and let it live on. */
export async function saveSessionMemory(
  tx: Transaction,
  sessionId: string,
  to: { data: Record<string, unknown>; expiresMs: number },
): Promise<void> {
  await tx.write(build.update(sessions).set(to).where(eq(sessions.id, sessionId)));
}
