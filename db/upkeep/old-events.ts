/** Events that are older than the log keeps them. */
import type { Hub, Transaction } from '../connection/transaction.ts';

/** Returns hubs that have events older than a time. */
export async function listHubsWithOldEvents(
  tx: Transaction,
  olderThanMs: number,
): Promise<string[]> {
  const rows = await tx.read<{ hubId: string }>(
    'SELECT DISTINCT hub_id AS hubId FROM events WHERE created_ms < ? LIMIT 1000',
    [olderThanMs],
  );
  return rows.map((row) => row.hubId);
}

/**
 * Queues that a hub's oldest events are deleted, at most `limit` of those older than a time; the
 * log's floor rises to the last of them. Returns how many.
 */
export async function queueOldEventsRemoval(
  hub: Hub,
  olderThanMs: number,
  limit: number,
): Promise<number> {
  const rows = await hub.read<{ seq: number }>(
    'SELECT seq FROM events WHERE hub_id = ? AND created_ms < ? ORDER BY seq LIMIT ?',
    [hub.id, olderThanMs, limit],
  );
  const last = rows.at(-1)?.seq;
  if (last === undefined) return 0;
  hub.atCommit(
    {
      sql: 'UPDATE hubs SET log_floor = GREATEST(log_floor, ?) WHERE id = ?',
      params: [last, hub.id],
    },
    { sql: 'DELETE FROM event_targets WHERE hub_id = ? AND seq <= ?', params: [hub.id, last] },
    { sql: 'DELETE FROM events WHERE hub_id = ? AND seq <= ?', params: [hub.id, last] },
  );
  return rows.length;
}
