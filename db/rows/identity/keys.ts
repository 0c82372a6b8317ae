import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { bits } from '../../../acl/language/permission.ts';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, keys } from '../../tables/index.ts';
import { hashOf } from '../hash.ts';

type KeyRow = typeof keys.$inferSelect;
export type KeyKind = 'api' | 'oauth' | 'braincloud';
export type KeyRecord = Pick<KeyRow, 'id' | 'hubId' | 'permission' | 'userId' | 'revokedMs'>;

const columns = columnsOf(keys);
const recordColumns = columnsOf(keys, {
  only: ['id', 'hubId', 'permission', 'userId', 'revokedMs'],
});

/** Returns the key that has this secret, also a revoked one. */
export async function findKey(
  tx: Transaction,
  secret: string,
  ...kinds: KeyKind[]
): Promise<KeyRecord | undefined> {
  const [row] = await tx.read<KeyRecord>(
    `SELECT ${recordColumns.list} FROM \`keys\` WHERE secret_hash = ? AND kind IN (?)`,
    [hashOf(secret), kinds],
  );
  return row;
}

/** Returns a key of a hub by its id, also a revoked one. */
export async function findKeyById(
  tx: Transaction,
  hubId: string,
  id: string,
): Promise<KeyRecord | undefined> {
  const [row] = await tx.read<KeyRecord>(
    `SELECT ${recordColumns.list} FROM \`keys\` WHERE hub_id = ? AND id = ?`,
    [hubId, id],
  );
  return row;
}

/** Whether a key exists, revoked or not, that session.exchange gives tokens for. */
export async function isClient(tx: Transaction, keyId: string): Promise<boolean> {
  const rows = await tx.read(
    "SELECT 1 FROM `keys` WHERE id = ? AND kind IN ('oauth', 'braincloud') LIMIT 1",
    [keyId],
  );
  return rows.length > 0;
}

/**
 * Returns the user who made a key, or the key with which it was made, and so on; an empty id where
 * that is the operator.
 */
export async function findFirstMaker(
  tx: Transaction,
  hubId: string,
  keyId: string,
): Promise<string> {
  const [row] = await tx.read<{ createdBy: string }>(
    `WITH RECURSIVE makers (created_by, made_by_key) AS (
       SELECT created_by, made_by_key FROM \`keys\` WHERE hub_id = ? AND id = ?
       UNION ALL
       SELECT k.created_by, k.made_by_key FROM makers m
       JOIN \`keys\` k ON k.hub_id = ? AND k.id = m.made_by_key WHERE m.created_by IS NULL
     )
     SELECT created_by AS createdBy FROM makers WHERE created_by IS NOT NULL`,
    [hubId, keyId, hubId],
  );
  return row?.createdBy ?? '';
}

/** Returns the kind of a key of the hub, revoked or not; undefined if there is no such key. */
export async function findKeyKind(hub: Hub, keyId: string): Promise<KeyKind | undefined> {
  const [row] = await hub.read<{ kind: KeyKind }>(
    'SELECT kind FROM `keys` WHERE hub_id = ? AND id = ?',
    [hub.id, keyId],
  );
  return row?.kind;
}

/**
 * Returns a live key, and locks it against being revoked: what is made with it meanwhile is seen
 * by the transaction that revokes it next.
 */
export async function lockLiveKey(
  hub: Hub,
  keyId: string,
): Promise<Pick<KeyRow, 'makerPrivilege'> | undefined> {
  const [row] = await hub.lock<Pick<KeyRow, 'makerPrivilege'>>(
    `SELECT maker_privilege AS makerPrivilege FROM \`keys\`
     WHERE hub_id = ? AND id = ? AND revoked_ms IS NULL LOCK IN SHARE MODE`,
    [hub.id, keyId],
  );
  return row;
}

/** Locks a live key, which the caller revokes. */
export async function lockKeyToRevoke(
  hub: Hub,
  keyId: string,
): Promise<Pick<KeyRow, 'kind' | 'permission' | 'userId'> | undefined> {
  const [row] = await hub.lock<Pick<KeyRow, 'kind' | 'permission' | 'userId'>>(
    `SELECT kind, permission, user_id AS userId FROM \`keys\`
     WHERE hub_id = ? AND id = ? AND revoked_ms IS NULL FOR UPDATE`,
    [hub.id, keyId],
  );
  return row;
}

export async function insertKey(
  hub: Hub,
  key: Omit<typeof keys.$inferInsert, 'hubId'>,
): Promise<void> {
  await hub.write(build.insert(keys).values({ hubId: hub.id, ...key }));
}

/** Returns all keys of a hub, oldest first. */
export const listKeys = (hub: Hub): Promise<KeyRow[]> =>
  hub.read<KeyRow>(
    `SELECT ${columns.list} FROM \`keys\` WHERE hub_id = ? ORDER BY created_ms, id`,
    [hub.id],
  );

/** Revokes keys of a hub; returns how many of them were live. */
export async function revokeKeys(
  hub: Hub,
  keyIds: readonly string[],
  now: number,
): Promise<number> {
  return hub.write(
    build
      .update(keys)
      .set({ revokedMs: now })
      .where(and(eq(keys.hubId, hub.id), inArray(keys.id, [...keyIds]), isNull(keys.revokedMs))),
  );
}

/** Returns the ids of the live keys that were made with one of these keys. */
export async function listKeysMadeWith(hub: Hub, keyIds: readonly string[]): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    'SELECT id FROM `keys` WHERE hub_id = ? AND made_by_key IN (?) AND revoked_ms IS NULL',
    [hub.id, keyIds],
  );
  return rows.map((row) => row.id);
}

export type UserKey = Pick<KeyRow, 'id' | 'hubId' | 'name' | 'createdMs'>;

/** Returns the live keys that act as a user, newest first; with `onlyHubId` those of that hub. */
export const listUserKeys = (
  tx: Transaction,
  userId: string,
  onlyHubId: string | null,
): Promise<UserKey[]> =>
  tx.read<UserKey>(
    `SELECT id, hub_id AS hubId, name, created_ms AS createdMs FROM \`keys\`
     WHERE user_id = ? AND revoked_ms IS NULL AND (? IS NULL OR hub_id = ?) ORDER BY id DESC`,
    [userId, onlyHubId, onlyHubId],
  );

/**
 * Returns the ids of live keys that a user created and that have rights beyond `privilege`. Without
 * the owner's bit these are also applications and keys that act as another member, without any
 * privilege also all that act as the user.
 */
export async function listKeysBeyond(
  hub: Hub,
  userId: string,
  privilege: number,
): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `SELECT id FROM \`keys\`
     WHERE hub_id = ? AND revoked_ms IS NULL
       AND ((created_by = ? AND (permission & ~?) <> 0) OR (? = 0 AND user_id = ?)
         OR (created_by = ? AND (? & ?) = 0 AND (kind = 'braincloud' OR user_id <> ?)))`,
    [hub.id, userId, privilege, privilege, userId, userId, privilege, bits.owner, userId],
  );
  return rows.map((row) => row.id);
}

/** Takes from the live keys that a user made the rights of their maker beyond `privilege`. */
export const limitMakerPrivilege = (hub: Hub, userId: string, privilege: number): Promise<number> =>
  hub.write(
    build
      .update(keys)
      .set({ makerPrivilege: sql`${keys.makerPrivilege} & ${privilege}` })
      .where(and(eq(keys.hubId, hub.id), eq(keys.createdBy, userId), isNull(keys.revokedMs))),
  );

/** Returns the ids of live keys that a user made and that issue no sessions, or none any more. */
export async function listKeysThatIssueNone(hub: Hub, userId: string): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `SELECT id FROM \`keys\`
     WHERE hub_id = ? AND created_by = ? AND revoked_ms IS NULL AND (maker_privilege & ?) = 0`,
    [hub.id, userId, bits.owner],
  );
  return rows.map((row) => row.id);
}

export interface AppKey {
  id: string;
  permission: number;
  appSecret: string;
}

/** Returns the live keys with which a hub's applications sign; their secrets are encrypted. */
export const listAppKeys = (tx: Transaction, hubId: string): Promise<AppKey[]> =>
  tx.read<AppKey>(
    `SELECT id, permission, app_secret AS appSecret FROM \`keys\`
     WHERE hub_id = ? AND app_secret IS NOT NULL AND revoked_ms IS NULL ORDER BY created_ms`,
    [hubId],
  );
