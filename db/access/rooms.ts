import type { ErrorCode } from '../../acl/language/errors.ts';
import type { Hub } from '../connection/transaction.ts';
import { listMembers, type MemberRecord } from '../reading/identity/members.ts';
import { type Conversation, findConversations } from '../reading/rooms/conversations.ts';
import { isBlocked } from '../rows/identity/blocks.ts';
import { lockParticipants, type ParticipantRecord } from '../rows/rooms/participants.ts';
import { type LockedRoom, lockRooms } from '../rows/rooms/rooms.ts';
import { openDirectRoom } from '../writing/rooms.ts';
import { type AccessCall, noConversation } from './call.ts';

/** A direct conversation that has no message yet. */
export interface UnopenedConversation {
  entityId: string;
  peerId: string;
  peer: MemberRecord;
  room: null;
}

/** A conversation that the caller can post to. */
export type Destination = Conversation | UnopenedConversation;

const unopened = (peer: MemberRecord): UnopenedConversation => ({
  entityId: peer.id,
  peerId: peer.id,
  peer,
  room: null,
});

/** Returns a conversation to read. `unknown` is the code for one that the caller cannot see. */
export async function roomToRead<C extends ErrorCode>(
  { hub, user, fail }: AccessCall<C>,
  entityId: string,
  unknown: C,
  parameter = 'entity_id',
): Promise<Destination> {
  const others = entityId === user.id ? [] : [entityId];
  const [conversations, [peer]] = await Promise.all([
    findConversations(hub, user.id, [entityId]),
    listMembers(hub, others),
  ]);
  const found = conversations.get(entityId);
  if (found && (found.room.kind !== 'direct' || found.room.lastOrdinal > 0)) return found;
  return peer ? unopened(peer) : fail(unknown, noConversation(parameter));
}

/**
 * Returns conversations to post to: the caller's rooms, and members without a block between them
 * and the caller. They may be archived.
 */
export async function roomsToPost<C extends ErrorCode>(
  { hub, user, fail }: AccessCall<C>,
  entityIds: readonly string[],
  unknown: C,
  parameter = 'entity_id',
): Promise<Destination[]> {
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
    return peer ? unopened(peer) : fail(unknown, noConversation(parameter));
  });
}

/** Returns the id of the room of a conversation; makes a direct one for its first message. */
export async function openRoom(
  hub: Hub,
  userId: string,
  conversation: Destination,
  now: number,
): Promise<string> {
  return conversation.room
    ? conversation.room.id
    : openDirectRoom(hub, userId, conversation.peerId, now);
}

/** A room that is locked together with its participant's row. */
export interface RoomToMark {
  room: LockedRoom;
  mine: ParticipantRecord;
}

/** Locks a room of the caller's and the caller's row in it; undefined if they are not in it. */
export async function roomToMark(
  { hub, user }: Pick<AccessCall, 'hub' | 'user'>,
  roomId: string,
): Promise<RoomToMark | undefined> {
  const [rooms, [mine]] = await Promise.all([
    lockRooms(hub, [roomId]),
    lockParticipants(hub, roomId, [user.id]),
  ]);
  const room = rooms.get(roomId);
  return room && mine && { room, mine };
}
