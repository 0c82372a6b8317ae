import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import type { KeptTotal, RoomUnread, UnreadSums } from '../../connection/unread-totals.ts';
import type { ParticipantRecord, Place } from '../../rows/rooms/participants.ts';
import type { LockedRoom } from '../../rows/rooms/rooms.ts';
import { isArchived, isListed, ownMessages, unreadCount } from './unread.ts';

/** Returns a member's number of unread messages in rooms, by room id. */
export async function countUnreadIn(
  hub: Hub,
  userId: string,
  roomIds: readonly string[],
): Promise<Map<string, number>> {
  if (roomIds.length === 0) return new Map();
  const rows = await hub.read<{ roomId: string; unread: number }>(
    `SELECT p.room_id AS roomId, ${unreadCount} AS unread
     FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.room_id IN (?) AND p.user_id = ?`,
    [hub.id, roomIds, userId],
  );
  return new Map(rows.map(({ roomId, unread }) => [roomId, unread]));
}

/** Returns a member's number of unread messages in one room, by its id or an expression for it. */
export async function countUnread(hub: Hub, userId: string, room: string | Part): Promise<number> {
  const [roomId, ...params] = typeof room === 'string' ? ['?', room] : room;
  const [row] = await hub.read<{ unread: number }>(
    `SELECT ${unreadCount} AS unread
     FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.room_id = ${roomId} AND p.user_id = ?`,
    [hub.id, ...params, userId],
  );
  return row?.unread ?? 0;
}

/** A number of unread messages, and the state of the room and its participant that it holds for. */
export interface CountedUnread
  extends Pick<ParticipantRecord, 'pointer' | 'hiddenAt' | 'postedAt'>,
    Pick<LockedRoom, 'lastSeq'> {
  unread: number;
  /** As it will be when the pointer has moved. */
  ownAfter: ParticipantRecord['ownAfter'];
}

/**
 * Returns a member's number of unread messages in a room as it will be when the read pointer is at
 * least or at most at an ordinal; undefined if they are not in it. `own` is how many of their own
 * messages come after the ordinal, as long as they have posted up to `postedAt`: it spares counting
 * them.
 */
export async function countUnreadAfter(
  hub: Hub,
  userId: string,
  roomId: string,
  bound: { atLeast: number } | { atMost: number },
  own: { postedAt: number; count: number } = { postedAt: -1, count: 0 },
): Promise<CountedUnread | undefined> {
  const [choose, ordinal] =
    'atLeast' in bound ? ['GREATEST', bound.atLeast] : ['LEAST', bound.atMost];
  // By values: with those of a row MariaDB would read all of the author's messages in the room.
  const counted = ownMessages('?', { roomId: '?', userId: '?', after: '?' });
  const ownAfter = `IF(posted_at > ?, IF(posted_at = ?, ?, ${counted}), 0)`;
  const [row] = await hub.read<CountedUnread>(
    `SELECT ${unreadCount} AS unread, p.own_after AS ownAfter, p.pointer_before AS pointer,
       p.hidden_at AS hiddenAt, p.posted_at AS postedAt, r.last_seq AS lastSeq
     FROM (SELECT hub_id, room_id, user_id, hidden_at, posted_at, pointer AS pointer_before,
         ${choose}(pointer, ?) AS pointer,
         IF(${choose}(pointer, ?) <> ?, own_after, ${ownAfter}) AS own_after
       FROM participants WHERE hub_id = ? AND room_id = ? AND user_id = ?) p
     JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id`,
    [
      ...[ordinal, ordinal, ordinal],
      ...[ordinal, own.postedAt, own.count],
      ...[hub.id, roomId, userId, ordinal],
      ...[hub.id, roomId, userId],
    ],
  );
  return row;
}

/**
 * Sums a member's unread messages over all conversations, which are found by the member: another
 * index begins with all participants of the hub. Sums of members of many rooms are kept: only rooms
 * are read that have changed since.
 */
export async function sumUnread(hub: Hub, userId: string): Promise<UnreadSums> {
  const kept = hub.unreadTotals.find(hub.id, userId);
  if (kept) return sumKept(hub, userId, kept);
  const [row] = await hub.read<UnreadSums & { rooms: number }>(
    `SELECT COUNT(*) AS \`rooms\`,
       COALESCE(SUM(IF(archived OR kind <> 'direct', 0, unread)), 0) AS direct,
       COALESCE(SUM(IF(archived OR kind = 'direct', 0, unread)), 0) AS share,
       COALESCE(SUM(IF(archived, unread, 0)), 0) AS archived,
       COALESCE(SUM(unread > 0), 0) AS heads
     FROM (SELECT r.kind, ${isArchived} AS archived, ${unreadCount} AS unread
       FROM participants p FORCE INDEX (participants_member)
         STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
       WHERE p.hub_id = ? AND p.user_id = ?) c`,
    [hub.id, userId],
  );
  const { rooms = 0, direct = 0, share = 0, archived = 0, heads = 0 } = row ?? {};
  hub.unreadTotals.keep(hub.id, userId, rooms);
  return { direct, share, archived, heads };
}

/** Reads what has changed of a member's kept sums; returns the sums over all rooms but some. */
async function sumKept(
  hub: Hub,
  userId: string,
  kept: KeptTotal,
  except: readonly string[] = [],
): Promise<UnreadSums> {
  const question = kept.ask();
  return kept.answer(question, await readUnread(hub, userId, question.roomIds), except);
}

/** Reads a member's unread messages by room: in those of the rooms that they are in, or in all. */
async function readUnread(
  hub: Hub,
  userId: string,
  roomIds?: readonly string[],
): Promise<Map<string, RoomUnread>> {
  if (roomIds?.length === 0) return new Map();
  const rows = await hub.read<RoomUnread & { roomId: string }>(
    `SELECT p.room_id AS roomId, ${unreadCount} AS unread,
       IF(${isArchived}, 'archived', IF(r.kind = 'direct', 'direct', 'share')) AS kind
     FROM participants p ${roomIds ? '' : 'FORCE INDEX (participants_member)'}
       STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.user_id = ? ${roomIds ? 'AND p.room_id IN (?)' : ''}`,
    [hub.id, userId, ...(roomIds ? [roomIds] : [])],
  );
  return new Map(rows.map(({ roomId, unread, kind }) => [roomId, { unread, kind }]));
}

/**
 * Returns the sums of users' unread messages by user id, without those at some places. Users who
 * have none may be left out. Sums of members of many rooms are kept, as for `sumUnread`.
 */
export async function sumUnreadBeside(
  hub: Hub,
  userIds: readonly string[],
  places: readonly Place[],
): Promise<Map<string, number>> {
  const kept = new Map(
    userIds.flatMap((userId) => {
      const total = hub.unreadTotals.find(hub.id, userId);
      return total ? [[userId, total] as const] : [];
    }),
  );
  const others = userIds.filter((userId) => !kept.has(userId));
  const [totals, ...ofKept] = await Promise.all([
    sumAllBeside(hub, others, places),
    ...[...kept].map(async ([userId, total]) => {
      const except = places.flatMap((place) => (place.userId === userId ? [place.roomId] : []));
      return [userId, await sumKept(hub, userId, total, except)] as const;
    }),
  ]);
  for (const [userId, { direct, share, archived }] of ofKept)
    totals.set(userId, direct + share + archived);
  return totals;
}

async function sumAllBeside(
  hub: Hub,
  userIds: readonly string[],
  places: readonly Place[],
): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map();
  const except = places.map(({ roomId, userId }) => [roomId, userId]);
  const rows = await hub.read<{ userId: string; unread: number; rooms: number }>(
    `SELECT p.user_id AS userId, COUNT(*) AS \`rooms\`,
       SUM(IF(r.last_ordinal > p.pointer AND ${isListed}, ${unreadCount}, 0)) AS unread
     FROM participants p FORCE INDEX (participants_member)
       STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.user_id IN (?)
       ${except.length > 0 ? 'AND (p.room_id, p.user_id) NOT IN (?)' : ''}
     GROUP BY p.user_id`,
    [hub.id, userIds, ...(except.length > 0 ? [except] : [])],
  );
  for (const one of rows) hub.unreadTotals.keep(hub.id, one.userId, one.rooms);
  return new Map(rows.map(({ userId, unread }) => [userId, Number(unread)]));
}
