import type { EventData, EventName } from '../../../acl/events.ts';
import { maxUserIds } from '../../../acl/language/limits.ts';
import { newRoom } from '../../../db/rows/rooms/rooms.ts';
import type { events } from '../../../db/tables/index.ts';
import { presentRoom } from '../../../service/present/room.ts';
import { placeOf } from './order.ts';
import { type HubPlan, messageIdOf } from './plan.ts';
import { owner, quietOf, type RoomPlan, smallRoomsOf } from './shape.ts';

/** An event of the event table. */
export interface FilledEvent {
  row: typeof events.$inferInsert;
  /** Users who see it although it is not in the stream of a room that they are in. */
  targets: readonly string[];
}

/** The event log beside the messages: first members and rooms, then messages, then deletions. */
export interface LogPlan {
  events: FilledEvent[];
  /** The number of the last event before the first message. */
  beforeMessages: number;
  /** The number of the last event of all. */
  last: number;
  /** From which event on the participant at an index sees the room. */
  joinedIn(room: RoomPlan, index: number): number;
  /** The last event of a room's stream before its messages. */
  streamBefore(room: RoomPlan): number;
}

export const privilegeOf = (n: number): number => (n === owner ? 63 : 7);

export function planLog(plan: HubPlan): LogPlan {
  const filled: FilledEvent[] = [];
  const made = new Map<number, number>();
  const append = appender(plan, filled);
  for (let n = 1; n <= quietOf(plan.shape); n++) {
    const userId = plan.userIdOf(n);
    const data = { user_id: userId, privilege: privilegeOf(n) };
    append('hub.set_privilege', data, { stream: userId, prev: 0, ms: plan.joinedMs(n) }, [userId]);
  }
  for (const room of plan.rooms.filter(({ kind }) => kind === 'group')) {
    made.set(room.n, filled.length + 1);
    appendRoom(plan, room, append);
  }
  const beforeMessages = filled.length;
  const madeIn = (room: RoomPlan) => made.get(room.n) ?? 0;
  const joinedIn = (room: RoomPlan, index: number) => madeIn(room) && madeIn(room) + addOf(index);
  const streamBefore = (room: RoomPlan) => joinedIn(room, room.participants.length - 1);
  appendDeletions(plan, beforeMessages, append);
  const last = plan.shape.messages + filled.length;
  return { events: filled, beforeMessages, last, joinedIn, streamBefore };
}

/** How many calls of room.add it took, after room.create, until a participant was in the room. */
const addOf = (index: number): number =>
  index <= maxUserIds ? 0 : Math.ceil((index - maxUserIds) / maxUserIds);

interface Where {
  stream: string;
  /** The event before it in the stream. */
  prev: number;
  ms: number;
  /** The number, where it is not the next one. */
  seq?: number;
  roomId?: string;
  actorId?: string;
}

/** Appends an event; returns its number. */
type Append = <N extends EventName>(
  name: N,
  data: EventData<N>,
  where: Where,
  targets?: readonly string[],
) => number;

const appender =
  ({ hubId }: HubPlan, filled: FilledEvent[]): Append =>
  (name, data, { stream, prev, ms, seq, roomId, actorId = '' }, targets = []) => {
    const row = {
      hubId,
      seq: seq ?? filled.length + 1,
      name,
      roomId: roomId ?? null,
      messageId: null,
      actorId,
      stream,
      prevSeq: prev,
      echoId: null,
      data,
      createdMs: ms,
    };
    filled.push({ row, targets });
    return row.seq;
  };

/** A room is made with as many participants as a call may name; others are added. */
function appendRoom(plan: HubPlan, room: RoomPlan, append: Append): void {
  const roomId = plan.roomIdOf(room.n);
  const ids = room.participants.map((n) => plan.userIdOf(n));
  const [createdBy = ''] = ids;
  const ms = plan.madeMs(room.n);
  let memberCount = Math.min(ids.length, maxUserIds + 1);
  const { hubId } = plan;
  const given = { hubId, id: roomId, kind: room.kind, name: room.name, createdBy, memberCount };
  const data = {
    ...presentRoom(newRoom(given, ms), [createdBy]),
    user_ids: ids.slice(0, memberCount),
  };
  let at = { stream: roomId, prev: 0, ms, roomId, actorId: createdBy };
  let prev = append('room.create', data, at);
  while (memberCount < ids.length) {
    const added = ids.slice(memberCount, memberCount + maxUserIds);
    memberCount += added.length;
    at = { ...at, prev };
    const lists = { user_ids: added, owner_ids: [createdBy] };
    prev = append('room.add', { room_id: roomId, ...lists, member_count: memberCount }, at, added);
  }
}

/** The messages of the long room that are deleted for all: one of a thousand. */
export const deletedEvery = 1000;
export const isDeletedRest = 500;

/** Returns the ordinals of the messages of the long room that are deleted. */
export function deletedOrdinals({ shape }: HubPlan): number[] {
  const count = Math.ceil((shape.longMessages - isDeletedRest + 1) / deletedEvery);
  return Array.from({ length: count }, (_, n) => n * deletedEvery + isDeletedRest);
}

/** Returns the long room's plan, and the wide one's. */
export function specialRooms({ rooms, shape }: HubPlan): { long: RoomPlan; wide: RoomPlan } {
  const [long, wide] = rooms.slice(smallRoomsOf(shape));
  if (!long || !wide) throw new Error('the hub has too few rooms');
  return { long, wide };
}

/** The author of each deletes them, after all messages of the hub. */
function appendDeletions(plan: HubPlan, beforeMessages: number, append: Append): void {
  const { shape } = plan;
  const { long } = specialRooms(plan);
  const roomId = plan.roomIdOf(long.n);
  let prev = beforeMessages + placeOf('long', shape.longMessages, shape);
  for (const [index, ordinal] of deletedOrdinals(plan).entries()) {
    const authorId = plan.userIdOf(long.authors[(ordinal - 1) % long.authors.length] ?? 0);
    const place = placeOf('long', ordinal, shape);
    const data = {
      room_id: roomId,
      message_id: messageIdOf(plan, place),
      author_id: authorId,
      ordinal,
      option: 'all' as const,
      deleted: 1 as const,
    };
    const seq = beforeMessages + shape.messages + index + 1;
    const ms = plan.postedMs(shape.messages) + index + 1;
    append('chat.delete', data, { stream: roomId, prev, ms, seq, roomId, actorId: authorId });
    prev = seq;
  }
}
