/**
 * Messages that are older than their hub keeps them. First they expire: the room's `expired_at` rises, and from that moment nobody
 * sees them. Then they are purged: text, files and reactions go. The row stays as a tombstone as long as the event log reaches
 * back to it, for it is an event too.
 */
import { and, eq, inArray, lte } from 'drizzle-orm';
import { build } from '../connection/statements.ts';
import type { Hub, Transaction } from '../connection/transaction.ts';
import { tombstone } from '../reading/messages/views.ts';
import { detachFiles } from '../rows/messages/attachments.ts';
import { deleteReactions } from '../rows/messages/reactions.ts';
import type { LockedRoom } from '../rows/rooms/rooms.ts';
import { messages, removals } from '../tables/index.ts';

export interface Kept {
  hubId: string;
  retentionDays: number;
}

/** Every hub, and how long it keeps messages. */
export const listKept = (tx: Transaction): Promise<Kept[]> =>
  tx.read<Kept>('SELECT id AS hubId, retention_days AS retentionDays FROM hubs ORDER BY id', []);

/** Rooms where a message has been sent before a time and has not expired yet. */
export async function listExpiring(hub: Hub, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `SELECT r.id FROM rooms r JOIN messages m ON m.hub_id = r.hub_id AND m.room_id = r.id AND m.ordinal = r.expired_at + 1
     WHERE r.hub_id = ? AND m.created_ms < ? ORDER BY r.id LIMIT ?`,
    [hub.id, beforeMs, limit],
  );
  return rows.map((row) => row.id);
}

/** Let what was sent in locked rooms before a time expire, and its pins go. Answers where anything did; the rooms are saved by record(). */
export async function expire(
  hub: Hub,
  locked: readonly LockedRoom[],
  beforeMs: number,
): Promise<LockedRoom[]> {
  if (locked.length === 0) return [];
  const ids = locked.map((room) => room.id);
  const rows = await hub.read<{ id: string; ordinal: number | null }>(
    `SELECT r.id, (SELECT m.ordinal FROM messages m WHERE m.hub_id = r.hub_id AND m.room_id = r.id AND m.created_ms < ?
       ORDER BY m.created_ms DESC LIMIT 1) AS ordinal
     FROM rooms r WHERE r.hub_id = ? AND r.id IN (?)`,
    [beforeMs, hub.id, ids],
  );
  const last = new Map(rows.map((row) => [row.id, row.ordinal ?? 0]));
  const expired = locked.filter((room) => (last.get(room.id) ?? 0) > room.expiredAt);
  if (expired.length === 0) return [];
  for (const room of expired) room.change({ expiredAt: last.get(room.id) ?? room.expiredAt });
  await hub.write({
    sql: `DELETE p FROM pins p JOIN messages m ON m.hub_id = p.hub_id AND m.id = p.message_id
     WHERE p.hub_id = ? AND p.room_id IN (?) AND m.created_ms < ?`,
    params: [hub.id, ids, beforeMs],
  });
  return expired;
}

/** Let a locked room's messages up to an ordinal expire, and their pins go. */
export async function expireUpTo(hub: Hub, room: LockedRoom, ordinal: number): Promise<void> {
  room.change({ expiredAt: ordinal });
  await hub.write({
    sql: `DELETE p FROM pins p JOIN messages m ON m.hub_id = p.hub_id AND m.id = p.message_id
     WHERE p.hub_id = ? AND p.room_id = ? AND m.ordinal <= ?`,
    params: [hub.id, room.id, ordinal],
  });
}

export interface Unpurged {
  hubId: string;
  roomId: string;
}

/** Rooms of any hub where something has expired and is not purged. */
export const listUnpurged = (tx: Transaction, limit: number): Promise<Unpurged[]> =>
  tx.read<Unpurged>(
    'SELECT hub_id AS hubId, id AS roomId FROM rooms WHERE purged_at < expired_at LIMIT ?',
    [limit],
  );

/** Purge the oldest of a locked room's expired messages. Answers whether more are left. */
export async function purge(
  hub: Hub,
  room: LockedRoom,
  limit: number,
  now: number,
): Promise<boolean> {
  const upTo = Math.min(room.expiredAt, room.purgedAt + limit);
  const rows = await hub.lock<{ id: string; attachmentCount: number; reactionCount: number }>(
    `SELECT id, attachment_count AS attachmentCount, reaction_count AS reactionCount FROM messages
     WHERE hub_id = ? AND room_id = ? AND ordinal > ? AND ordinal <= ? AND deleted_ms IS NULL
     FOR UPDATE`,
    [hub.id, room.id, room.purgedAt, upTo],
  );
  const ids = rows.map((row) => row.id);
  const withFiles = rows.flatMap((row) => (row.attachmentCount > 0 ? row.id : []));
  const withReactions = rows.flatMap((row) => (row.reactionCount > 0 ? row.id : []));
  if (ids.length > 0)
    await hub.write(
      build
        .update(messages)
        .set(tombstone(now))
        .where(and(eq(messages.hubId, hub.id), inArray(messages.id, ids))),
    );
  // Nothing before expired_at is counted any more.
  await hub.write(
    build
      .delete(removals)
      .where(
        and(eq(removals.hubId, hub.id), eq(removals.roomId, room.id), lte(removals.ordinal, upTo)),
      ),
  );
  if (withFiles.length > 0) await detachFiles(hub, withFiles);
  if (withReactions.length > 0) await deleteReactions(hub, withReactions);
  room.change({ purgedAt: upTo });
  return upTo < room.expiredAt;
}

/** Forget tombstones that were purged and that the event log does not reach back to, with the keys they were posted under. Answers how many. */
export async function forgetPurged(hub: Hub, limit: number): Promise<number> {
  const rows = await hub.read<{ id: string }>(
    `SELECT m.id FROM rooms r JOIN hubs h ON h.id = r.hub_id JOIN messages m ON m.hub_id = r.hub_id AND m.room_id = r.id
     WHERE r.hub_id = ? AND r.purged_at > 0 AND m.ordinal <= r.purged_at AND m.seq <= h.log_floor LIMIT ?`,
    [hub.id, limit],
  );
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.id);
  await hub.write({
    sql: 'DELETE FROM echoes WHERE hub_id = ? AND made_id IN (?)',
    params: [hub.id, ids],
  });
  await hub.write(
    build.delete(messages).where(and(eq(messages.hubId, hub.id), inArray(messages.id, ids))),
  );
  return rows.length;
}
