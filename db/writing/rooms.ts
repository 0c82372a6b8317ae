/** Making direct rooms, and leaving rooms. */
import type { Hub } from '../connection/transaction.ts';
import { directKey } from '../rows/rooms/direct-key.ts';
import {
  addOwner,
  deleteParticipants,
  findOldestParticipantId,
  insertDirectParticipants,
  listOwnersByRoom,
} from '../rows/rooms/participants.ts';
import {
  findDirectRoomId,
  insertDirectRoom,
  type LockedRoom,
  newRoom,
} from '../rows/rooms/rooms.ts';

/**
 * Returns the id of two users' direct room, and makes it if there is none. An empty direct room is
 * shown nowhere until its first message.
 */
export async function openDirectRoom(hub: Hub, a: string, b: string, now: number): Promise<string> {
  const key = directKey(a, b);
  const given = { kind: 'direct', directKey: key, name: '', memberCount: 2, createdBy: a } as const;
  const room = newRoom({ hubId: hub.id, ...given }, now);
  const [, found] = await Promise.all([insertDirectRoom(hub, room), findDirectRoomId(hub, key)]);
  if (found !== undefined && found !== room.id) return found;
  await insertDirectParticipants(hub, room.id, [a, b], now);
  return room.id;
}

/**
 * Takes users out of locked rooms. A group without an owner gets its oldest participant as one;
 * channels have none. Returns each room's owners, the oldest participant first.
 */
export async function leaveRooms(
  hub: Hub,
  rooms: readonly LockedRoom[],
  userIds: readonly string[],
): Promise<Map<string, string[]>> {
  const roomIds = rooms.map((room) => room.id);
  if (roomIds.length === 0) return new Map();
  const [, owners] = await Promise.all([
    deleteParticipants(hub, roomIds, userIds),
    listOwnersByRoom(hub, roomIds),
  ]);
  for (const { id, kind } of rooms) {
    if (kind !== 'group' || owners.get(id)?.length !== 0) continue;
    const oldest = await findOldestParticipantId(hub, id);
    if (oldest === undefined) continue;
    await addOwner(hub, id, oldest);
    owners.set(id, [oldest]);
  }
  return owners;
}
