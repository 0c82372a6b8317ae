/** The statements that find events of a member: along the hub's log, or room by room. */
import type { Hub } from '../connection/transaction.ts';
import type { LogBounds } from './read.ts';

/** Where an event is stored. */
export interface EventPlace {
  seq: number;
  /** Of an event in the event table; null: the event is a message. */
  name: string | null;
  /** The conversation that it is about. */
  roomId: string | null;
  /** The message that the event is, or is about. */
  messageId: string | null;
  /** The mail that it is about. */
  mailId: string | null;
  /** How many reactions the message has that it is. */
  reactionCount: number | null;
  /** About how many bytes it has as JSON. */
  size: number;
}

/** The events after one `seq`, up to another. */
export interface Span {
  after: number;
  upTo: number;
}

/** Fields that every event has. */
const fixedSize = 500;

/** The bytes of a message's text, of the text that it quotes, and of its reactions. */
const messageSize = (alias: string) =>
  `LENGTH(${alias}.body) + IFNULL(LENGTH(${alias}.content), 0)
   + 45 * LEAST(${alias}.reaction_count, 400)
   + IFNULL((SELECT LENGTH(quoted.body) FROM messages quoted
       WHERE quoted.hub_id = ${alias}.hub_id AND quoted.id = ${alias}.thread_id), 0)`;

/** The id of the mail that an event is about. */
const mailId = `CONVERT(JSON_UNQUOTE(JSON_EXTRACT(e.data, '$.message_id')) USING ascii)
  COLLATE ascii_bin`;

/** The bytes of an event's data, and of the message or mail that is added to it. */
const eventSize = `IFNULL(LENGTH(e.data), 0)
   + IFNULL((SELECT ${messageSize('about')} FROM messages about
       WHERE about.hub_id = e.hub_id AND about.id = e.message_id), 0)
   + IF(e.name LIKE 'messaging.%', IFNULL((SELECT LENGTH(sent.content) FROM mail sent
       WHERE sent.hub_id = e.hub_id AND sent.id = ${mailId}), 0), 0)`;

/** A part of a statement with its parameters. */
interface Part {
  sql: string;
  params: readonly unknown[];
}

/**
 * Returns the first events that these parts select as `seq` and `isMessage`. Their rows are read
 * only once it is known which of them are the first.
 */
function selectPlaces(hub: Hub, parts: readonly Part[], limit: number): Promise<EventPlace[]> {
  return hub.read<EventPlace>(
    `SELECT found.seq, e.name, COALESCE(m.room_id, e.room_id) AS roomId,
       COALESCE(m.id, e.message_id) AS messageId,
       m.reaction_count AS reactionCount,
       IF(e.name LIKE 'messaging.%', ${mailId}, NULL) AS mailId,
       ${fixedSize} + IF(found.isMessage, ${messageSize('m')}, ${eventSize}) AS size
     FROM (SELECT seq, isMessage FROM (${parts.map(({ sql }) => `(${sql})`).join(' UNION ')}) parts
       ORDER BY seq LIMIT ?) found
     LEFT JOIN messages m FORCE INDEX (messages_seq)
       ON found.isMessage AND m.hub_id = ? AND m.seq = found.seq
     LEFT JOIN events e FORCE INDEX (PRIMARY)
       ON NOT found.isMessage AND e.hub_id = ? AND e.seq = found.seq
     ORDER BY found.seq`,
    [...parts.flatMap(({ params }) => params), limit, hub.id, hub.id],
  );
}

/**
 * Returns the first events in a span that a member sees by the rooms they are in, since they
 * joined, and those for all members; with `targetedAfter` also those after it, in the span or not,
 * that have the member as their target. Looks at every event of the hub: costs at most the span.
 */
export function walkLog(
  hub: Hub,
  userId: string,
  { after, upTo }: Span,
  { limit, targetedAfter }: { limit: number; targetedAfter?: number },
): Promise<EventPlace[]> {
  const joined = (event: string, room: string) =>
    `participants p FORCE INDEX (PRIMARY) ON p.hub_id = ${event}.hub_id
       AND p.room_id = ${event}.${room} AND p.user_id = ? AND p.joined_seq <= ${event}.seq
     WHERE ${event}.hub_id = ? AND ${event}.seq > ? AND ${event}.seq <= ?`;
  const params = [userId, hub.id, after, upTo, limit];
  const parts: Part[] = [
    {
      sql: `SELECT l.seq, 1 AS isMessage FROM messages l FORCE INDEX (messages_seq)
        STRAIGHT_JOIN ${joined('l', 'room_id')} ORDER BY l.seq LIMIT ?`,
      params,
    },
    {
      sql: `SELECT l.seq, 0 AS isMessage FROM events l FORCE INDEX (PRIMARY)
        LEFT JOIN ${joined('l', 'stream')} AND (p.user_id IS NOT NULL OR l.stream = l.hub_id)
        ORDER BY l.seq LIMIT ?`,
      params,
    },
  ];
  if (targetedAfter !== undefined)
    parts.push({
      sql: `SELECT t.seq, 0 AS isMessage FROM event_targets t
        WHERE t.hub_id = ? AND t.user_id = ? AND t.seq > ? ORDER BY t.seq LIMIT ?`,
      params: [hub.id, userId, targetedAfter, limit],
    });
  return selectPlaces(hub, parts, limit);
}

/** A room of a member that has events after a `seq`. */
export interface RoomNews {
  roomId: string;
  /** The greatest `seq` whose events the member has already, or must not see. */
  fromSeq: number;
  /** The ordinal of the first message after it; one after the last, where no message is. */
  firstOrdinal: number;
}

/** Which rooms of a member to look at. */
export interface RoomsQuery {
  /** The member has all events up to this `seq`. */
  after: number;
  /** The rooms with a greater id. */
  afterRoom: string;
  limit: number;
  /** Returns none if the member is in more rooms than this. */
  unlessIn?: number;
}

/**
 * Returns the member's rooms that have events after a `seq`, by id. Reads nothing more than the
 * hub's row if it has none. The first message is found by bisection: in a room, `seq` rises with
 * the ordinal. A message that does not exist any more was purged: its `seq` is before every other.
 */
export function listRoomNews(
  hub: Hub,
  userId: string,
  { after, afterRoom, limit, unlessIn }: RoomsQuery,
): Promise<RoomNews[]> {
  const few =
    unlessIn === undefined
      ? { sql: '', params: [] }
      : {
          sql: `AND (SELECT COUNT(*) FROM (
              SELECT 1 FROM participants FORCE INDEX (participants_member)
              WHERE hub_id = ? AND user_id = ? LIMIT ?) theirs) <= ?`,
          params: [hub.id, userId, unlessIn + 1, unlessIn],
        };
  const middle = '(s.low + s.high) DIV 2';
  return hub.read<RoomNews>(
    `WITH RECURSIVE search AS (
       SELECT * FROM (
         SELECT p.room_id AS roomId, GREATEST(p.joined_seq - 1, ?) AS fromSeq,
           CAST(0 AS SIGNED) AS low, r.last_ordinal + 1 AS high
         FROM hubs h
         STRAIGHT_JOIN participants p FORCE INDEX (participants_member) ON p.hub_id = h.id
         STRAIGHT_JOIN rooms r FORCE INDEX (PRIMARY)
           ON r.hub_id = p.hub_id AND r.id = p.room_id
         WHERE h.id = ? AND h.seq > ? ${few.sql}
           AND p.user_id = ? AND p.room_id > ? AND r.last_seq > ?
         ORDER BY p.room_id LIMIT ?) news
       UNION ALL
       SELECT s.roomId, s.fromSeq, IF(m.seq > s.fromSeq, s.low, ${middle}),
         IF(m.seq > s.fromSeq, ${middle}, s.high)
       FROM search s
       LEFT JOIN messages m FORCE INDEX (PRIMARY)
         ON m.hub_id = ? AND m.room_id = s.roomId AND m.ordinal = ${middle}
       WHERE s.high - s.low > 1)
     SELECT roomId, fromSeq, high AS firstOrdinal FROM search WHERE high - low <= 1
     ORDER BY roomId`,
    [after, hub.id, after, ...few.params, userId, afterRoom, after, limit, hub.id],
  );
}

/**
 * Returns the first events up to a `seq` of rooms that the member is in still, and those of the
 * hub's own stream after `hubAfter`, if given. Costs at most `limit` messages and events a room.
 */
export async function listPlacesOfRooms(
  hub: Hub,
  userId: string,
  rooms: readonly RoomNews[],
  { upTo, limit, hubAfter }: { upTo: number; limit: number; hubAfter?: number | undefined },
): Promise<EventPlace[]> {
  const member = 'p.hub_id = ? AND p.room_id = ? AND p.user_id = ?';
  const parts = rooms.flatMap(({ roomId, fromSeq, firstOrdinal }): Part[] => [
    {
      sql: `SELECT l.seq, 1 AS isMessage
        FROM participants p STRAIGHT_JOIN messages l FORCE INDEX (PRIMARY)
        WHERE ${member} AND l.hub_id = ? AND l.room_id = ? AND l.ordinal >= ? AND l.ordinal < ?
          AND l.seq > ? AND l.seq <= ? AND l.seq >= p.joined_seq`,
      params: [
        ...[hub.id, roomId, userId, hub.id, roomId, firstOrdinal, firstOrdinal + limit],
        ...[fromSeq, upTo],
      ],
    },
    {
      sql: `SELECT l.seq, 0 AS isMessage
        FROM participants p STRAIGHT_JOIN events l FORCE INDEX (events_stream)
        WHERE ${member} AND l.hub_id = ? AND l.stream = ? AND l.seq > ? AND l.seq <= ?
          AND l.seq >= p.joined_seq
        ORDER BY l.seq LIMIT ?`,
      params: [hub.id, roomId, userId, hub.id, roomId, fromSeq, upTo, limit],
    },
  ]);
  if (hubAfter !== undefined)
    parts.push({
      sql: `SELECT l.seq, 0 AS isMessage FROM events l FORCE INDEX (events_stream)
        WHERE l.hub_id = ? AND l.stream = ? AND l.seq > ? AND l.seq <= ? ORDER BY l.seq LIMIT ?`,
      params: [hub.id, hub.id, hubAfter, upTo, limit],
    });
  return parts.length === 0 ? [] : selectPlaces(hub, parts, limit);
}

/** The ends of a hub's event log, and whether a member is in few rooms. */
export interface LogSurvey extends LogBounds {
  /** The number of the member's rooms, counted up to some; zero, if the log ends nearby. */
  rooms: number;
}

/** Returns the log's bounds; counts a member's rooms up to `most`, if it goes beyond `near`. */
export async function surveyLog(
  hub: Hub,
  userId: string,
  { near, most }: { near: number; most: number },
): Promise<LogSurvey> {
  const [row] = await hub.read<LogSurvey>(
    `SELECT h.seq, h.log_floor AS floor, (
         SELECT COUNT(*) FROM (
           SELECT 1 FROM hubs behind
           STRAIGHT_JOIN participants p FORCE INDEX (participants_member) ON p.hub_id = behind.id
           WHERE behind.id = ? AND behind.seq > ? AND p.user_id = ? LIMIT ?) theirs) AS rooms
     FROM hubs h WHERE h.id = ?`,
    [hub.id, near, userId, most, hub.id],
  );
  return row ?? { seq: 0, floor: 0, rooms: 0 };
}

/** Returns the number of a member's rooms. */
export async function countRooms(hub: Hub, userId: string): Promise<number> {
  const [row] = await hub.read<{ count: number }>(
    `SELECT COUNT(*) AS count FROM participants FORCE INDEX (participants_member)
     WHERE hub_id = ? AND user_id = ?`,
    [hub.id, userId],
  );
  return row?.count ?? 0;
}
