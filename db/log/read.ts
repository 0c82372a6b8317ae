import type { Hub, Transaction } from '../connection/transaction.ts';

/** Where the hub's log begins and ends. */
export async function findLogBounds(hub: Hub): Promise<{ seq: number; floor: number }> {
  const [row] = await hub.read<{ seq: number; floor: number }>(
    'SELECT seq, log_floor AS floor FROM hubs WHERE id = ?',
    [hub.id],
  );
  return row ?? { seq: 0, floor: 0 };
}

/** An event's place: its number, and the message that is it, if it is one. */
export interface EventPlace {
  seq: number;
  messageId: string | null;
  /** About how many bytes it has. */
  size: number;
}

/**
 * The next events in (since, upTo] that the member may see: of rooms where he is, from his joining on, of the hub, and those aimed at him.
 * Walks the hub's log in its order, and asks of each event by key whether he is there; stops when it has enough.
 */
export async function listEventPlaces(
  hub: Hub,
  userId: string,
  since: number,
  upTo: number,
  limit: number,
): Promise<EventPlace[]> {
  const joined = (alias: string, room: string) =>
    `participants p ON p.hub_id = ${alias}.hub_id AND p.room_id = ${alias}.${room} AND p.user_id = ? AND p.joined_seq <= ${alias}.seq
     WHERE ${alias}.hub_id = ? AND ${alias}.seq > ? AND ${alias}.seq <= ?`;
  const params = [userId, hub.id, since, upTo, limit];
  // A message's text, and what its reactions take.
  const size = (alias: string) =>
    `LENGTH(${alias}.body) + 45 * LEAST(${alias}.reaction_count, 400)`;
  return hub.read<EventPlace>(
    `SELECT seq, MAX(messageId) AS messageId, MAX(size) AS size FROM (
       (SELECT m.seq, m.id AS messageId, 500 + ${size('m')} AS size FROM messages m
         STRAIGHT_JOIN ${joined('m', 'room_id')} ORDER BY m.seq LIMIT ?)
       UNION ALL (SELECT e.seq, NULL, 500 + IFNULL((SELECT ${size('a')} FROM messages a WHERE a.hub_id = e.hub_id AND a.id = e.message_id), 0) FROM events e
         LEFT JOIN ${joined('e', 'stream')} AND (p.user_id IS NOT NULL OR e.stream = e.hub_id) ORDER BY e.seq LIMIT ?)
       UNION ALL (SELECT t.seq, NULL, 500 FROM event_targets t WHERE t.hub_id = ? AND t.user_id = ? AND t.seq > ? AND t.seq <= ? ORDER BY t.seq LIMIT ?)
     ) places GROUP BY seq ORDER BY seq LIMIT ?`,
    [...params, ...params, hub.id, userId, since, upTo, limit, limit],
  );
}

export interface LoggedEvent {
  seq: number;
  name: string;
  roomId: string | null;
  /** It is told as this message stands. */
  messageId: string | null;
  /** Of a direct room. */
  directKey: string | null;
  actorId: string;
  stream: string;
  prev: number;
  echoId: string | null;
  data: Record<string, unknown>;
}

export async function listLoggedEvents(hub: Hub, seqs: readonly number[]): Promise<LoggedEvent[]> {
  if (seqs.length === 0) return [];
  const rows = await hub.read<Omit<LoggedEvent, 'data'> & { data: string }>(
    `SELECT e.seq, e.name, e.room_id AS roomId, e.message_id AS messageId, r.direct_key AS directKey, e.actor_id AS actorId, e.stream, e.prev_seq AS prev, e.echo_id AS echoId, e.data
     FROM events e LEFT JOIN rooms r ON r.hub_id = e.hub_id AND r.id = e.room_id WHERE e.hub_id = ? AND e.seq IN (?)`,
    [hub.id, seqs],
  );
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as Record<string, unknown> }));
}

/** Of messages as events: what their view does not say. */
export async function listMessagePrevs(
  hub: Hub,
  messageIds: readonly string[],
): Promise<Map<string, { prev: number; directKey: string | null }>> {
  if (messageIds.length === 0) return new Map();
  const rows = await hub.read<{ id: string; prev: number; directKey: string | null }>(
    `SELECT m.id, m.prev_seq AS prev, r.direct_key AS directKey FROM messages m JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
     WHERE m.hub_id = ? AND m.id IN (?)`,
    [hub.id, messageIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The rooms where the member is, and from which event on he sees each. */
export async function listJoins(
  hub: Hub,
  userId: string,
): Promise<{ roomId: string; kind: string; joinedSeq: number }[]> {
  return hub.read(
    `SELECT p.room_id AS roomId, r.kind, p.joined_seq AS joinedSeq FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.user_id = ?`,
    [hub.id, userId],
  );
}

/** Forget events older than a time, a batch of a hub's oldest at once; the log's floor rises to the last one forgotten. Answers how many. */
export async function forgetEvents(hub: Hub, olderThanMs: number, limit: number): Promise<number> {
  const rows = await hub.read<{ seq: number }>(
    'SELECT seq FROM events WHERE hub_id = ? AND created_ms < ? ORDER BY seq LIMIT ?',
    [hub.id, olderThanMs, limit],
  );
  const last = rows.at(-1)?.seq;
  if (last === undefined) return 0;
  hub.atCommit(
    {
      sql: 'UPDATE hubs SET log_floor = GREATEST(log_floor, ?) WHERE id = ?',
      params: [last, hub.id],
    },
    { sql: 'DELETE FROM event_targets WHERE hub_id = ? AND seq <= ?', params: [hub.id, last] },
    { sql: 'DELETE FROM events WHERE hub_id = ? AND seq <= ?', params: [hub.id, last] },
  );
  return rows.length;
}

/** Hubs that have events older than a time. */
export async function listHubsWithOldEvents(
  tx: Transaction,
  olderThanMs: number,
): Promise<string[]> {
  const rows = await tx.read<{ hubId: string }>(
    'SELECT DISTINCT hub_id AS hubId FROM events WHERE created_ms < ? LIMIT 1000',
    [olderThanMs],
  );
  return rows.map((row) => row.hubId);
}
