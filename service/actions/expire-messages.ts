import { dayMs } from '../../acl/language/time.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import { expireBefore, listExpiring } from '../../db/upkeep/retention.ts';

/** Rooms whose old messages expire in one transaction. */
const roomsAtOnce = 2000;

/**
 * Expires a hub's messages that are older than `retentionDays`. Returns the events to emit, and
 * whether there may be more rooms with such messages.
 */
export async function expireRooms(
  hub: Hub,
  retentionDays: number,
  now: number,
): Promise<{ events: Draft<'room.purge'>[]; isMore: boolean }> {
  const before = now - retentionDays * dayMs;
  const ids = await listExpiring(hub, before, roomsAtOnce);
  const expired = await expireBefore(hub, [...(await lockRooms(hub, ids)).values()], before);
  const events = expired.map((room): Draft<'room.purge'> => {
    const data = { room_id: room.id, ordinal: room.expiredAt };
    return { name: 'room.purge', room, data };
  });
  return { events, isMore: ids.length === roomsAtOnce };
}
