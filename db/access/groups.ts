/** Access to group rooms, and to channels as rooms. */
import { allows } from '../../acl/language/permission.ts';
import { listConversations } from '../reading/rooms/conversations.ts';
import { type GroupFilter, type GroupView, listGroups } from '../reading/rooms/groups.ts';
import { lockParticipants, type ParticipantRecord } from '../rows/rooms/participants.ts';
import { findRoom, type LockedRoom, lockRooms, type RoomRecord } from '../rows/rooms/rooms.ts';
import type { AccessCall } from './call.ts';
import { isSystem } from './channels.ts';

type RoomUnknown = 'ROOM_NOT_FOUND';

const noGroup = 'entity_id: is not one of your group rooms';

const isAdmin = ({ user }: Pick<AccessCall, 'user'>) => allows(user.privilege, 'admin');

/**
 * Returns a group room or channel to read: one that the caller is in, or a public one. An admin may
 * read any, but not its messages.
 */
export async function groupToRead(
  call: AccessCall<RoomUnknown>,
  entityId: string,
): Promise<RoomRecord> {
  return (await groupInSight(call, entityId)).room;
}

/**
 * Returns the same, and whether the caller may know what its participants do there: as one of them,
 * or as an admin.
 */
export async function groupInSight(
  call: AccessCall<RoomUnknown>,
  entityId: string,
): Promise<{ room: RoomRecord; isInside: boolean }> {
  const { hub, user, fail } = call;
  const [room, conversations] = await Promise.all([
    findRoom(hub, entityId),
    listConversations(hub, user.id, isAdmin(call) ? [] : [entityId]),
  ]);
  const isInside = isAdmin(call) || conversations.size > 0;
  const isShown =
    room?.kind === 'group' || (room?.kind === 'channel' && !room.channelKey?.startsWith('sy:'));
  return room && isShown && (room.isPublic || isInside)
    ? { room, isInside }
    : fail('ROOM_NOT_FOUND', noGroup);
}

/**
 * Returns group rooms to list: the caller's, public ones, or for an admin all of the hub. The
 * system has no rooms of its own: it lists all of them.
 */
export async function groupsToList(
  call: AccessCall<'PERMISSION_DENIED'>,
  all: boolean,
  page: Omit<GroupFilter, 'userId'>,
): Promise<GroupView[]> {
  if (all && !isAdmin(call))
    return call.fail('PERMISSION_DENIED', 'all: only an admin may list all rooms');
  const isOfHub = all || page.isPublic || isSystem(call);
  return listGroups(call.hub, isOfHub ? page : { ...page, userId: call.user.id });
}

/** Locks a group room to change as any participant may, such as to rename it. */
export async function groupToChange(
  call: AccessCall<RoomUnknown | 'PERMISSION_DENIED'>,
  entityId: string,
): Promise<LockedRoom> {
  const { room, mine } = await lockGroup(call, entityId);
  refuseOthersRoom(call, room);
  return mine || isSystem(call) ? room : call.fail('ROOM_NOT_FOUND', noGroup);
}

/**
 * Locks a group room to add users to: its participants may, the system to a room that it made, and
 * anyone may enter a public one.
 */
export async function groupToAddTo(
  call: AccessCall<RoomUnknown | 'PERMISSION_DENIED'>,
  entityId: string,
  userIds: readonly string[],
): Promise<LockedRoom> {
  const { user, fail } = call;
  const { room, mine } = await lockGroup(call, entityId);
  refuseOthersRoom(call, room);
  if (mine || isSystem(call)) return room;
  if (!room.isPublic) return fail('ROOM_NOT_FOUND', noGroup);
  return userIds.every((id) => id === user.id)
    ? room
    : fail('PERMISSION_DENIED', 'user_id: only participants may add others to the room');
}

/**
 * Locks a group room to manage: its owner may, an admin from outside too, and the system in a room
 * that it made.
 */
export async function groupToManage(
  call: AccessCall<RoomUnknown | 'PERMISSION_DENIED'>,
  entityId: string,
): Promise<LockedRoom> {
  const room = await groupToClose(call, entityId);
  refuseOthersRoom(call, room);
  return room;
}

/** Locks a group room to archive or delete: its owner may, and admins and the system any. */
export async function groupToClose(
  call: AccessCall<RoomUnknown | 'PERMISSION_DENIED'>,
  entityId: string,
): Promise<LockedRoom> {
  const { room, mine } = await lockGroup(call, entityId);
  if (isAdmin(call) || mine?.owner) return room;
  return mine
    ? call.fail('PERMISSION_DENIED', 'entity_id: only an owner of the room or an admin may')
    : call.fail('ROOM_NOT_FOUND', noGroup);
}

/** Locks a group room to decide whether the system may read it: an owner who is in it may. */
export async function groupToOpen(
  call: AccessCall<RoomUnknown | 'PERMISSION_DENIED'>,
  entityId: string,
): Promise<LockedRoom> {
  const { room, mine } = await lockGroup(call, entityId);
  if (mine?.owner) return room;
  return mine || isAdmin(call)
    ? call.fail('PERMISSION_DENIED', 'system_access: only an owner who is in the room may set it')
    : call.fail('ROOM_NOT_FOUND', noGroup);
}

/** Fails for the system in a room that a member made: there it is an admin outside the room. */
function refuseOthersRoom(
  call: AccessCall<'PERMISSION_DENIED'>,
  { createdBy }: Pick<LockedRoom, 'createdBy'>,
): void {
  if (isSystem(call) && createdBy !== '')
    call.fail('PERMISSION_DENIED', 'entity_id: keys change only rooms that a key has made');
}

/** Locks a group room and the caller's row in it, if they are in it. */
async function lockGroup(
  { hub, user, fail }: AccessCall<RoomUnknown>,
  entityId: string,
): Promise<{ room: LockedRoom; mine: ParticipantRecord | undefined }> {
  const [rooms, [mine]] = await Promise.all([
    lockRooms(hub, [entityId]),
    lockParticipants(hub, entityId, [user.id]),
  ]);
  const room = rooms.get(entityId);
  return room?.kind === 'group' ? { room, mine } : fail('ROOM_NOT_FOUND', noGroup);
}
