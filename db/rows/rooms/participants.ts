import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { columnsOf, participants } from '../../tables/index.ts';
import type { LockedRoom } from './rooms.ts';

export type ParticipantRecord = typeof participants.$inferSelect;

const columns = columnsOf(participants);

const isParticipant = (hub: Hub, roomId: string, userId: string) =>
  and(
    eq(participants.hubId, hub.id),
    eq(participants.roomId, roomId),
    eq(participants.userId, userId),
  );

/** Locks some users' rows of one room; returns those that exist, by user id. */
export async function lockParticipants(
  hub: Hub,
  roomId: string,
  userIds: readonly string[],
): Promise<ParticipantRecord[]> {
  if (userIds.length === 0) return [];
  const rows = await hub.lock<ParticipantRecord>(
    `SELECT ${columns.list} FROM participants
     WHERE hub_id = ? AND room_id = ? AND user_id IN (?) ORDER BY user_id FOR UPDATE`,
    [hub.id, roomId, userIds],
  );
  return rows.map(columns.decode);
}

/** A user in a room. */
export interface Place {
  roomId: string;
  userId: string;
}

const isAtPlaces = 'hub_id = ? AND (room_id, user_id) IN (?)';
const pairsOf = (places: readonly Place[]) => places.map(({ roomId, userId }) => [roomId, userId]);

/** Locks the rows of users in rooms; returns those that exist. */
export async function lockPlaces(hub: Hub, places: readonly Place[]): Promise<Place[]> {
  if (places.length === 0) return [];
  return hub.lock<Place>(
    // Another index would lock rows in another order than other transactions do.
    `SELECT room_id AS roomId, user_id AS userId FROM participants FORCE INDEX (PRIMARY)
     WHERE ${isAtPlaces} ORDER BY room_id, user_id FOR UPDATE`,
    [hub.id, pairsOf(places)],
  );
}

/** Returns those of the users who are in the rooms. */
export async function listPlaces(hub: Hub, places: readonly Place[]): Promise<Place[]> {
  if (places.length === 0) return [];
  return hub.read<Place>(
    `SELECT room_id AS roomId, user_id AS userId FROM participants WHERE ${isAtPlaces}`,
    [hub.id, pairsOf(places)],
  );
}

/** Returns the owners of each room, the oldest participant first. */
export async function listOwnersByRoom(
  hub: Hub,
  roomIds: readonly string[],
): Promise<Map<string, string[]>> {
  const owners = new Map<string, string[]>(roomIds.map((id) => [id, []]));
  if (roomIds.length === 0) return owners;
  const rows = await hub.read<{ roomId: string; userId: string }>(
    `SELECT room_id AS roomId, user_id AS userId FROM participants
     WHERE hub_id = ? AND room_id IN (?) AND owner = 1 ORDER BY joined_ms, user_id`,
    [hub.id, roomIds],
  );
  for (const { roomId, userId } of rows) owners.get(roomId)?.push(userId);
  return owners;
}

/** Returns the owners of a room, the oldest participant first. */
export const listOwners = async (hub: Hub, roomId: string): Promise<string[]> =>
  (await listOwnersByRoom(hub, [roomId])).get(roomId) ?? [];

/** Returns which of the users are in the room. */
export async function listParticipantIds(
  hub: Hub,
  roomId: string,
  among: readonly string[],
): Promise<string[]> {
  if (among.length === 0) return [];
  const rows = await hub.read<{ userId: string }>(
    `SELECT user_id AS userId FROM participants
     WHERE hub_id = ? AND room_id = ? AND user_id IN (?)`,
    [hub.id, roomId, among],
  );
  return rows.map((row) => row.userId);
}

/** Returns the participant who has been in the room longest. */
export async function findOldestParticipantId(
  hub: Hub,
  roomId: string,
): Promise<string | undefined> {
  const [row] = await hub.read<{ userId: string }>(
    `SELECT user_id AS userId FROM participants
     WHERE hub_id = ? AND room_id = ? ORDER BY joined_ms, user_id LIMIT 1`,
    [hub.id, roomId],
  );
  return row?.userId;
}

/** Inserts the two participants of a new direct room. */
export async function insertDirectParticipants(
  hub: Hub,
  roomId: string,
  userIds: readonly [string, string],
  now: number,
): Promise<void> {
  for (const userId of userIds) hub.changesUnread(hub.id, roomId, userId);
  await hub.write(
    build.insert(participants).values(
      userIds.map((userId) => ({
        hubId: hub.id,
        roomId,
        userId,
        pointer: 0,
        joinedSeq: 0,
        joinedMs: now,
      })),
    ),
  );
}

/** Queues new participants. They see the room's events from `seq` on, and have read everything. */
export function queueJoins(
  hub: Hub,
  room: LockedRoom,
  userIds: readonly string[],
  seq: number,
  now: number,
  ownerIds: readonly string[] = [],
): void {
  if (userIds.length === 0) return;
  for (const userId of userIds) hub.changesUnread(hub.id, room.id, userId);
  hub.atCommit({
    // One list of ids, because a thousand rows of values take the database twice as long. Users who
    // come back may have posted and hidden messages before: the bounds posted_at and hidden_at
    // count only when such a message is marked as unread.
    sql: `INSERT INTO participants (hub_id, room_id, user_id, owner, pointer, posted_at, hidden_at,
        joined_seq, joined_ms)
      SELECT ?, ?, joining.id, joining.id IN (?), ?, ?, ?, ?, ?
      FROM JSON_TABLE(?, '$[*]' COLUMNS (
        id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) joining`,
    params: [
      ...[hub.id, room.id, ownerIds.length > 0 ? ownerIds : ['']],
      ...[room.lastOrdinal, room.lastOrdinal, room.lastOrdinal],
      ...[seq, now, JSON.stringify(userIds.toSorted())],
    ],
  });
}

export async function deleteParticipants(
  hub: Hub,
  roomIds: readonly string[],
  userIds: readonly string[],
): Promise<void> {
  for (const roomId of roomIds)
    for (const userId of userIds) hub.changesUnread(hub.id, roomId, userId);
  await hub.write(
    build
      .delete(participants)
      .where(
        and(
          eq(participants.hubId, hub.id),
          inArray(participants.roomId, [...roomIds]),
          inArray(participants.userId, [...userIds]),
        ),
      ),
  );
}

/** Returns the first participants of a room, by id. */
export async function listFirstParticipantIds(
  hub: Hub,
  roomId: string,
  limit: number,
): Promise<string[]> {
  const rows = await hub.read<{ userId: string }>(
    `SELECT user_id AS userId FROM participants FORCE INDEX (PRIMARY)
     WHERE hub_id = ? AND room_id = ? ORDER BY user_id LIMIT ?`,
    [hub.id, roomId, limit],
  );
  return rows.map((row) => row.userId);
}

/** Makes a participant an owner too. */
export async function addOwner(hub: Hub, roomId: string, userId: string): Promise<void> {
  await hub.write(
    build
      .update(participants)
      .set({ owner: true })
      .where(isParticipant(hub, roomId, userId)),
  );
}

/** Makes these participants the owners of a locked room, and nobody else. */
export async function replaceOwners(
  hub: Hub,
  roomId: string,
  userIds: readonly string[],
): Promise<void> {
  await hub.write(
    build
      .update(participants)
      .set({ owner: sql`user_id IN ${[...userIds]}` })
      .where(
        and(
          eq(participants.hubId, hub.id),
          eq(participants.roomId, roomId),
          or(eq(participants.owner, true), inArray(participants.userId, [...userIds])),
        ),
      ),
  );
}

/**
 * Queues a read pointer, and when its last receipt was sent (unix milliseconds). `ownAfter` belongs
 * to the pointer: null, where it has not been counted for this one.
 */
export function queuePointer(
  hub: Hub,
  roomId: string,
  userId: string,
  to: Pick<ParticipantRecord, 'pointer' | 'ownAfter'> &
    Partial<Pick<ParticipantRecord, 'receiptMs' | 'readAt' | 'readHidden'>>,
): void {
  hub.changesUnread(hub.id, roomId, userId);
  hub.changeAtCommit(participants, { hubId: hub.id, roomId, userId }, to);
}

/** Queues that a room is archived for one participant, as of an ordinal, or restored (null). */
export const queueArchivedAt = (
  hub: Hub,
  roomId: string,
  userId: string,
  archivedAt: number | null,
): void => {
  hub.changesUnread(hub.id, roomId, userId);
  hub.changeAtCommit(participants, { hubId: hub.id, roomId, userId }, { archivedAt });
};

/** Queues what notifies a participant in a room. */
export const queueNotifyLevel = (
  hub: Hub,
  roomId: string,
  userId: string,
  to: Pick<ParticipantRecord, 'notifyLevel' | 'notifyUntilMs'>,
): void => hub.changeAtCommit(participants, { hubId: hub.id, roomId, userId }, to);

/** Queues a higher bound of the messages that a participant has hidden. */
export function queueHiddenAt(hub: Hub, roomId: string, userId: string, ordinal: number): void {
  hub.changesUnread(hub.id, roomId, userId);
  hub.atCommit(
    build
      .update(participants)
      .set({ hiddenAt: sql`GREATEST(hidden_at, ${ordinal})` })
      .where(isParticipant(hub, roomId, userId)),
  );
}

/** Queues that authors have read up to their own newest messages: no pointer is beyond them. */
export function queueAuthorPointers(
  hub: Hub,
  messages: readonly { roomId: string; authorId: string; ordinal: number }[],
): void {
  for (const { roomId, authorId, ordinal } of messages) {
    hub.changesUnread(hub.id, roomId, authorId);
    hub.changeAtCommit(
      participants,
      { hubId: hub.id, roomId, userId: authorId },
      // Posting shows what the author has read, as to every client that gets the post.
      { pointer: ordinal, postedAt: ordinal, readHidden: false },
    );
  }
}
