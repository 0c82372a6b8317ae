/** Events that are older than the log keeps them. */
import type { Hub, Transaction } from '../connection/transaction.ts';

/**
 * Returns the hubs whose log begins with an event older than a time: a message, or one of the event
 * table. Reads one event of each hub.
 */
export async function listHubsWithOldEvents(
  tx: Transaction,
  olderThanMs: number,
): Promise<string[]> {
  const rows = await tx.read<{ hubId: string }>(
    `SELECT h.id AS hubId FROM hubs h
     LEFT JOIN messages m FORCE INDEX (messages_seq)
       ON m.hub_id = h.id AND m.seq = h.log_floor + 1
     LEFT JOIN events e FORCE INDEX (PRIMARY) ON e.hub_id = h.id AND e.seq = h.log_floor + 1
     WHERE h.log_floor < h.seq AND COALESCE(m.created_ms, e.created_ms, 0) < ?`,
    [olderThanMs],
  );
  return rows.map((row) => row.hubId);
}

/**
 * Queues that the beginning of a hub's log is cut off, at most `limit` events: up to the first that
 * is not older than a time. The log's floor rises to the last of them. Their rows are deleted from
 * the event table; messages stay. Returns how many events it cuts off.
 */
export async function queueLogCut(hub: Hub, olderThanMs: number, limit: number): Promise<number> {
  const [bounds] = await hub.read<{ floor: number }>(
    'SELECT log_floor AS floor FROM hubs WHERE id = ?',
    [hub.id],
  );
  const first = [hub.id, bounds?.floor ?? 0, limit];
  const rows = await hub.read<{ seq: number; createdMs: number }>(
    `(SELECT seq, created_ms AS createdMs FROM messages FORCE INDEX (messages_seq)
       WHERE hub_id = ? AND seq > ? ORDER BY seq LIMIT ?)
     UNION ALL
     (SELECT seq, created_ms FROM events WHERE hub_id = ? AND seq > ? ORDER BY seq LIMIT ?)
     ORDER BY seq LIMIT ?`,
    [...first, ...first, limit],
  );
  const kept = rows.findIndex(({ createdMs }) => createdMs >= olderThanMs);
  const old = kept < 0 ? rows : rows.slice(0, kept);
  const last = old.at(-1)?.seq;
  if (last === undefined) return 0;
  hub.atCommit(
    {
      sql: 'UPDATE hubs SET log_floor = GREATEST(log_floor, ?) WHERE id = ?',
      params: [last, hub.id],
    },
    { sql: 'DELETE FROM event_targets WHERE hub_id = ? AND seq <= ?', params: [hub.id, last] },
    { sql: 'DELETE FROM events WHERE hub_id = ? AND seq <= ?', params: [hub.id, last] },
  );
  return old.length;
}
