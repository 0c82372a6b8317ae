import { eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, hubs } from '../../tables/index.ts';
import { anywhere } from '../like.ts';

type HubRow = typeof hubs.$inferSelect;
export type HubSettingsRecord = Pick<HubRow, 'retentionDays' | 'reactionsEnabled'>;

export const hubDefaults: HubSettingsRecord = { retentionDays: 3650, reactionsEnabled: true };

const settingsColumns = columnsOf(hubs, { only: ['retentionDays', 'reactionsEnabled'] });

export async function insertHub(
  tx: Transaction,
  hub: Pick<HubRow, 'id' | 'name'>,
  now: number,
): Promise<void> {
  const { id, name } = hub;
  await tx.write(build.insert(hubs).values({ id, name, origins: [], createdMs: now }));
}

export async function updateHub(
  hub: Hub,
  changes: Partial<Pick<HubRow, 'name' | 'origins'>>,
): Promise<void> {
  if (Object.keys(changes).length > 0)
    await hub.write(build.update(hubs).set(changes).where(eq(hubs.id, hub.id)));
}

export async function hasHubs(tx: Transaction): Promise<boolean> {
  return (await tx.read('SELECT 1 FROM hubs LIMIT 1', [])).length > 0;
}

/** Whether the hub exists. */
export async function isHub(hub: Hub): Promise<boolean> {
  return (await hub.read('SELECT 1 FROM hubs WHERE id = ?', [hub.id])).length > 0;
}

export async function listHubIds(tx: Transaction): Promise<string[]> {
  const rows = await tx.read<{ id: string }>('SELECT id FROM hubs ORDER BY id', []);
  return rows.map((row) => row.id);
}

/**
 * Tells whether any hub allows pages of this origin. A CORS preflight does not say which hub the
 * call will name.
 */
export async function isAllowedSomewhere(tx: Transaction, origin: string): Promise<boolean> {
  const rows = await tx.read('SELECT 1 FROM hubs WHERE origins LIKE ? LIMIT 1', [
    anywhere(JSON.stringify(origin)),
  ]);
  return rows.length > 0;
}

export async function findHubSettings(hub: Hub): Promise<HubSettingsRecord> {
  const [row] = await hub.read<HubSettingsRecord>(
    `SELECT ${settingsColumns.list} FROM hubs WHERE id = ?`,
    [hub.id],
  );
  return row ? settingsColumns.decode(row) : hubDefaults;
}

export const queueHubSettings = (hub: Hub, settings: HubSettingsRecord): void =>
  hub.changeAtCommit(hubs, { id: hub.id }, settings);

/** Queues a change of the number of members. Until the commit it locks nothing. */
export const queueMemberCount = (hub: Hub, change: number): void =>
  hub.atCommit({
    sql: 'UPDATE hubs SET member_count = member_count + ? WHERE id = ?',
    params: [change, hub.id],
  });

/** Locks the hub's row. While it is locked, nobody gains or loses a right in the hub. */
export async function lockHub(hub: Hub): Promise<void> {
  await hub.lock('SELECT 1 FROM hubs WHERE id = ? FOR UPDATE', [hub.id]);
}

/**
 * Returns the acl_epoch. Locks the hub's row until the end of the transaction, so that nobody loses
 * a right meanwhile; for a transaction that raises the epoch itself as `lockHub` does.
 */
export async function lockEpoch(
  hub: Hub,
  { raises }: { raises: boolean },
): Promise<number | undefined> {
  const [row] = await hub.lock<{ epoch: number }>(
    `SELECT acl_epoch AS epoch FROM hubs WHERE id = ?
     ${raises ? 'FOR UPDATE' : 'LOCK IN SHARE MODE'}`,
    [hub.id],
  );
  return row?.epoch;
}

/** Queues that rights read before are read again. Only for calls that append no event. */
export const queueNextEpoch = (hub: Hub): void =>
  hub.atCommit({
    sql: 'UPDATE hubs SET acl_epoch = acl_epoch + 1 WHERE id = ?',
    params: [hub.id],
  });
