import { maxUserIds } from '../../acl/language/limits.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import { deleteTagsOfRoom } from '../../db/rows/hubs/tag-map.ts';
import { queueEchoRemoval } from '../../db/rows/messages/echoes.ts';
import { queueNoDueReceipts } from '../../db/rows/rooms/due-receipts.ts';
import { deleteParticipants, listFirstParticipantIds } from '../../db/rows/rooms/participants.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import { messagesAtOnce, purgeRoom, queueExpiry } from '../../db/upkeep/retention.ts';

/**
 * Deletes a locked group room for everyone. Its messages expire, its participants leave, and its
 * external id and the key under which it was made are free again. One transaction purges as many
 * messages as it may, with their files, and lets as many participants leave: of a big room the
 * others are left to a job. Returns the event to emit.
 */
export async function deleteRoom(
  hub: Hub,
  room: LockedRoom,
  now: number,
): Promise<Draft<'room.delete'>> {
  queueExpiry(hub, room, room.lastOrdinal);
  queueNoDueReceipts(hub, room.id);
  queueEchoRemoval(hub, [room.id]);
  room.change({
    kind: 'deleted',
    name: '',
    description: '',
    externalId: null,
    isPublic: false,
    // A call that found the room before it was locked sees that nothing may be posted.
    archived: true,
    systemAccessAt: null,
  });
  // Participants are locked before messages.
  const event = await emptyRoom(hub, room);
  await purgeRoom(hub, room, messagesAtOnce, now);
  return event;
}

/**
 * Lets as many participants leave a deleted, locked room as one transaction may: each has a row of
 * the event, which is written while the hub's row is locked. Returns the event to emit for them.
 */
export async function emptyRoom(hub: Hub, room: LockedRoom): Promise<Draft<'room.delete'>> {
  const userIds = await listFirstParticipantIds(hub, room.id, maxUserIds);
  if (userIds.length > 0)
    await Promise.all([
      deleteParticipants(hub, [room.id], userIds),
      deleteTagsOfRoom(hub, room.id, userIds),
    ]);
  const isEmpty = userIds.length < maxUserIds;
  room.change({ memberCount: isEmpty ? 0 : room.memberCount - userIds.length });
  if (room.memberCount > 0) hub.wakeAtCommit('expiry');
  return { name: 'room.delete', room, targets: userIds, data: { room_id: room.id } };
}
