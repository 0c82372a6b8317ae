/**
 * Access to channels. A member may read and post to a global or dynamic channel without being a
 * participant, to a group's only as one. The system may do everything there, and has its own
 * channels. In a group room it posts, and changes its own posts; messages of others it has only as
 * far as the room's owners let it read them.
 */
import type { ChannelType } from '../../acl/entities/channel.ts';
import { allows } from '../../acl/language/permission.ts';
import { findVisibleIn, type MessageView } from '../reading/messages/views.ts';
import { lockMessages } from '../rows/messages/messages.ts';
import { listParticipantIds } from '../rows/rooms/participants.ts';
import {
  findChannel,
  findRoom,
  type LockedRoom,
  lockRooms,
  type RoomRecord,
} from '../rows/rooms/rooms.ts';
import type { AccessCall } from './call.ts';
import { isServerOfApplication, type KeyCall } from './keys.ts';

type Unknown = 'CHANNEL_NOT_FOUND' | 'PERMISSION_DENIED';

/** Tells whether the system calls: a key or the operator, without a user but as an admin. */
export const isSystem = ({ user }: Pick<AccessCall, 'user'>): boolean =>
  user.id === '' && allows(user.privilege, 'admin');

/** Fails for a key without a user that is not the system either. */
export function refuseNobody(call: Pick<AccessCall<'PERMISSION_DENIED'>, 'user' | 'fail'>): void {
  if (call.user.id === '' && !isSystem(call))
    call.fail('PERMISSION_DENIED', 'user: the key has neither a user nor the admin permission');
}

const noChannel = (parameter: string) => `${parameter}: is not a channel that you may read`;

/** Returns the parts of a channel's id; undefined if it is malformed or of another hub. */
export function partsOf(
  hubId: string,
  channelId: string,
): { type: ChannelType; subId: string } | undefined {
  const [, hub, type, subId] =
    /^([^:]{1,64}):(gl|gr|dy|sy):([A-Za-z0-9_-]{1,100})$/.exec(channelId) ?? [];
  return hub === hubId && type && subId ? { type: type as ChannelType, subId } : undefined;
}

/** Returns a channel to read. */
export async function channelToRead(
  call: AccessCall<Unknown>,
  channelId: string,
  parameter = 'channel_id',
): Promise<RoomRecord> {
  refuseNobody(call);
  const { hub, user, fail } = call;
  const parts = partsOf(hub.id, channelId);
  if (!parts) return fail('CHANNEL_NOT_FOUND', noChannel(parameter));
  const { type, subId } = parts;
  if (type !== 'gr') {
    const room =
      type === 'sy' && !isSystem(call) ? undefined : await findChannel(hub, `${type}:${subId}`);
    return room ?? fail('CHANNEL_NOT_FOUND', noChannel(parameter));
  }
  const [room, mine] = await Promise.all([
    findRoom(hub, subId),
    isSystem(call) ? [] : listParticipantIds(hub, subId, [user.id]),
  ]);
  const isVisible = room?.kind === 'group' && (isSystem(call) || mine.length > 0);
  return room && isVisible ? room : fail('CHANNEL_NOT_FOUND', noChannel(parameter));
}

/**
 * Tells whether a channel that was found to read, and is locked since, is still the caller's to
 * post to.
 */
export const mayStillPost = (
  call: Pick<AccessCall, 'user'>,
  room: LockedRoom,
  isParticipant: boolean,
): boolean => room.kind !== 'group' || isSystem(call) || isParticipant;

/** Returns the ordinal after which the caller may read a channel's messages; null: none of them. */
const readableAfter = (call: Pick<AccessCall, 'user'>, room: RoomRecord): number | null =>
  isSystem(call) && room.kind === 'group' ? room.systemAccessAt : 0;

const noSystemAccess = 'channel_id: the room does not let the system read it (system_access)';

/** Returns the same, and fails if the caller may read no messages of the channel. */
export const historyStart = (
  call: Pick<AccessCall<'PERMISSION_DENIED'>, 'user' | 'fail'>,
  room: RoomRecord,
): number => readableAfter(call, room) ?? call.fail('PERMISSION_DENIED', noSystemAccess);

/** Shows a quoted message as deleted to a reader who may read only what came after it. */
export const withoutEarlierQuote = (view: MessageView, after: number): MessageView =>
  view.thread && view.thread.ordinal <= after
    ? { ...view, thread: { ...view.thread, deleted: true } }
    : view;

/** Locks a channel to change. */
export async function channelToChange(
  call: AccessCall<Unknown>,
  channelId: string,
): Promise<LockedRoom> {
  const { id } = await channelToRead(call, channelId);
  return lockChannel(call, channelId, id);
}

/**
 * Locks a channel that was found. It is read again under the lock, because it may have been
 * deleted, or the caller removed from it.
 */
async function lockChannel(
  call: AccessCall<Unknown>,
  channelId: string,
  roomId: string,
): Promise<LockedRoom> {
  const [rooms] = await Promise.all([
    lockRooms(call.hub, [roomId]),
    channelToRead(call, channelId),
  ]);
  return rooms.get(roomId) ?? call.fail('CHANNEL_NOT_FOUND', noChannel('channel_id'));
}

/** Returns a message of a channel to read. */
export async function channelMessageToRead<C extends Unknown | 'MESSAGE_NOT_FOUND'>(
  call: AccessCall<C | Unknown | 'MESSAGE_NOT_FOUND'>,
  channelId: string,
  messageId: string,
): Promise<{ room: RoomRecord; message: MessageView }> {
  const { hub, user, fail } = call;
  const room = await channelToRead(call as AccessCall<Unknown>, channelId);
  const found = await findVisibleIn(hub, user.id, room.id, messageId);
  const after = readableAfter(call, room);
  const isOwn = found?.authorId === user.id;
  if (after === null && !isOwn) return fail('PERMISSION_DENIED', noSystemAccess);
  return found && (isOwn || found.ordinal > (after ?? 0))
    ? { room, message: withoutEarlierQuote(found, after ?? 0) }
    : fail('MESSAGE_NOT_FOUND', 'message_id: is not a message of this channel that you can see');
}

/** A message of a channel in the version that the caller knows. */
interface MessageVersion {
  channel_id: string;
  message_id: string;
  version: number;
}

/**
 * Locks a message of a channel to change or delete, and its room: the caller's own, by the system
 * any that it may read, but to change one of a member's only in a group whose owner lets it, or as
 * the server of a brainCloud application. The message is undefined when it does not exist. A
 * negative `version` stands for any.
 */
export async function channelMessageToChange(
  call: AccessCall<Unknown | 'PERMISSION_DENIED' | 'VERSION_MISMATCH'> & KeyCall,
  { channel_id: channelId, message_id: messageId, version }: MessageVersion,
  purpose: 'update' | 'delete',
): Promise<{ room: LockedRoom; message: MessageView | undefined }> {
  const { hub, user, fail } = call;
  const { id } = await channelToRead(call, channelId);
  const [room, [row], found] = await Promise.all([
    lockChannel(call, channelId, id),
    lockMessages(hub, [messageId]),
    findVisibleIn(hub, user.id, id, messageId),
  ]);
  const after = readableAfter(call, room);
  // Also one that is deleted already, so that deleting it once more is no error.
  const isOwn = row?.roomId === room.id && row.authorId === user.id;
  if (after === null && !isOwn) return fail('PERMISSION_DENIED', noSystemAccess);
  const message = found && (isOwn || found.ordinal > (after ?? 0)) ? found : undefined;
  if (message && message.authorId !== user.id) {
    if (!isSystem(call))
      return fail('PERMISSION_DENIED', 'message_id: only its author or the system may change it');
    const isOpen = purpose === 'delete' || room.kind === 'group';
    if (!isOpen && !(await isServerOfApplication(call)))
      return fail('PERMISSION_DENIED', 'message_id: only its author may change its text');
  }
  if (message && version >= 0 && version !== message.version)
    return fail('VERSION_MISMATCH', `version: the current version is ${message.version}`);
  return { room, message };
}
