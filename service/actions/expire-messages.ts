import type { Hub } from '../../db/connection/transaction.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import { expire, listExpiring } from '../../db/upkeep/retention.ts';

const dayMs = 86_400_000;
/** Rooms whose old messages expire in one transaction. */
const roomsAtOnce = 2000;

/** Let a hub's old messages expire; answers what the rooms are to be told, and whether there may be more. */
export async function expireRooms(hub: Hub, retentionDays: number, now: number) {
  const before = now - retentionDays * dayMs;
  const ids = await listExpiring(hub, before, roomsAtOnce);
  const expired = await expire(hub, [...(await lockRooms(hub, ids)).values()], before);
  const events = expired.map((room) => ({
    name: 'room.purge' as const,
    room,
    data: { room_id: room.id, ordinal: room.expiredAt },
  }));
  return { events, isMore: ids.length === roomsAtOnce };
}
