import { and, eq, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { blocks, columnsOf, hosts, hubs, keys } from '../../tables/index.ts';
import { referenceOf } from '../identity/sessions.ts';
import { anywhere } from '../like.ts';

export interface HubRecord {
  id: string;
  name: string;
  origins: string[];
  hosts: string[];
  memberCount: number;
  retentionDays: number;
  reactionsEnabled: boolean;
}

export async function insertHub(
  tx: Transaction,
  hub: { id: string; name: string; host?: string | undefined },
  now: number,
): Promise<void> {
  await tx.write(
    build.insert(hubs).values({ id: hub.id, name: hub.name, origins: [], createdMs: now }),
  );
  if (hub.host !== undefined)
    await tx.write(build.insert(hosts).values({ hubId: hub.id, host: hub.host }));
}

export async function findHub(hub: Hub): Promise<HubRecord | undefined> {
  const [row] = await hub.read<
    Omit<HubRecord, 'origins' | 'hosts'> & { origins: string; hosts: string | null }
  >(
    `SELECT h.id, h.name, h.origins, h.retention_days AS retentionDays, h.reactions_enabled AS reactionsEnabled, (SELECT GROUP_CONCAT(host ORDER BY host) FROM hosts WHERE hub_id = h.id) AS hosts,
       (SELECT COUNT(*) FROM members WHERE hub_id = h.id AND privilege > 0) AS memberCount
     FROM hubs h WHERE h.id = ?`,
    [hub.id],
  );
  return (
    row && {
      ...row,
      origins: JSON.parse(row.origins) as string[],
      hosts: row.hosts?.split(',') ?? [],
    }
  );
}

export async function updateHub(
  hub: Hub,
  changes: { name?: string; origins?: string[] },
): Promise<void> {
  if (Object.keys(changes).length > 0)
    await hub.write(build.update(hubs).set(changes).where(eq(hubs.id, hub.id)));
}

/** Which of the host names belong to another hub. */
export async function listTakenHosts(
  tx: Transaction,
  names: readonly string[],
  exceptHubId = '',
): Promise<string[]> {
  if (names.length === 0) return [];
  const rows = await tx.read<{ host: string }>(
    'SELECT host FROM hosts WHERE host IN (?) AND hub_id <> ?',
    [names, exceptHubId],
  );
  return rows.map((row) => row.host);
}

export async function replaceHosts(hub: Hub, names: readonly string[]): Promise<void> {
  await hub.write(build.delete(hosts).where(eq(hosts.hubId, hub.id)));
  if (names.length > 0)
    await hub.write(build.insert(hosts).values(names.map((host) => ({ hubId: hub.id, host }))));
}

/** The allowed origins of the hub that a host name leads to. */
export async function findOrigins(
  tx: Transaction,
  hub: { id?: string | undefined; host?: string | undefined },
): Promise<string[]> {
  const [row] = await tx.read<{ origins: string }>(
    `SELECT origins FROM hubs WHERE id = ${hub.id === undefined ? '(SELECT hub_id FROM hosts WHERE host = ?)' : '?'}`,
    [referenceOf(hub)],
  );
  return row ? (JSON.parse(row.origins) as string[]) : [];
}

/** Whether any hub allows pages of this origin: a preflight does not say which hub the call will name. */
export async function isAllowedSomewhere(tx: Transaction, origin: string): Promise<boolean> {
  return (
    (
      await tx.read('SELECT 1 FROM hubs WHERE origins LIKE ? LIMIT 1', [
        anywhere(JSON.stringify(origin)),
      ])
    ).length > 0
  );
}

export async function hasHubs(tx: Transaction): Promise<boolean> {
  return (await tx.read('SELECT 1 FROM hubs LIMIT 1', [])).length > 0;
}

export async function insertKey(
  hub: Hub,
  key: Omit<typeof keys.$inferInsert, 'hubId'>,
): Promise<void> {
  await hub.write(build.insert(keys).values({ hubId: hub.id, ...key }));
}

type KeyRow = typeof keys.$inferSelect;
const keyColumns = columnsOf(keys);

export async function listKeys(hub: Hub): Promise<KeyRow[]> {
  return hub.read<KeyRow>(
    `SELECT ${keyColumns.list} FROM \`keys\` WHERE hub_id = ? ORDER BY created_ms, id`,
    [hub.id],
  );
}

/** Revoke a key; false when the hub has no such live key. */
export async function revokeKey(hub: Hub, keyId: string, now: number): Promise<boolean> {
  const affected = await hub.write(
    build
      .update(keys)
      .set({ revokedMs: now })
      .where(and(eq(keys.hubId, hub.id), eq(keys.id, keyId), sql`revoked_ms IS NULL`)),
  );
  return affected > 0;
}

/** The live keys that a member made and that may more than he does now. */
export async function listKeysBeyond(
  hub: Hub,
  userId: string,
  privilege: number,
): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    'SELECT id FROM `keys` WHERE hub_id = ? AND created_by = ? AND revoked_ms IS NULL AND (permission & ~?) <> 0',
    [hub.id, userId, privilege],
  );
  return rows.map((row) => row.id);
}

/** Put a block in or take it away; false when it stood so already. */
export async function setBlock(
  hub: Hub,
  userId: string,
  blockedId: string,
  now: number | null,
): Promise<boolean> {
  const where = and(
    eq(blocks.hubId, hub.id),
    eq(blocks.userId, userId),
    eq(blocks.blockedId, blockedId),
  );
  if (now === null) {
    const affected = await hub.write(build.delete(blocks).where(where));
    return affected > 0;
  }
  // Not ON DUPLICATE KEY UPDATE: that counts the row it found as if it had put it in.
  const affected = await hub.write(
    build.insert(blocks).ignore().values({ hubId: hub.id, userId, blockedId, createdMs: now }),
  );
  return affected > 0;
}
