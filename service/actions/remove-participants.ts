import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import { leaveRooms } from '../../db/writing/rooms.ts';

/** Removes participants from locked rooms. Returns the events to emit, one for each room. */
export async function removeParticipants(
  hub: Hub,
  rooms: readonly LockedRoom[],
  userIds: string[],
): Promise<Draft<'room.remove'>[]> {
  const owners = await leaveRooms(hub, rooms, userIds);
  return rooms.map((room) => {
    room.change({ memberCount: room.memberCount - userIds.length });
    const data = {
      room_id: room.id,
      user_ids: userIds,
      owner_ids: owners.get(room.id) ?? [],
      member_count: room.memberCount,
    };
    return { name: 'room.remove', room, targets: userIds, data };
  });
}
