/** What decides about posts of several members, read and locked together. */
import type { Hub } from '../connection/transaction.ts';
import { listQuietByRoom, type Preferences } from '../reading/identity/quiet.ts';
import { listHiders } from '../reading/messages/hidden.ts';
import { listViews, type MessageView } from '../reading/messages/views.ts';
import { sumUnreadBeside } from '../reading/rooms/counts.ts';
import type { Addressed } from '../reading/rooms/room-hints.ts';
import { listBlocks } from '../rows/identity/blocks.ts';
import { filterMembers } from '../rows/identity/members.ts';
import { type Echo, type EchoKey, listEchoes } from '../rows/messages/echoes.ts';
import { directKey } from '../rows/rooms/direct-key.ts';
import { listPlaces, lockPlaces, type Place } from '../rows/rooms/participants.ts';
import { type LockedRoom, lockRooms } from '../rows/rooms/rooms.ts';
import { type AccessCall, noConversation } from './call.ts';

/** A post that is to be decided. */
export interface AskedPost extends Addressed {
  /** Where the conversation has a room, as far as is known. */
  roomId: string | undefined;
  echoKey: string | undefined;
  threadId: string | undefined;
  mentionIds: readonly string[];
}

/** What was found of all posts of a batch. The rooms and the authors' rows in them are locked. */
export interface PostGround {
  rooms: ReadonlyMap<string, LockedRoom>;
  /** The messages that posts answer, also those that their authors may not see. */
  parents: ReadonlyMap<string, MessageView>;
  /** The participants who hid a message from themselves. */
  hidersOf(messageId: string): readonly string[];
  quietIn(roomId: string): readonly Preferences[];
  /** The author's unread messages in other conversations. */
  unreadBeside(userId: string): number;
  isParticipant(place: Place): boolean;
  isMember(userId: string): boolean;
  isBlocked(userId: string, otherId: string): boolean;
  echoOf(key: EchoKey): Echo | undefined;
}

/** Locks and reads what posts depend on. One round trip. */
export async function lookForPosts(
  hub: Hub,
  posts: readonly AskedPost[],
  now: number,
): Promise<PostGround> {
  const places = posts.flatMap(({ roomId, userId }) => (roomId ? [{ roomId, userId }] : []));
  const roomIds = [...new Set(places.map(({ roomId }) => roomId))];
  const toUsers = posts.filter(({ entityId, roomId }) => entityId !== roomId);
  const answered = posts.flatMap(({ threadId }) => threadId ?? []);
  const mentioned = posts.flatMap(({ roomId, mentionIds }) =>
    roomId ? mentionIds.map((userId) => ({ roomId, userId })) : [],
  );
  const [unread, rooms, authors, members, blocks, echoes, parents, hiders, mentions, quiet] =
    await Promise.all([
      // Counting comes before the locks, so that nobody waits for it.
      sumUnreadBeside(hub, [...new Set(posts.map(({ userId }) => userId))], places),
      lockRooms(hub, roomIds),
      lockPlaces(hub, places),
      filterMembers(hub, [...new Set(toUsers.map(({ entityId }) => entityId))]),
      listBlocks(
        hub,
        toUsers.map(({ userId, entityId }) => [userId, entityId]),
      ),
      listEchoes(hub, posts.flatMap(echoKeyOf)),
      listViews(hub, '', answered),
      listHiders(hub, answered),
      listPlaces(hub, mentioned),
      listQuietByRoom(hub, roomIds, now),
    ]);
  const participants = new Set([...authors, ...mentions].map(placeName));
  const memberIds = new Set(members);
  const blocked = new Set(blocks.map(({ userId, blockedId }) => directKey(userId, blockedId)));
  const made = new Map(echoes.map((echo) => [echoName(echo), echo]));
  const views = new Map(parents.map((view) => [view.id, view]));
  return {
    rooms,
    parents: views,
    hidersOf: (id) => hiders.get(id) ?? [],
    quietIn: (roomId) => quiet.get(roomId) ?? [],
    unreadBeside: (userId) => unread.get(userId) ?? 0,
    isParticipant: (place) => participants.has(placeName(place)),
    isMember: (userId) => memberIds.has(userId),
    isBlocked: (a, b) => blocked.has(directKey(a, b)),
    echoOf: (key) => made.get(echoName(key)),
  };
}

const placeName = ({ roomId, userId }: Place): string => `${roomId} ${userId}`;

export const echoName = ({ authorId, roomId, echoKey }: EchoKey): string =>
  `${authorId} ${roomId} ${echoKey}`;

/** Returns the key of a post that has one, in a list. */
const echoKeyOf = ({ userId, roomId, echoKey }: AskedPost): EchoKey[] =>
  roomId !== undefined && echoKey !== undefined ? [{ authorId: userId, roomId, echoKey }] : [];

/**
 * Returns the room that a member may post to; undefined for a direct conversation that has none
 * yet. Fails with INVALID_CONTACT if it is no conversation of theirs, or closed by a block.
 */
export function roomToPostTo(
  { user, fail }: Pick<AccessCall<'INVALID_CONTACT'>, 'user' | 'fail'>,
  { entityId, roomId }: Pick<AskedPost, 'entityId' | 'roomId'>,
  ground: PostGround,
): LockedRoom | undefined {
  if (ground.isBlocked(user.id, entityId))
    return fail('INVALID_CONTACT', 'entity_id: this conversation is closed by a block');
  const room = roomId === undefined ? undefined : ground.rooms.get(roomId);
  const isOwn = isOwnRoom(user.id, entityId, room, ground);
  return isOwn ? room : fail('INVALID_CONTACT', noConversation('entity_id'));
}

function isOwnRoom(
  userId: string,
  entityId: string,
  room: LockedRoom | undefined,
  ground: PostGround,
): boolean {
  if (room && room.kind !== 'direct')
    return room.id === entityId && ground.isParticipant({ roomId: room.id, userId });
  const isTheirs = !room || room.directKey === directKey(userId, entityId);
  return isTheirs && entityId !== userId && ground.isMember(entityId);
}
