import type { Connection } from '../../../db/connection/connect.ts';
import { idSql } from './ids.ts';
import { deletedEvery, isDeletedRest, type LogPlan, specialRooms } from './log.ts';
import { lengthOf, placeSql, type Stream, streams } from './order.ts';
import { type HubPlan, messageSubject } from './plan.ts';
import { type RoomPlan, roomAt, smallRoomsOf } from './shape.ts';

const text =
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut ' +
  'labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco.';

/** Tables that exist while a hub is filled. */
const helpers = `
  CREATE TABLE fill_numbers (n BIGINT PRIMARY KEY);
  CREATE TABLE fill_rooms (round BIGINT PRIMARY KEY, id VARCHAR(36) CHARACTER SET ascii NOT NULL,
    authors BIGINT NOT NULL, before_seq BIGINT NOT NULL);
  CREATE TABLE fill_authors (round BIGINT NOT NULL, turn BIGINT NOT NULL,
    id VARCHAR(36) CHARACTER SET ascii NOT NULL, PRIMARY KEY (round, turn))`;
const dropHelpers = 'DROP TABLE IF EXISTS fill_numbers, fill_rooms, fill_authors';

/** Messages of one statement. */
const chunk = 50_000;

/**
 * Writes all messages of a hub with their keys, in the order in which they were posted, so that the
 * tables have the shape on the disk that they get in service.
 */
export async function writeMessages(
  connection: Connection,
  plan: HubPlan,
  log: LogPlan,
  say: (line: string) => void,
): Promise<void> {
  await connection.query(dropHelpers);
  await connection.query(helpers);
  await fillHelpers(connection, plan, log);
  const parts = Math.ceil(plan.shape.messages / chunk);
  for (let part = 0; part < parts; part++) {
    const messages = streams
      .map((stream) => partSql(stream, { part, parts }, plan))
      .join(' UNION ALL ');
    await connection.query(insertMessages(messages, plan, log));
    await connection.query(insertEchoes(messages, plan));
    say(`${plan.name}: ${Math.round((100 * (part + 1)) / parts)} % of the messages are filled`);
  }
  await connection.query(dropHelpers);
}

async function fillHelpers(connection: Connection, plan: HubPlan, log: LogPlan): Promise<void> {
  const { shape } = plan;
  const most = Math.max(...streams.map((stream) => lengthOf(stream, shape)));
  await connection.query('INSERT INTO fill_numbers VALUES (1)');
  for (let count = 1; count < most; count *= 2)
    await connection.query('INSERT INTO fill_numbers SELECT n + ? FROM fill_numbers', [count]);
  const rounds = roundsOf(plan);
  const rows = rounds.map(({ round, room }) => [
    ...[round, plan.roomIdOf(room.n), room.authors.length, log.streamBefore(room)],
  ]);
  await insertValues(connection, 'fill_rooms', rows);
  const authors = rounds.flatMap(({ round, room }) =>
    room.authors.map((n, turn) => [round, turn, plan.userIdOf(n)]),
  );
  await insertValues(connection, 'fill_authors', authors);
}

const longRound = -1;
const wideRound = -2;

/** Returns all rooms with their places in the round; the long and the wide room have none. */
function roundsOf(plan: HubPlan): { round: number; room: RoomPlan }[] {
  const { long, wide } = specialRooms(plan);
  const round = Array.from({ length: smallRoomsOf(plan.shape) }, (_, at) => {
    const room = plan.rooms[roomAt(at, plan.shape) - 1];
    return room ? [{ round: at, room }] : [];
  });
  return [...round.flat(), { round: longRound, room: long }, { round: wideRound, room: wide }];
}

async function insertValues(
  connection: Connection,
  table: string,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 5000)
    await connection.query(`INSERT INTO ${table} VALUES ?`, [rows.slice(from, from + 5000)]);
}

/** Where a stream's x-th message is: SQL expressions of `x.n`. */
function turnOf(stream: Stream, rooms: number) {
  if (stream !== 'small')
    return { round: stream === 'long' ? longRound : wideRound, ordinal: 'x.n', step: 1 };
  return { round: `(x.n - 1) MOD ${rooms}`, ordinal: `((x.n - 1) DIV ${rooms} + 1)`, step: rooms };
}

/**
 * Returns a SELECT of a part of a stream: room, author, ordinal, place among all messages, and the
 * place of the message before it in the room (0: none), or the event before that.
 */
function partSql(
  stream: Stream,
  { part, parts }: { part: number; parts: number },
  { shape }: HubPlan,
): string {
  const { round, ordinal, step } = turnOf(stream, smallRoomsOf(shape));
  const upTo = (count: number) => Math.floor((count * lengthOf(stream, shape)) / parts);
  const before = placeSql(stream, `(x.n - ${step})`, shape);
  return `SELECT r.id AS room_id, a.id AS author_id, ${ordinal} AS ordinal,
      ${placeSql(stream, 'x.n', shape)} AS place,
      IF(x.n > ${step}, ${before}, 0) AS before_place, r.before_seq,
      ${stream === 'long'} AND ${ordinal} MOD ${deletedEvery} = ${isDeletedRest} AS is_deleted
    FROM fill_numbers x
    JOIN fill_rooms r ON r.round = ${round}
    JOIN fill_authors a ON a.round = r.round AND a.turn = (${ordinal} - 1) MOD r.authors
    WHERE x.n > ${upTo(part)} AND x.n <= ${upTo(part + 1)}`;
}

/** The text of the message at a place: of 20 to 180 characters, and its place. */
const body = `CONCAT(LEFT('${text}', 20 + place * 7919 MOD 160), ' ', place)`;

const echoIdSql = ({ name }: HubPlan): string => idSql(`CONCAT('${name} echo ', place)`, 'place');

const messageIdSql = (plan: HubPlan): string =>
  idSql(`CONCAT('${messageSubject(plan)}', place)`, postedSql(plan));

function postedSql({ postedMs }: HubPlan): string {
  const firstMs = postedMs(0);
  return `${firstMs} + ${postedMs(1) - firstMs} * place`;
}

function insertMessages(messages: string, plan: HubPlan, { beforeMessages }: LogPlan): string {
  const deletedMs = `${plan.postedMs(plan.shape.messages)} + (ordinal DIV ${deletedEvery} + 1)`;
  return `INSERT INTO messages (hub_id, room_id, ordinal, id, seq, prev_seq, author_id, body,
      echo_id, deleted_ms, created_ms)
    SELECT '${plan.hubId}', room_id, ordinal, ${messageIdSql(plan)}, ${beforeMessages} + place,
      IF(before_place > 0, ${beforeMessages} + before_place, before_seq), author_id,
      IF(is_deleted, '', ${body}), ${echoIdSql(plan)},
      IF(is_deleted, ${deletedMs}, NULL), ${postedSql(plan)}
    FROM (${messages}) posted ORDER BY place`;
}

/** The digest is that of a call of chat.post with nothing but a text. */
const insertEchoes = (messages: string, plan: HubPlan): string =>
  `INSERT INTO echoes (hub_id, author_id, room_id, echo_key, digest, made_id)
   SELECT '${plan.hubId}', author_id, room_id, ${echoIdSql(plan)},
     SHA2(CONCAT('["', ${body}, '",null,[],[]]'), 256), ${messageIdSql(plan)}
   FROM (${messages}) posted ORDER BY place`;
