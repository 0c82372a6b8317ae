import { dayMs } from '../../acl/language/time.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import { expireBefore, listExpiring } from '../../db/upkeep/retention.ts';

/** Rooms whose messages expire in a transaction: posts wait for them, and for the hub. */
export const roomsAtOnce = 20;

/**
 * Expires a hub's messages that are older than `retentionDays`, of so many rooms as a transaction
 * may change, and leaves others to the job; returns the events to emit.
 */
export async function expireRooms(
  hub: Hub,
  retentionDays: number,
  now: number,
): Promise<Draft<'room.purge'>[]> {
  const beforeMs = now - retentionDays * dayMs;
  const roomIds = await listExpiring(hub, beforeMs, roomsAtOnce);
  if (roomIds.length === roomsAtOnce) hub.wakeAtCommit('expiry');
  return expireRoomsBefore(hub, roomIds, beforeMs);
}

/** Expires the messages of rooms that are older than a time; returns the events to emit. */
export async function expireRoomsBefore(
  hub: Hub,
  roomIds: readonly string[],
  beforeMs: number,
): Promise<Draft<'room.purge'>[]> {
  const locked = [...(await lockRooms(hub, roomIds)).values()];
  const expired = await expireBefore(hub, locked, beforeMs);
  return expired.map((room): Draft<'room.purge'> => {
    const data = { room_id: room.id, ordinal: room.expiredAt };
    return { name: 'room.purge', room, data };
  });
}
