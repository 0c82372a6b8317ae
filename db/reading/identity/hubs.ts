/** Hubs with what other tables say of them. */
import type { Hub, Transaction } from '../../connection/transaction.ts';
import type { HubSettingsRecord } from '../../rows/hubs/hubs.ts';
import { columnsOf, hubs } from '../../tables/index.ts';

const columns = columnsOf(hubs, {
  alias: 'h',
  only: ['id', 'name', 'origins', 'retentionDays', 'reactionsEnabled', 'memberCount'],
});

export interface HubRecord extends HubSettingsRecord {
  id: string;
  name: string;
  origins: string[];
  hosts: string[];
  memberCount: number;
  hasApp: 0 | 1;
}

export async function findHub(hub: Hub): Promise<HubRecord | undefined> {
  const [row] = await hub.read<Omit<HubRecord, 'hosts'> & { hostList: string | null }>(
    `SELECT ${columns.list},
       (SELECT GROUP_CONCAT(host ORDER BY host) FROM hosts WHERE hub_id = h.id) AS hostList,
       EXISTS (SELECT 1 FROM \`keys\`
         WHERE hub_id = h.id AND kind = 'braincloud' AND revoked_ms IS NULL) AS hasApp
     FROM hubs h WHERE h.id = ?`,
    [hub.id],
  );
  if (!row) return undefined;
  const { hostList, ...found } = columns.decode(row);
  return { ...found, hosts: hostList?.split(',') ?? [] };
}

/** Returns the hubs of which a user is a member. */
export const listUserHubs = (
  tx: Transaction,
  userId: string,
): Promise<{ hubId: string; name: string; privilege: number }[]> =>
  tx.read(
    `SELECT h.id AS hubId, h.name, m.privilege FROM members m JOIN hubs h ON h.id = m.hub_id
     WHERE m.user_id = ? AND m.privilege > 0 ORDER BY h.name, h.id`,
    [userId],
  );

/** Returns whether a user is a member of another hub too. */
export async function isInOtherHubs(hub: Hub, userId: string): Promise<boolean> {
  const rows = await hub.read(
    'SELECT 1 FROM members WHERE user_id = ? AND hub_id <> ? AND privilege > 0 LIMIT 1',
    [userId, hub.id],
  );
  return rows.length > 0;
}
