import { dayMs } from '../../acl/language/time.ts';
import type { WakeUps } from '../../db/connection/connect.ts';
import { type Hub, inHub, transact } from '../../db/connection/transaction.ts';
import { type LockedRoom, lockRooms } from '../../db/rows/rooms/rooms.ts';
import {
  deletePurged,
  findOldest,
  forgetDeletedRooms,
  type HubRetention,
  listExpiring,
  listFrom,
  listRetentions,
  listUnpurged,
  messagesAtOnce,
  purgeRoom,
} from '../../db/upkeep/retention.ts';
import { emptyRoom } from '../actions/delete-room.ts';
import { expireRoomsBefore, roomsAtOnce } from '../actions/expire-messages.ts';
import type { Unit } from '../core/perform.ts';
import { type Job, type JobContext, performInHub, repeatInHub } from './job.ts';

const expiry: Job = { name: 'retention', events: ['room.purge'] };
const purging: Job = { name: 'purge', events: ['room.delete'] };
const forgetting: Job = { name: 'tombstones', events: [] };
const roomsPerRound = 2000;
/** Later messages may be older: the clock may have been set back. */
const lookAtFirstMs = 3_600_000;
const lookAtAllMs = dayMs;
const purgeAgainMs = 3_600_000;
const mostRounds = 100;

/** When to look for messages of a hub that expire, as long as they are kept for so many days. */
interface NextExpiry {
  retentionDays: number;
  /** When the first message that has not expired is read. */
  dueMs: number;
  /** When all rooms are looked at. */
  allDueMs: number;
  /** All messages before this event have expired. */
  seq: number;
}

/**
 * Lets messages expire that are older than their hub keeps them, in every hub. `next` keeps, by
 * hub, until when there is nothing to do: before that the hub costs nothing.
 */
export async function expireMessages(
  context: JobContext,
  next = new Map<string, NextExpiry>(),
): Promise<void> {
  for (const retention of await transact(context.pool, listRetentions)) {
    const { hubId, retentionDays } = retention;
    const known = next.get(hubId);
    const isKnown = known?.retentionDays === retentionDays;
    if (isKnown && context.clock() < known.dueMs) continue;
    next.delete(hubId);
    try {
      const found =
        (isKnown && (await expireInOrder(context, hubId, known))) ||
        (await expireInHub(context, retention));
      if (found) next.set(hubId, found);
    } catch (error) {
      context.report(error, expiry.name);
    }
  }
}

/**
 * Expires messages in the order of events, of which the first are known: costs by what expires.
 * Returns when to look next; undefined: at all rooms now.
 */
async function expireInOrder(
  context: JobContext,
  hubId: string,
  known: NextExpiry,
): Promise<NextExpiry | undefined> {
  const { pool, signal } = context;
  const now = context.clock();
  if (now >= known.allDueMs) return undefined;
  const beforeMs = now - known.retentionDays * dayMs;
  const soonMs = now + lookAtFirstMs;
  let next = known;
  for (let limit = 1; !signal.aborted; limit = messagesAtOnce) {
    const rows = await transact(pool, (tx) => listFrom(inHub(tx, hubId), next.seq, limit));
    const [first] = rows;
    if (!first) return { ...next, dueMs: soonMs };
    next = { ...next, seq: first.seq };
    if (first.createdMs >= beforeMs) {
      const dueMs = first.createdMs + known.retentionDays * dayMs + 1;
      return { ...next, dueMs: Math.min(dueMs, soonMs) };
    }
    const old = rows.filter(({ createdMs }) => createdMs < beforeMs);
    await expireRooms(context, hubId, [...new Set(old.map(({ roomId }) => roomId))], beforeMs);
  }
  return undefined;
}

/** Looks at all rooms. Returns when to look next; undefined: at the next run. */
async function expireInHub(
  context: JobContext,
  { hubId, retentionDays }: HubRetention,
): Promise<NextExpiry | undefined> {
  const { pool, signal } = context;
  const keptMs = retentionDays * dayMs;
  // Messages that expire meanwhile are for the next run: there may be some at each look.
  const now = context.clock();
  const beforeMs = now - keptMs;
  while (!signal.aborted) {
    const oldest = await transact(pool, (tx) => findOldest(inHub(tx, hubId)));
    if (!oldest || oldest.createdMs >= beforeMs) {
      const soonMs = now + lookAtFirstMs;
      if (!oldest) return { retentionDays, seq: 0, dueMs: soonMs, allDueMs: soonMs };
      const { createdMs, seq } = oldest;
      const dueMs = Math.min(createdMs + keptMs + 1, soonMs);
      return { retentionDays, seq, dueMs, allDueMs: now + lookAtAllMs };
    }
    const roomIds = await transact(pool, (tx) =>
      listExpiring(inHub(tx, hubId), beforeMs, roomsPerRound),
    );
    if (roomIds.length === 0) return undefined;
    await expireRooms(context, hubId, roomIds, beforeMs);
  }
  return undefined;
}

/** Expires the old messages of rooms, of a few in a transaction. */
async function expireRooms(
  context: JobContext,
  hubId: string,
  roomIds: readonly string[],
  beforeMs: number,
): Promise<void> {
  for (let from = 0; from < roomIds.length && !context.signal.aborted; from += roomsAtOnce)
    await performInHub(context, expiry, hubId, async (hub, { emit }) => {
      const some = roomIds.slice(from, from + roomsAtOnce);
      await emit(...(await expireRoomsBefore(hub, some, beforeMs)));
    });
}

/**
 * Removes text, files and reactions of expired messages, and participants of deleted rooms: a few
 * in a transaction, so that nobody waits long for a lock.
 */
export async function purgeMessages(context: JobContext): Promise<void> {
  // Rooms that fail are found again in each round, so their number is limited.
  for (let round = 0; round < mostRounds; round++) {
    const rooms = await transact(context.pool, (tx) => listUnpurged(tx, roomsPerRound));
    for (const { hubId, roomId } of rooms)
      await repeatInHub(context, purging, hubId, async (hub, unit) => {
        const room = (await lockRooms(hub, [roomId])).get(roomId);
        return room !== undefined && (await purgeStep(hub, room, unit));
      });
    if (rooms.length < roomsPerRound || context.signal.aborted) return;
  }
}

/** Returns whether there is more to purge. */
async function purgeStep(
  hub: Hub,
  room: LockedRoom,
  { emit, revoke, now }: Unit,
): Promise<boolean> {
  const isBeingLeft = room.kind === 'deleted' && room.memberCount > 0;
  const event = isBeingLeft ? await emptyRoom(hub, room) : undefined;
  const hasMore = await purgeRoom(hub, room, messagesAtOnce, now);
  if (!event) return hasMore;
  revoke({});
  await emit(event);
  return hasMore || room.memberCount > 0;
}

/**
 * Returns a job that purges if messages have expired since it ran, or an hour has passed: what is
 * left from before a start, or of a run that failed. Rooms have no index of what is left.
 */
export function createPurge(wakeUps: WakeUps): (context: JobContext) => Promise<void> {
  let dueMs = 0;
  wakeUps.on('purge', () => {
    dueMs = 0;
  });
  return async (context) => {
    if (context.clock() < dueMs) return;
    dueMs = context.clock() + purgeAgainMs;
    await purgeMessages(context);
  };
}

/** Deletes the rows of purged messages and deleted rooms that the log no longer reaches. */
export async function forgetTombstones(context: JobContext): Promise<void> {
  const steps = [deletePurged, forgetDeletedRooms];
  for (const { hubId } of await transact(context.pool, listRetentions))
    for (const forget of steps)
      await repeatInHub(
        context,
        forgetting,
        hubId,
        async (hub) => (await forget(hub, messagesAtOnce)) === messagesAtOnce,
      );
}
