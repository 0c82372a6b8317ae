import type { ErrorCode } from '../../acl/language/errors.ts';
import { allows } from '../../acl/language/permission.ts';
import { findPinRoom } from '../reading/messages/hidden.ts';
import { type HistoryView, listSeen } from '../reading/messages/history.ts';
import { listVisible, type MessageView } from '../reading/messages/views.ts';
import { type Conversation, listConversations } from '../reading/rooms/conversations.ts';
import { findHubSettings } from '../rows/hubs/hubs.ts';
import { isBlocked } from '../rows/identity/blocks.ts';
import { lockMessages, type MessageRecord } from '../rows/messages/messages.ts';
import { entityOf, peerOf } from '../rows/rooms/direct-key.ts';
import { type LockedRoom, lockRooms } from '../rows/rooms/rooms.ts';
import { refuseArchived } from './archived.ts';
import type { AccessCall } from './call.ts';

const notVisible = (parameter: string) => `${parameter}: is not a message that you can see`;

/** Returns a message that the caller can see. */
export async function messageToRead<C extends ErrorCode>(
  { hub, user, fail }: AccessCall<C>,
  messageId: string,
  unknown: C,
  parameter = 'message_id',
): Promise<MessageView> {
  const [message] = await listVisible(hub, user.id, [messageId]);
  return message ?? fail(unknown, notVisible(parameter));
}

/** Returns those of the messages that the caller can see, by id, as rows of their history. */
export async function messagesInSight(
  { hub, user }: Pick<AccessCall, 'hub' | 'user'>,
  ids: readonly string[],
): Promise<Map<string, HistoryView>> {
  return new Map((await listSeen(hub, user.id, ids)).map((message) => [message.id, message]));
}

/** Returns messages that the caller can see, in the order of `ids`; fails if one is missing. */
export async function messagesToRead<C extends ErrorCode>(
  { hub, user, fail }: AccessCall<C>,
  ids: readonly string[],
  unknown: C,
  parameter = 'messages',
): Promise<MessageView[]> {
  const visible = await listVisible(hub, user.id, ids);
  const found = new Map(visible.map((message) => [message.id, message]));
  const missing = ids.filter((id) => !found.has(id)).length;
  if (missing > 0)
    return fail(
      unknown,
      ids.length === 1
        ? notVisible(parameter)
        : `${parameter}: ${missing} of them are not messages that you can see`,
    );
  return ids.flatMap((id) => found.get(id) ?? []);
}

type ChangeUnknown = 'MESSAGE_NOT_FOUND' | 'ROOM_ARCHIVED' | 'INVALID_CONTACT' | 'INVALID_INPUT';

/** Messages of one conversation, locked together with their room. */
export interface LockedMessages {
  messages: MessageView[];
  room: LockedRoom;
  entityId: string;
}

export interface LockedMessage extends Omit<LockedMessages, 'messages'> {
  message: MessageView;
}

/**
 * Locks messages to pin, to react to or to edit, and their room. They must be visible, of one
 * conversation, and that must be neither archived nor blocked.
 */
export async function messagesToChange(
  { hub, user, fail }: AccessCall<ChangeUnknown>,
  ids: readonly string[],
): Promise<LockedMessages> {
  const read = () => messagesToRead({ hub, user, fail }, ids, 'MESSAGE_NOT_FOUND', 'message_id');
  const [first, ...others] = await read();
  if (!first) return fail('MESSAGE_NOT_FOUND');
  if (others.some((message) => message.roomId !== first.roomId))
    return fail('INVALID_INPUT', 'message_ids: must be of one conversation');
  // Read again under the lock: a message, or the one that it answers, may have changed meanwhile.
  const readLocked = async () => (await Promise.all([lockMessages(hub, ids), read()]))[1];
  const { found, ...locked } = await lockOpenRoom({ hub, user, fail }, first.roomId, readLocked);
  return { messages: found, ...locked };
}

/**
 * Locks a room in which something about a message is to change, and reads what depends on the lock.
 * The room must be neither archived nor blocked.
 */
async function lockOpenRoom<T>(
  { hub, user, fail }: AccessCall<ChangeUnknown>,
  roomId: string,
  read: () => Promise<T>,
): Promise<{ room: LockedRoom; entityId: string; found: T }> {
  const room = (await lockRooms(hub, [roomId])).get(roomId) ?? fail('MESSAGE_NOT_FOUND');
  const [found, isClosed] = await Promise.all([
    read(),
    room.directKey ? isBlocked(hub, user.id, [peerOf(room, user.id)]) : false,
  ]);
  if (isClosed) return fail('INVALID_CONTACT', 'message_id: its conversation is closed by a block');
  refuseArchived({ fail }, room, 'message_id');
  return { room, entityId: entityOf(room, user.id), found };
}

/**
 * Locks the room of a message to unpin: one that the caller can see, or any that is pinned in a
 * room of the caller's. It may be hidden: pins are everyone's, and their number is limited.
 */
export async function roomToUnpin(
  { hub, user, fail }: AccessCall<ChangeUnknown>,
  messageId: string,
): Promise<{ room: LockedRoom; entityId: string }> {
  const find = async (): Promise<string> => {
    const [[visible], pinnedIn] = await Promise.all([
      listVisible(hub, user.id, [messageId]),
      findPinRoom(hub, user.id, messageId),
    ]);
    return visible?.roomId ?? pinnedIn ?? fail('MESSAGE_NOT_FOUND', notVisible('message_id'));
  };
  return lockOpenRoom({ hub, user, fail }, await find(), find);
}

/** Locks a message to pin, to react to or to edit, and its room. */
export async function messageToChange(
  call: AccessCall<ChangeUnknown>,
  messageId: string,
): Promise<LockedMessage> {
  const { messages, room, entityId } = await messagesToChange(call, [messageId]);
  const [message] = messages;
  return message ? { message, room, entityId } : call.fail('MESSAGE_NOT_FOUND');
}

/** Locks a message to react to, if the hub has reactions enabled. */
export async function messageToReact(
  call: AccessCall<ChangeUnknown | 'NOT_ENABLED'>,
  messageId: string,
): Promise<LockedMessage> {
  const found = await messageToChange(call, messageId);
  const { reactionsEnabled } = await findHubSettings(call.hub);
  return reactionsEnabled
    ? found
    : call.fail('NOT_ENABLED', 'emoji: reactions are disabled in this hub');
}

/** Locks messages to pin in a locked room of the caller's. */
export async function messagesToPin(
  { hub, user, fail }: AccessCall<'MESSAGE_NOT_FOUND'>,
  room: LockedRoom,
  ids: readonly string[],
): Promise<MessageView[]> {
  const [, messages] = await Promise.all([
    lockMessages(hub, ids),
    messagesToRead({ hub, user, fail }, ids, 'MESSAGE_NOT_FOUND', 'pinned_ids'),
  ]);
  return messages.every((message) => message.roomId === room.id)
    ? messages
    : fail('MESSAGE_NOT_FOUND', 'pinned_ids: one of them is not a message of this room');
}

/** Locks a message to edit: the caller's own, and not a forwarded one. */
export async function messageToEdit(
  call: AccessCall<ChangeUnknown | 'PERMISSION_DENIED'>,
  messageId: string,
): Promise<LockedMessage> {
  const { user, fail } = call;
  const found = await messageToChange(call, messageId);
  if (found.message.authorId !== user.id)
    fail('PERMISSION_DENIED', 'message_id: only its author may edit it');
  if (found.message.forwardOf !== null)
    fail('PERMISSION_DENIED', 'message_id: a forwarded message cannot be edited');
  return found;
}

/**
 * Locks messages to delete, and their rooms. For oneself one may delete all that one can see; for
 * all one's own, and as a moderator those of others in one's rooms.
 */
export async function messagesToDelete(
  { hub, user, fail }: AccessCall<'INVALID_MESSAGES' | 'INVALID_OPTION'>,
  ids: readonly string[],
  option: 'me' | 'all',
): Promise<{
  messages: MessageRecord[];
  rooms: Map<string, LockedRoom>;
  conversations: Map<string, Conversation>;
}> {
  const read = () => messagesToRead({ hub, user, fail }, ids, 'INVALID_MESSAGES');
  const roomIds = (await read()).map((message) => message.roomId);
  // Read again under the locks: a message may have been deleted, or the caller removed, meanwhile.
  const [rooms, messages, conversations] = await Promise.all([
    lockRooms(hub, roomIds),
    lockMessages(hub, ids),
    listConversations(hub, user.id, [...new Set(roomIds)]),
    read(),
  ]);
  const isOwn = messages.every((message) => message.authorId === user.id);
  if (option === 'all' && !isOwn && !allows(user.privilege, 'delete'))
    return fail('INVALID_OPTION', 'option: you may delete only your own messages for everyone');
  return { messages, rooms, conversations };
}
