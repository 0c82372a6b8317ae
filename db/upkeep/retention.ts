/**
 * Messages that are older than their hub keeps them. First they expire: the room's `expiredAt`
 * rises, and from then on nobody sees them. Then they are purged: text, files and reactions are
 * deleted. Their rows are events too, so they stay until the event log no longer reaches back to
 * them.
 */
import type { Hub, Transaction } from '../connection/transaction.ts';
import { deleteEchoes } from '../rows/messages/echoes.ts';
import { deleteMessageRows, lockMessagesBetween } from '../rows/messages/messages.ts';
import { deleteOwnCountsUpTo } from '../rows/messages/own-counts.ts';
import { deleteRemovalsUpTo } from '../rows/messages/removals.ts';
import { deleteRooms, type LockedRoom } from '../rows/rooms/rooms.ts';
import { deleteContents } from '../writing/deletions.ts';

/** Messages that one transaction purges: nobody waits long for the room. */
export const messagesAtOnce = 500;

export interface HubRetention {
  hubId: string;
  retentionDays: number;
}

/** Returns how long each hub keeps messages. */
export const listRetentions = (tx: Transaction): Promise<HubRetention[]> =>
  tx.read<HubRetention>(
    'SELECT id AS hubId, retention_days AS retentionDays FROM hubs ORDER BY id',
    [],
  );

/** When a message was posted, and its event. */
interface Posted {
  createdMs: number;
  seq: number;
}

/**
 * Returns the time of the oldest message of a hub that has not expired, and the first event of such
 * messages, if there is any. Reads a message of each room.
 */
export async function findOldest(hub: Hub): Promise<Posted | undefined> {
  const [row] = await hub.read<{ [K in keyof Posted]: number | null }>(
    `SELECT MIN(m.created_ms) AS createdMs, MIN(m.seq) AS seq
     FROM rooms r STRAIGHT_JOIN messages m
       ON m.hub_id = r.hub_id AND m.room_id = r.id AND m.ordinal = r.expired_at + 1
     WHERE r.hub_id = ?`,
    [hub.id],
  );
  const { createdMs = null, seq = null } = row ?? {};
  return createdMs === null || seq === null ? undefined : { createdMs, seq };
}

/**
 * Returns the first messages of a hub that have not expired, in the order of events from one on:
 * the oldest ones, unless the clock was set back. Reads them by an index.
 */
export const listFrom = (
  hub: Hub,
  seq: number,
  limit: number,
): Promise<(Posted & { roomId: string })[]> =>
  hub.read<Posted & { roomId: string }>(
    `SELECT m.created_ms AS createdMs, m.seq, m.room_id AS roomId
     FROM messages m FORCE INDEX (messages_seq) STRAIGHT_JOIN rooms r
       ON r.hub_id = m.hub_id AND r.id = m.room_id AND r.expired_at < m.ordinal
     WHERE m.hub_id = ? AND m.seq >= ? ORDER BY m.seq LIMIT ?`,
    [hub.id, seq, limit],
  );

/** Returns rooms in which a message is older than a time and has not expired. */
export async function listExpiring(hub: Hub, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `SELECT r.id FROM rooms r JOIN messages m
       ON m.hub_id = r.hub_id AND m.room_id = r.id AND m.ordinal = r.expired_at + 1
     WHERE r.hub_id = ? AND m.created_ms < ? ORDER BY r.id LIMIT ?`,
    [hub.id, beforeMs, limit],
  );
  return rows.map((row) => row.id);
}

/**
 * Lets the messages of locked rooms expire that are older than a time, and deletes their pins.
 * Returns the rooms in which any did.
 */
export async function expireBefore(
  hub: Hub,
  rooms: readonly LockedRoom[],
  beforeMs: number,
): Promise<LockedRoom[]> {
  if (rooms.length === 0) return [];
  const ids = rooms.map((room) => room.id);
  // Of the newest of the old ones; a later message may be older, after the clock was set back.
  const rows = await hub.read<{ id: string; ordinal: number | null }>(
    `SELECT r.id, GREATEST(
       COALESCE((SELECT m.ordinal FROM messages m
         WHERE m.hub_id = r.hub_id AND m.room_id = r.id AND m.created_ms < ?
         ORDER BY m.created_ms DESC LIMIT 1), 0),
       COALESCE((SELECT m.ordinal FROM messages m
         WHERE m.hub_id = r.hub_id AND m.room_id = r.id AND m.ordinal = r.expired_at + 1
           AND m.created_ms < ?), 0)) AS ordinal
     FROM rooms r WHERE r.hub_id = ? AND r.id IN (?)`,
    [beforeMs, beforeMs, hub.id, ids],
  );
  const lastOrdinals = new Map(rows.map((row) => [row.id, row.ordinal ?? 0]));
  const expired = rooms.filter((room) => (lastOrdinals.get(room.id) ?? 0) > room.expiredAt);
  if (expired.length === 0) return [];
  for (const room of expired) room.change({ expiredAt: lastOrdinals.get(room.id) ?? 0 });
  await hub.write({
    sql: `DELETE p FROM pins p JOIN messages m ON m.hub_id = p.hub_id AND m.id = p.message_id
      WHERE p.hub_id = ? AND p.room_id IN (?) AND m.created_ms < ?`,
    params: [hub.id, ids, beforeMs],
  });
  return expired;
}

/** Queues the expiry of a locked room up to an ordinal, and the removal of the pins there. */
export function queueExpiry(hub: Hub, room: LockedRoom, ordinal: number): void {
  room.change({ expiredAt: ordinal });
  hub.atCommit({
    sql: `DELETE p FROM pins p JOIN messages m ON m.hub_id = p.hub_id AND m.id = p.message_id
      WHERE p.hub_id = ? AND p.room_id = ? AND m.ordinal <= ?`,
    params: [hub.id, room.id, ordinal],
  });
}

export interface UnpurgedRoom {
  hubId: string;
  roomId: string;
}

/**
 * Returns rooms of any hub that have expired messages that are not purged, and deleted rooms that
 * participants have yet to leave.
 */
export const listUnpurged = (tx: Transaction, limit: number): Promise<UnpurgedRoom[]> =>
  tx.read<UnpurgedRoom>(
    `SELECT hub_id AS hubId, id AS roomId FROM rooms
     WHERE purged_at < expired_at OR (kind = 'deleted' AND member_count > 0) LIMIT ?`,
    [limit],
  );

/** Purges the oldest expired messages of a locked room; returns whether there are more. */
export async function purgeRoom(
  hub: Hub,
  room: LockedRoom,
  limit: number,
  now: number,
): Promise<boolean> {
  const upTo = Math.min(room.expiredAt, room.purgedAt + limit);
  await deleteContents(hub, await lockMessagesBetween(hub, room.id, room.purgedAt, upTo), now);
  // Nothing counts removals or own messages that have expired.
  await deleteRemovalsUpTo(hub, room.id, upTo);
  await deleteOwnCountsUpTo(hub, room.id, upTo);
  room.change({ purgedAt: upTo });
  return upTo < room.expiredAt;
}

/**
 * Deletes the rows of purged messages to which the event log does not reach back, and the keys
 * under which they were posted. Returns how many.
 */
export async function deletePurged(hub: Hub, limit: number): Promise<number> {
  const rows = await hub.read<{ id: string }>(
    `SELECT m.id FROM rooms r JOIN hubs h ON h.id = r.hub_id
     JOIN messages m ON m.hub_id = r.hub_id AND m.room_id = r.id
     WHERE r.hub_id = ? AND r.purged_at > 0 AND m.ordinal <= r.purged_at AND m.seq <= h.log_floor
     LIMIT ?`,
    [hub.id, limit],
  );
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.id);
  await deleteEchoes(hub, ids);
  await deleteMessageRows(hub, ids);
  return rows.length;
}

/** Deletes the rows of deleted rooms of which no participants, messages or events are left. */
export async function forgetDeletedRooms(hub: Hub, limit: number): Promise<number> {
  const rows = await hub.read<{ id: string }>(
    `SELECT r.id FROM rooms r JOIN hubs h ON h.id = r.hub_id
     WHERE r.hub_id = ? AND r.kind = 'deleted' AND r.member_count = 0
       AND r.last_seq <= h.log_floor AND NOT EXISTS (
       SELECT 1 FROM messages m WHERE m.hub_id = r.hub_id AND m.room_id = r.id)
     LIMIT ?`,
    [hub.id, limit],
  );
  const ids = rows.map((row) => row.id);
  if (ids.length > 0) await deleteRooms(hub, ids);
  return ids.length;
}
