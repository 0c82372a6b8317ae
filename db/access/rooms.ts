/**
 * The only doors to rooms and messages: each takes the call (its hub, its caller, its way to fail) and answers only what that
 * caller may have for that purpose. What he may not see is answered exactly like what never was.
 */
import type { ErrorCode } from '../../acl/language/errors.ts';
import { allows } from '../../acl/language/permission.ts';
import type { Hub } from '../connection/transaction.ts';
import {
  findThread,
  listVisible,
  lockMessages,
  type MessageRecord,
  type MessageView,
} from '../reading/messages/views.ts';
import {
  type Conversation,
  findConversations,
  listConversations,
} from '../reading/rooms/conversations.ts';
import { findTag, type TagRecord } from '../rows/hubs/tags.ts';
import { findHubSettings } from '../rows/identity/member-settings.ts';
import {
  isBlocked,
  listMembers,
  lockMembers,
  type MemberRecord,
} from '../rows/identity/members.ts';
import {
  type AttachmentRecord,
  findReadable,
  listStaged,
  lockStaged,
} from '../rows/messages/attachments.ts';
import { type GroupFilter, listGroups } from '../rows/rooms/participants.ts';
import {
  entityOf,
  findRoom,
  type LockedRoom,
  lockParticipants,
  lockRooms,
  openDirectRoom,
  type ParticipantRecord,
  peerOf,
  type RoomRecord,
} from '../rows/rooms/rooms.ts';

/** Who asks, where, and how the method may fail. */
export interface Asking<C extends ErrorCode = never> {
  hub: Hub;
  user: { id: string; privilege: number };
  fail: (code: C, ...details: string[]) => never;
}

/** A direct conversation in which nothing was said yet. */
export interface Unopened {
  entityId: string;
  peerId: string;
  peer: MemberRecord;
  room: null;
}

type Open = Conversation | Unopened;

const noConversation = (parameter: string) =>
  `${parameter}: names neither a member nor a room of yours`;
const noGroup = 'entity_id: names no group room of yours';

/** A conversation to look at. `unknown` is the code for one that the caller cannot see. */
export async function roomToRead<C extends ErrorCode>(
  { hub, user, fail }: Asking<C>,
  entityId: string,
  unknown: C,
  parameter = 'entity_id',
): Promise<Open> {
  const others = entityId === user.id ? [] : [entityId];
  const [conversations, [peer]] = await Promise.all([
    findConversations(hub, user.id, [entityId]),
    listMembers(hub, others),
  ]);
  const found = conversations.get(entityId);
  if (found && (found.room.kind !== 'direct' || found.room.lastOrdinal > 0)) return found;
  return peer
    ? { entityId, peerId: peer.id, peer, room: null }
    : fail(unknown, noConversation(parameter));
}

/** Conversations to say something new in: rooms of the caller's, and members; not across a block. Whether one is archived is not asked here. */
export async function roomsToPost<C extends ErrorCode>(
  { hub, user, fail }: Asking<C>,
  entityIds: readonly string[],
  unknown: C,
  parameter = 'entity_id',
): Promise<Open[]> {
  const others = entityIds.filter((id) => id !== user.id);
  const [found, members, isClosed] = await Promise.all([
    findConversations(hub, user.id, entityIds),
    listMembers(hub, others),
    isBlocked(hub, user.id, others),
  ]);
  if (isClosed) return fail(unknown, `${parameter}: this conversation is closed by a block`);
  const peers = new Map(members.map((member) => [member.id, member]));
  return entityIds.map((entityId) => {
    const conversation = found.get(entityId);
    const peer = peers.get(entityId);
    if (conversation && (peer || !conversation.peerId)) return conversation;
    return peer
      ? { entityId, peerId: peer.id, peer, room: null }
      : fail(unknown, noConversation(parameter));
  });
}

/** The room of a conversation to post to; a direct one is made with its first message. */
export async function openRoom(
  hub: Hub,
  userId: string,
  conversation: Open,
  now: number,
): Promise<string> {
  return conversation.room
    ? conversation.room.id
    : openDirectRoom(hub, userId, conversation.peerId, now);
}

type RoomUnknown = 'ROOM_NOT_FOUND';

/** A group room or channel that the caller is in, to look at, or a public one. An admin may look at any, without its messages. */
export async function groupToRead(
  asking: Asking<RoomUnknown>,
  entityId: string,
): Promise<RoomRecord> {
  return (await groupInSight(asking, entityId)).room;
}

/** The same, and whether one sees it from inside: what its participants do there is nobody else's business but an admin's. */
export async function groupInSight(
  { hub, user, fail }: Asking<RoomUnknown>,
  entityId: string,
): Promise<{ room: RoomRecord; isInside: boolean }> {
  const room = await findRoom(hub, entityId);
  const isInside =
    allows(user.privilege, 'admin') ||
    (room !== undefined && (await listConversations(hub, user.id, [room.id])).size > 0);
  const isShown =
    room !== undefined && room.kind !== 'direct' && !room.channelKey?.startsWith('sy:');
  return isShown && (room.isPublic || isInside)
    ? { room, isInside }
    : fail('ROOM_NOT_FOUND', noGroup);
}

/** A group room to change as any participant may: rename, add. */
export async function groupToChange(
  { hub, user, fail }: Asking<RoomUnknown>,
  entityId: string,
): Promise<LockedRoom> {
  return groupOf({ hub, user, fail }, entityId, false);
}

/** A group room to bring somebody into: as any participant may, and into a public one oneself. */
export async function groupToAddTo(
  asking: Asking<RoomUnknown | 'PERMISSION_DENIED'>,
  entityId: string,
  userIds: readonly string[],
): Promise<LockedRoom> {
  const { hub, user, fail } = asking;
  const room = await groupOf(asking, entityId, true);
  const [mine] = await lockParticipants(hub, room.id, [user.id]);
  if (mine) return room;
  if (!room.isPublic) return fail('ROOM_NOT_FOUND', noGroup);
  return userIds.every((id) => id === user.id)
    ? room
    : fail('PERMISSION_DENIED', 'user_id: who is not in the room may add only himself');
}

/** A group room to manage: its owner, or an admin whether he is in it or not. */
export async function groupToManage(
  asking: Asking<RoomUnknown | 'PERMISSION_DENIED'>,
  entityId: string,
): Promise<LockedRoom> {
  const { hub, user, fail } = asking;
  const isAdmin = allows(user.privilege, 'admin');
  const room = await groupOf({ hub, user, fail }, entityId, isAdmin);
  const [mine] = await lockParticipants(hub, room.id, [user.id]);
  return isAdmin || mine?.owner
    ? room
    : fail('PERMISSION_DENIED', 'entity_id: only the owner of the room or an admin may');
}

async function groupOf(
  { hub, user, fail }: Asking<RoomUnknown>,
  entityId: string,
  fromOutside: boolean,
): Promise<LockedRoom> {
  const room = (await lockRooms(hub, [entityId])).get(entityId);
  if (room?.kind !== 'group') return fail('ROOM_NOT_FOUND', noGroup);
  if (fromOutside) return room;
  const [mine] = await lockParticipants(hub, room.id, [user.id]);
  return mine ? room : fail('ROOM_NOT_FOUND', noGroup);
}

/** Group rooms to list: the caller's, the public ones, or as an admin every one of the hub. */
export async function groupsToList(
  { hub, user, fail }: Asking<'PERMISSION_DENIED'>,
  all: boolean,
  page: Omit<GroupFilter, 'userId'>,
) {
  if (all && !allows(user.privilege, 'admin'))
    return fail('PERMISSION_DENIED', 'all: only an admin may');
  return listGroups(hub, all || page.isPublic ? page : { ...page, userId: user.id });
}

/** Members whom the caller may bring into a room: none whom he blocked or who blocked him. */
export async function membersToAdd(
  { hub, user, fail }: Asking<'INVALID_CONTACT'>,
  userIds: readonly string[],
): Promise<MemberRecord[]> {
  const wanted = [...new Set(userIds)];
  const members = await lockMembers(hub, wanted);
  const isRefused = members.length < wanted.length || (await isBlocked(hub, user.id, wanted));
  return isRefused
    ? fail('INVALID_CONTACT', 'user_ids: one of them is no member whom you may add')
    : members;
}

/** A conversation of the caller's, its room and his own row locked, to change how he stands in it. */
export async function roomToMark(
  { hub, user }: Pick<Asking, 'hub' | 'user'>,
  roomId: string,
): Promise<{ room: LockedRoom; mine: ParticipantRecord } | undefined> {
  const room = (await lockRooms(hub, [roomId])).get(roomId);
  const [mine] = room ? await lockParticipants(hub, roomId, [user.id]) : [];
  return room && mine && { room, mine };
}

/** A tag of the caller's own. */
export async function tagOfMine(
  { hub, user, fail }: Asking<'TAG_NOT_FOUND'>,
  tagId: string,
): Promise<TagRecord> {
  return (
    (await findTag(hub, user.id, tagId)) ?? fail('TAG_NOT_FOUND', 'tag_id: names no tag of yours')
  );
}

/** A message that the caller can see. */
export async function messageToRead<C extends ErrorCode>(
  { hub, user, fail }: Asking<C>,
  messageId: string,
  unknown: C,
  parameter = 'message_id',
): Promise<MessageView> {
  const [message] = await listVisible(hub, user.id, [messageId]);
  return message ?? fail(unknown, `${parameter}: names no message that you can see`);
}

/** Those of the messages that the caller can see, by id. */
export async function messagesInSight(
  { hub, user }: Pick<Asking, 'hub' | 'user'>,
  ids: readonly string[],
): Promise<Map<string, MessageView>> {
  return new Map((await listVisible(hub, user.id, ids)).map((message) => [message.id, message]));
}

/** Messages that the caller can see, in the order asked for; all of them or none. */
export async function messagesToRead<C extends ErrorCode>(
  { hub, user, fail }: Asking<C>,
  ids: readonly string[],
  unknown: C,
  parameter = 'messages',
): Promise<MessageView[]> {
  const found = await messagesInSight({ hub, user }, ids);
  const missing = ids.filter((id) => !found.has(id));
  const which = ids.length === 1 ? 'names' : `${missing.length} of them name`;
  if (missing.length > 0)
    return fail(unknown, `${parameter}: ${which} no message that you can see`);
  return ids.flatMap((id) => found.get(id) ?? []);
}

type ChangeUnknown = 'MESSAGE_NOT_FOUND' | 'ROOM_ARCHIVED' | 'INVALID_CONTACT';

/** Messages of one conversation to say something about (edit, pin, react), with their room locked: visible, and their conversation open. */
export async function messagesToChange(
  { hub, user, fail }: Asking<ChangeUnknown | 'INVALID_INPUT'>,
  ids: readonly string[],
): Promise<{ messages: MessageView[]; room: LockedRoom; entityId: string }> {
  const [first, ...others] = await messagesToRead(
    { hub, user, fail },
    ids,
    'MESSAGE_NOT_FOUND',
    'message_id',
  );
  if (!first) return fail('MESSAGE_NOT_FOUND');
  if (others.some((message) => message.roomId !== first.roomId))
    return fail('INVALID_INPUT', 'message_ids: of more than one conversation');
  const room =
    (await lockRooms(hub, [first.roomId])).get(first.roomId) ?? fail('MESSAGE_NOT_FOUND');
  // Read again under the lock: one of them, or what it answers, may have been changed or deleted meanwhile.
  const [, messages, isClosed] = await Promise.all([
    lockMessages(hub, ids),
    messagesToRead({ hub, user, fail }, ids, 'MESSAGE_NOT_FOUND', 'message_id'),
    room.directKey ? isBlocked(hub, user.id, [peerOf(room, user.id)]) : false,
  ]);
  if (isClosed) return fail('INVALID_CONTACT', 'message_id: its conversation is closed by a block');
  if (room.archived) return fail('ROOM_ARCHIVED', 'message_id: its room is archived for all');
  return { messages, room, entityId: entityOf(room, user.id) };
}

export async function messageToChange(
  asking: Asking<ChangeUnknown | 'INVALID_INPUT'>,
  messageId: string,
): Promise<{ message: MessageView; room: LockedRoom; entityId: string }> {
  const { messages, ...rest } = await messagesToChange(asking, [messageId]);
  const [message] = messages;
  return message ? { message, ...rest } : asking.fail('MESSAGE_NOT_FOUND');
}

/** A message to react to, where the hub lets its members react. */
export async function messageToReact(
  asking: Asking<ChangeUnknown | 'INVALID_INPUT' | 'NOT_ENABLED'>,
  messageId: string,
): ReturnType<typeof messageToChange> {
  const found = await messageToChange(asking, messageId);
  const { reactionsEnabled } = await findHubSettings(asking.hub);
  return reactionsEnabled
    ? found
    : asking.fail('NOT_ENABLED', 'emoji: reactions are switched off in this hub');
}

/** Messages of a locked room of the caller's, to pin there. */
export async function messagesToPin(
  { hub, user, fail }: Asking<'MESSAGE_NOT_FOUND'>,
  room: LockedRoom,
  ids: readonly string[],
): Promise<MessageView[]> {
  await lockMessages(hub, ids);
  const messages = await messagesToRead(
    { hub, user, fail },
    ids,
    'MESSAGE_NOT_FOUND',
    'pinned_ids',
  );
  return messages.every((message) => message.roomId === room.id)
    ? messages
    : fail('MESSAGE_NOT_FOUND', 'pinned_ids: one of them is no message of this room');
}

/** A message to edit: what the caller wrote himself. A forwarded one stays what it is a copy of. */
export async function messageToEdit(
  asking: Asking<ChangeUnknown | 'INVALID_INPUT' | 'PERMISSION_DENIED'>,
  messageId: string,
): ReturnType<typeof messageToChange> {
  const { user, fail } = asking;
  const found = await messageToChange(asking, messageId);
  if (found.message.authorId !== user.id)
    fail('PERMISSION_DENIED', 'message_id: only its author may edit it');
  if (found.message.forwardOf !== null)
    fail('PERMISSION_DENIED', 'message_id: a forwarded one stays as it was written');
  return found;
}

/** A thread in a room that the caller is in, by any of its messages. */
export async function threadToRead(
  { hub, user, fail }: Asking<'INVALID_THREAD'>,
  messageId: string,
): Promise<{ rootId: string; roomId: string }> {
  return (await findThread(hub, user.id, messageId)) ?? fail('INVALID_THREAD', noThread);
}

export const noThread = 'thread_id: names no message that you can see';

/** Files to send: those that the caller has uploaded and not sent. */
export async function filesToSend(
  { hub, user, fail }: Asking<'INVALID_ATTACHMENT'>,
  ids: readonly string[],
): Promise<void> {
  const mine = (await listStaged(hub, ids)).filter((file) => file.ownerId === user.id);
  if (mine.length < ids.length) fail('INVALID_ATTACHMENT', notStaged);
}

export const notStaged =
  'attachment: one of them is no file that you have uploaded and not sent yet';

/** A file that the caller has uploaded and not sent, locked. */
export async function fileToRemove(
  { hub, user, fail }: Asking<'INVALID_ATTACHMENT'>,
  id: string,
): Promise<AttachmentRecord> {
  return (
    (await lockStaged(hub, user.id, id)) ??
    fail('INVALID_ATTACHMENT', 'nid: names no file that you have uploaded and not sent')
  );
}

/** A file whose bytes the caller may have. */
export async function fileToRead(
  { hub, user, fail }: Asking<'FILE_NOT_FOUND'>,
  id: string,
): Promise<AttachmentRecord> {
  return (await findReadable(hub, user.id, id)) ?? fail('FILE_NOT_FOUND');
}

/**
 * Messages to delete, with their rooms locked: for oneself any that one can see; for all one's own, and as a moderator those
 * of others in rooms where one is.
 */
export async function messagesToDelete(
  { hub, user, fail }: Asking<'INVALID_MESSAGES' | 'INVALID_OPTION'>,
  ids: readonly string[],
  option: 'me' | 'all',
): Promise<{
  messages: MessageRecord[];
  rooms: Map<string, LockedRoom>;
  conversations: Map<string, Conversation>;
}> {
  const seen = await messagesToRead({ hub, user, fail }, ids, 'INVALID_MESSAGES');
  const roomIds = seen.map((message) => message.roomId);
  const rooms = await lockRooms(hub, roomIds);
  const messages = await lockMessages(hub, ids);
  const conversations = await listConversations(hub, user.id, [...rooms.keys()]);
  // Looked at again under the locks: one may have been deleted or hidden, or the caller removed, meanwhile.
  await messagesToRead({ hub, user, fail }, ids, 'INVALID_MESSAGES');
  if (
    option === 'all' &&
    messages.some((message) => message.authorId !== user.id) &&
    !allows(user.privilege, 'delete')
  ) {
    return fail('INVALID_OPTION', 'option: for all you may delete only what you wrote');
  }
  return { messages, rooms, conversations };
}
