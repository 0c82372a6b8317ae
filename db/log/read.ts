import type { Hub } from '../connection/transaction.ts';
import { columnsOf, events } from '../tables/index.ts';

/** Returns the number of the hub's last event, and the one after which its log is complete. */
export async function findLogBounds(hub: Hub): Promise<{ seq: number; floor: number }> {
  const [row] = await hub.read<{ seq: number; floor: number }>(
    'SELECT seq, log_floor AS floor FROM hubs WHERE id = ?',
    [hub.id],
  );
  return row ?? { seq: 0, floor: 0 };
}

/** Where an event is stored. */
export interface EventPlace {
  seq: number;
  /** The message that the event is; null: it is in the event table. */
  messageId: string | null;
  /** About how many bytes it has as JSON. */
  size: number;
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

/** Joins the member's row in the room of a message or an event, for events since the joining. */
const joined = (alias: string, room: string) =>
  `participants p ON p.hub_id = ${alias}.hub_id AND p.room_id = ${alias}.${room}
     AND p.user_id = ? AND p.joined_seq <= ${alias}.seq
   WHERE ${alias}.hub_id = ? AND ${alias}.seq > ?`;

/**
 * Returns the next events after `since` that a member may see: of the rooms they are in, since
 * they joined; of the hub; and those that have them as a target. Walks the hub's log in order,
 * looks the member up by key for each event, and stops when it has enough.
 */
export async function listEventPlaces(
  hub: Hub,
  userId: string,
  since: number,
  limit: number,
): Promise<EventPlace[]> {
  const params = [userId, hub.id, since, limit];
  return hub.read<EventPlace>(
    `SELECT seq, MAX(messageId) AS messageId, MAX(size) AS size FROM (
       (SELECT m.seq, m.id AS messageId, ${fixedSize} + ${messageSize('m')} AS size
         FROM messages m STRAIGHT_JOIN ${joined('m', 'room_id')} ORDER BY m.seq LIMIT ?)
       UNION ALL
       (SELECT e.seq, NULL, ${fixedSize} + ${eventSize}
         FROM events e LEFT JOIN ${joined('e', 'stream')}
           AND (p.user_id IS NOT NULL OR e.stream = e.hub_id) ORDER BY e.seq LIMIT ?)
       UNION ALL
       (SELECT t.seq, NULL, ${fixedSize} + IFNULL(${eventSize}, 0) FROM event_targets t
         LEFT JOIN events e ON e.hub_id = t.hub_id AND e.seq = t.seq
         WHERE t.hub_id = ? AND t.user_id = ? AND t.seq > ?
         ORDER BY t.seq LIMIT ?)
     ) places GROUP BY seq ORDER BY seq LIMIT ?`,
    [...params, ...params, hub.id, userId, since, limit, limit],
  );
}

const columns = columnsOf(events, { alias: 'e', except: ['hubId', 'prevSeq', 'createdMs'] });

/** An event of the event table. */
export interface LoggedEvent
  extends Omit<typeof events.$inferSelect, 'hubId' | 'prevSeq' | 'createdMs'> {
  prev: number;
  /** Of a direct room. */
  directKey: string | null;
}

// By the index of direct keys MariaDB would read all rooms of a small hub for each event.
export async function listLoggedEvents(hub: Hub, seqs: readonly number[]): Promise<LoggedEvent[]> {
  if (seqs.length === 0) return [];
  const rows = await hub.read<LoggedEvent>(
    `SELECT ${columns.list}, e.prev_seq AS prev, r.direct_key AS directKey
     FROM events e
     LEFT JOIN rooms r FORCE INDEX (PRIMARY) ON r.hub_id = e.hub_id AND r.id = e.room_id
     WHERE e.hub_id = ? AND e.seq IN (?)`,
    [hub.id, seqs],
  );
  return rows.map(columns.decode);
}
