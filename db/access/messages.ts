import type { ErrorCode } from '../../acl/language/errors.ts';
import { allows } from '../../acl/language/permission.ts';
import { findPinRoom } from '../reading/messages/hidden.ts';
import { type HistoryView, listSeen } from '../reading/messages/history.ts';
import { listVisible, type MessageView, type VisibleMessage } from '../reading/messages/views.ts';
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
): Promise<VisibleMessage> {
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
export const messagesToRead = async <C extends ErrorCode>(
  call: AccessCall<C>,
  ids: readonly string[],
  unknown: C,
  parameter = 'messages',
): Promise<VisibleMessage[]> =>
  pickMessages(call, await messagesSeen(call, ids), ids, unknown, parameter);

/** Returns those of the messages that the caller can see. */
export const messagesSeen = (
  { hub, user }: Pick<AccessCall, 'hub' | 'user'>,
  ids: readonly string[],
): Promise<VisibleMessage[]> => listVisible(hub, user.id, ids);

/** Returns those of the seen messages that have `ids`, in their order; fails if one is missing. */
export function pickMessages<C extends ErrorCode>(
  { fail }: Pick<AccessCall<C>, 'fail'>,
  visible: readonly VisibleMessage[],
  ids: readonly string[],
  unknown: C,
  parameter = 'messages',
): VisibleMessage[] {
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

/** Asks for what a method needs besides, of messages as they were before their lock. */
type ReadMore<T> = (messages: readonly [MessageView, ...MessageView[]]) => Promise<T>;

/**
 * Locks messages to pin, to react to or to edit, and their room, and reads what `readMore` asks for
 * under the locks, in one round trip. The messages must be visible, of one conversation, and that
 * must be neither archived nor blocked.
 */
export async function messagesToChange<T>(
  { hub, user, fail }: AccessCall<ChangeUnknown>,
  ids: readonly string[],
  readMore: ReadMore<T>,
): Promise<LockedMessages & { more: T }> {
  const read = () => messagesToRead({ hub, user, fail }, ids, 'MESSAGE_NOT_FOUND', 'message_id');
  const [first, ...others] = await read();
  if (!first) return fail('MESSAGE_NOT_FOUND');
  if (others.some((message) => message.roomId !== first.roomId))
    return fail('INVALID_INPUT', 'message_ids: must be of one conversation');
  // Read again under the lock: a message, or the one that it answers, may have changed meanwhile.
  const readLocked = () =>
    Promise.all([lockMessages(hub, ids), read(), readMore([first, ...others])]);
  const { found, ...locked } = await lockOpenRoom({ hub, user, fail }, first, readLocked);
  const [, messages, more] = found;
  return { messages, ...locked, more };
}

/** The room of a message, as it was before its lock. A room keeps its id and its key. */
type RoomOfMessage = Pick<VisibleMessage, 'roomId' | 'directKey'>;

/**
 * Locks a room in which something about a message is to change, and reads what depends on the lock,
 * in one round trip. The room must be neither archived nor blocked.
 */
async function lockOpenRoom<T>(
  { hub, user, fail }: AccessCall<ChangeUnknown>,
  { roomId, directKey }: RoomOfMessage,
  read: () => Promise<T>,
): Promise<{ room: LockedRoom; entityId: string; found: T }> {
  const [rooms, found, isClosed] = await Promise.all([
    lockRooms(hub, [roomId]),
    read(),
    directKey !== null && isBlocked(hub, user.id, [peerOf({ directKey }, user.id)]),
  ]);
  const room = rooms.get(roomId) ?? fail('MESSAGE_NOT_FOUND');
  if (isClosed) return fail('INVALID_CONTACT', 'message_id: its conversation is closed by a block');
  refuseArchived({ fail }, room, 'message_id');
  return { room, entityId: entityOf(room, user.id), found };
}

/**
 * Locks the room of a message to unpin: one that the caller can see, or any that is pinned in a
 * room of the caller's. It may be hidden: pins are everyone's, and their number is limited. Returns
 * whether it is pinned, too.
 */
export async function roomToUnpin(
  { hub, user, fail }: AccessCall<ChangeUnknown>,
  messageId: string,
  lockHubWithNext: () => void,
): Promise<{ room: LockedRoom; entityId: string; isPinned: boolean }> {
  const find = async () => {
    const [[visible], pinnedIn] = await Promise.all([
      listVisible(hub, user.id, [messageId]),
      findPinRoom(hub, user.id, messageId),
    ]);
    const of = visible ?? pinnedIn ?? fail('MESSAGE_NOT_FOUND', notVisible('message_id'));
    return { of, isPinned: pinnedIn !== undefined };
  };
  const { of, isPinned } = await find();
  if (isPinned) lockHubWithNext();
  const { found, ...locked } = await lockOpenRoom({ hub, user, fail }, of, find);
  return { ...locked, isPinned: found.isPinned };
}

/** Locks a message to pin, to react to or to edit, and its room. */
async function messageToChange<T>(
  call: AccessCall<ChangeUnknown>,
  messageId: string,
  readMore: ReadMore<T>,
): Promise<LockedMessage & { more: T }> {
  const { messages, ...locked } = await messagesToChange(call, [messageId], readMore);
  const [message] = messages;
  return message ? { message, ...locked } : call.fail('MESSAGE_NOT_FOUND');
}

/** Locks a message to react to, if the hub has reactions enabled. */
export async function messageToReact<T>(
  call: AccessCall<ChangeUnknown | 'NOT_ENABLED'>,
  messageId: string,
  readMore: ReadMore<T>,
): Promise<LockedMessage & { more: T }> {
  const { more, ...found } = await messageToChange(call, messageId, (messages) =>
    Promise.all([findHubSettings(call.hub), readMore(messages)]),
  );
  const [{ reactionsEnabled }, rest] = more;
  return reactionsEnabled
    ? { ...found, more: rest }
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
export async function messageToEdit<T>(
  call: AccessCall<ChangeUnknown | 'PERMISSION_DENIED'>,
  messageId: string,
  readMore: ReadMore<T>,
): Promise<LockedMessage & { more: T }> {
  const { user, fail } = call;
  const found = await messageToChange(call, messageId, readMore);
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
  lockHubWithNext: (ownerIds?: readonly string[]) => void,
): Promise<{
  messages: MessageRecord[];
  rooms: Map<string, LockedRoom>;
  conversations: Map<string, Conversation>;
}> {
  const read = () => messagesToRead({ hub, user, fail }, ids, 'INVALID_MESSAGES');
  const seen = await read();
  const roomIds = seen.map((message) => message.roomId);
  // For all, files are locked after the messages that have them.
  if (option === 'me') lockHubWithNext([user.id]);
  else if (seen.every((message) => message.attachmentCount === 0)) lockHubWithNext();
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
