import { and, eq, isNull } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, keys } from '../../tables/index.ts';
import { hashOf } from '../hash.ts';

type KeyRow = typeof keys.$inferSelect;
export type KeyKind = 'api' | 'oauth' | 'braincloud';
export type KeyRecord = Pick<KeyRow, 'id' | 'hubId' | 'permission' | 'userId'>;

const columns = columnsOf(keys);
const recordColumns = columnsOf(keys, { only: ['id', 'hubId', 'permission', 'userId'] });

/** Returns the live key that has this secret. */
export async function findKey(
  tx: Transaction,
  secret: string,
  ...kinds: KeyKind[]
): Promise<KeyRecord | undefined> {
  const [row] = await tx.read<KeyRecord>(
    `SELECT ${recordColumns.list} FROM \`keys\`
     WHERE secret_hash = ? AND kind IN (?) AND revoked_ms IS NULL`,
    [hashOf(secret), kinds],
  );
  return row;
}

/** Returns the kind of a key of the hub, revoked or not; undefined if there is no such key. */
export async function findKeyKind(hub: Hub, keyId: string): Promise<KeyKind | undefined> {
  const [row] = await hub.read<{ kind: KeyKind }>(
    'SELECT kind FROM `keys` WHERE hub_id = ? AND id = ?',
    [hub.id, keyId],
  );
  return row?.kind;
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

/** Revokes a key; returns false when the hub has no such live key. */
export async function revokeKey(hub: Hub, keyId: string, now: number): Promise<boolean> {
  const affected = await hub.write(
    build
      .update(keys)
      .set({ revokedMs: now })
      .where(and(eq(keys.hubId, hub.id), eq(keys.id, keyId), isNull(keys.revokedMs))),
  );
  return affected > 0;
}

/** Returns the ids of live keys that a user created and that have rights beyond `privilege`. */
export async function listKeysBeyond(
  hub: Hub,
  userId: string,
  privilege: number,
): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `SELECT id FROM \`keys\`
     WHERE hub_id = ? AND created_by = ? AND revoked_ms IS NULL AND (permission & ~?) <> 0`,
    [hub.id, userId, privilege],
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
