/**
 * Writes the rows of a whole hub by SQL, as the service would have written them: its members, its
 * rooms, their messages with their keys, and the event log. The same shape gives the same hub.
 */
import type { MySqlTable } from 'drizzle-orm/mysql-core';
import { searchForm } from '../../../acl/text/normal-form.ts';
import { boundSession } from '../../../db/connection/bounds.ts';
import type { Connection, Pool } from '../../../db/connection/connect.ts';
import { insertRows } from '../../../db/connection/statements.ts';
import { directKey } from '../../../db/rows/rooms/direct-key.ts';
import { newRoom } from '../../../db/rows/rooms/rooms.ts';
import { fillSuffixes } from '../../../db/setup/fill-suffixes.ts';
import {
  events,
  eventTargets,
  hubs,
  members,
  participants,
  removals,
  rooms,
  users,
} from '../../../db/tables/index.ts';
import { deletedOrdinals, type LogPlan, planLog, privilegeOf, specialRooms } from './log.ts';
import { writeMessages } from './messages.ts';
import { lastInRound, placeOf } from './order.ts';
import { type HubPlan, messageIdOf, planHub } from './plan.ts';
import {
  heavy,
  ordinaryOf,
  owner,
  quietOf,
  type RoomPlan,
  reader,
  roomAt,
  type Shape,
  smallRoomsOf,
} from './shape.ts';

/** The members and rooms that matter in a filled hub. */
export interface FilledHub {
  shape: Shape;
  hubId: string;
  /** Is in most rooms. */
  heavyId: string;
  ownerId: string;
  /** Is in the long room. */
  readerId: string;
  /** Is in about twenty rooms. */
  ordinaryId: string;
  /** Is in one room, a group. */
  quietId: string;
  longRoomId: string;
  wideRoomId: string;
  quietRoomId: string;
  /** A group of the heavy member. */
  groupId: string;
  /** The number of the last event before the first message, and of the last event. */
  beforeMessages: number;
  seq: number;
  /** Members by their numbers, from 1. */
  userIdOf(n: number): string;
  longMessageId(ordinal: number): string;
}

/** Fills a new hub. Its last message is from `lastMs`; `name` distinguishes the ids of hubs. */
export async function fillHub(
  pool: Pool,
  { name, shape, lastMs }: { name: string; shape: Shape; lastMs: number },
  say: (line: string) => void = () => {},
): Promise<FilledHub> {
  const plan = planHub(name, shape, lastMs);
  const log = planLog(plan);
  const connection = await pool.getConnection();
  try {
    await connection.query(boundSession(0));
    await insertPeople(connection, plan, log);
    await insertRooms(connection, plan, log);
    await fillSuffixes(connection);
    const rows = log.events.map(({ row }) => row);
    await insert(connection, events, rows);
    const targets = log.events.flatMap(({ row: { hubId, seq }, targets }) =>
      targets.map((userId) => ({ hubId, userId, seq })),
    );
    await insert(connection, eventTargets, targets);
    say(`${name}: members and rooms are filled`);
    await writeMessages(connection, plan, log, say);
    return filledHub(plan, log);
  } finally {
    connection.destroy();
  }
}

/** Returns what `fillHub` filled. */
export function describeHub(name: string, shape: Shape, lastMs: number): FilledHub {
  const plan = planHub(name, shape, lastMs);
  return filledHub(plan, planLog(plan));
}

function filledHub(plan: HubPlan, log: LogPlan): FilledHub {
  const { shape, hubId, userIdOf, roomIdOf } = plan;
  const { long, wide } = specialRooms(plan);
  const quiet = quietOf(shape);
  const quietRoom = plan.rooms.find(({ participants }) => participants.includes(quiet));
  return {
    shape,
    hubId,
    userIdOf,
    heavyId: userIdOf(heavy),
    ownerId: userIdOf(owner),
    readerId: userIdOf(reader),
    ordinaryId: userIdOf(ordinaryOf(shape)),
    quietId: userIdOf(quiet),
    longRoomId: roomIdOf(long.n),
    wideRoomId: roomIdOf(wide.n),
    quietRoomId: roomIdOf(quietRoom?.n ?? 0),
    groupId: roomIdOf(2),
    beforeMessages: log.beforeMessages,
    seq: log.last,
    longMessageId: (ordinal) => messageIdOf(plan, placeOf('long', ordinal, shape)),
  };
}

/** Inserts rows in statements of a size that every server accepts. */
async function insert<T extends MySqlTable>(
  connection: Connection,
  table: T,
  rows: readonly T['$inferInsert'][],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 1000) {
    const { sql, params } = insertRows(table, rows.slice(from, from + 1000));
    await connection.query(sql, [...params]);
  }
}

async function insertPeople(connection: Connection, plan: HubPlan, log: LogPlan): Promise<void> {
  const { hubId: id, name, shape, userIdOf, joinedMs } = plan;
  const memberCount = quietOf(shape);
  const hub = { id, name, origins: [], seq: log.last, memberCount, createdMs: joinedMs(0) };
  await insert(connection, hubs, [hub]);
  const numbers = Array.from({ length: memberCount }, (_, n) => n + 1);
  const people = numbers.map((n) => {
    const [firstname, lastname] = [`User${n}`, `Test${n % 100}`];
    const search = searchForm(`${firstname} ${lastname}`);
    return { id: userIdOf(n), firstname, lastname, search, createdMs: joinedMs(n) };
  });
  await insert(connection, users, people);
  const joined = numbers.map((n) => ({
    hubId: id,
    userId: userIdOf(n),
    privilege: privilegeOf(n),
    // The events of members are the first ones.
    lastSeq: n,
    joinedMs: joinedMs(n),
  }));
  await insert(connection, members, joined);
}

/** The last message of a room: its ordinal, and its place among all messages of the hub. */
interface Last {
  ordinal: number;
  place: number;
}

function lastMessages(plan: HubPlan): Map<number, Last> {
  const { shape } = plan;
  const last = new Map<number, Last>();
  for (let round = 0; round < smallRoomsOf(shape); round++) {
    const { ordinal, x } = lastInRound(round, shape);
    last.set(roomAt(round, shape), { ordinal, place: placeOf('small', x, shape) });
  }
  const { long, wide } = specialRooms(plan);
  const { longMessages, wideMessages } = shape;
  last.set(long.n, { ordinal: longMessages, place: placeOf('long', longMessages, shape) });
  last.set(wide.n, { ordinal: wideMessages, place: placeOf('wide', wideMessages, shape) });
  return last;
}

async function insertRooms(connection: Connection, plan: HubPlan, log: LogPlan): Promise<void> {
  const last = lastMessages(plan);
  const lastOf = (room: RoomPlan): Last => last.get(room.n) ?? { ordinal: 0, place: 0 };
  const made = plan.rooms.map((room) => roomRow(plan, log, room, lastOf(room)));
  await insert(connection, rooms, made);
  const places = plan.rooms.flatMap((room) => placeRows(plan, log, room, lastOf(room).ordinal));
  await insert(connection, participants, places);
  const { long } = specialRooms(plan);
  const { hubId } = plan;
  const [roomId, ordinals] = [plan.roomIdOf(long.n), deletedOrdinals(plan)];
  const deleted = ordinals.map((ordinal) => ({ hubId, roomId, userId: '', ordinal, own: false }));
  await insert(connection, removals, deleted);
  const removedAt = ordinals.at(-1) ?? 0;
  await connection.query(
    'UPDATE rooms SET removed_at = ?, last_seq = ? WHERE hub_id = ? AND id = ?',
    [removedAt, log.last, hubId, roomId],
  );
}

function roomRow(plan: HubPlan, log: LogPlan, room: RoomPlan, last: Last) {
  const { n, kind, name, participants } = room;
  const [first = '', second = ''] = participants.slice(0, 2).map(plan.userIdOf);
  const isDirect = kind === 'direct';
  const given = {
    hubId: plan.hubId,
    id: plan.roomIdOf(n),
    directKey: isDirect ? directKey(first, second) : null,
    memberCount: participants.length,
    createdBy: first,
    lastOrdinal: last.ordinal,
    lastAtMs: plan.postedMs(last.place),
    lastSeq: log.beforeMessages + last.place,
    kind,
    name,
  };
  const row = newRoom(given, plan.madeMs(n));
  return { ...row, search: isDirect ? null : searchForm(name) };
}

/** Some participants have read everything, others all but a few messages. */
const unreadOf = (room: RoomPlan, n: number): number => (room.n + n) % 8;

function placeRows(plan: HubPlan, log: LogPlan, room: RoomPlan, lastOrdinal: number) {
  return room.participants.map((n, index) => {
    const postedAt = lastOwnOrdinal(room, index, lastOrdinal);
    return {
      hubId: plan.hubId,
      roomId: plan.roomIdOf(room.n),
      userId: plan.userIdOf(n),
      owner: room.kind === 'group' && index === 0,
      pointer: Math.max(postedAt, lastOrdinal - unreadOf(room, n)),
      postedAt,
      joinedSeq: log.joinedIn(room, index),
      joinedMs: plan.madeMs(room.n),
    };
  });
}

/** Authors are the first participants, in the same order. */
function lastOwnOrdinal({ authors }: RoomPlan, index: number, lastOrdinal: number): number {
  if (index >= Math.min(authors.length, lastOrdinal)) return 0;
  return lastOrdinal - ((lastOrdinal - 1 - index) % authors.length);
}
