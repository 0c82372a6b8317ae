import { dayMs } from '../../acl/language/time.ts';
import { inHub, transact } from '../../db/connection/transaction.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import {
  deletePurged,
  findOldestMs,
  type HubRetention,
  listExpiring,
  listRetentions,
  listUnpurged,
  purgeRoom,
} from '../../db/upkeep/retention.ts';
import { expireRoomsBefore } from '../actions/expire-messages.ts';
import { type Job, type JobContext, performInHub, repeatInHub } from './job.ts';

const expiry: Job = { name: 'retention', events: ['room.purge'] };
const purging: Job = { name: 'purge', events: [] };
const forgetting: Job = { name: 'tombstones', events: [] };
const roomsPerRound = 2000;
/** Posts wait for the rooms and the hub of a transaction. */
const roomsAtOnce = 20;
/** A clock that was set back may have given later messages an older time. */
const lookAgainMs = 3_600_000;
const messagesAtOnce = 500;
const mostRounds = 100;

/** When the next message of a hub expires, as long as messages are kept for so many days. */
interface NextExpiry {
  retentionDays: number;
  dueMs: number;
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
    if (known?.retentionDays === retentionDays && context.clock() < known.dueMs) continue;
    next.delete(hubId);
    try {
      const dueMs = await expireInHub(context, retention);
      if (dueMs !== undefined) next.set(hubId, { retentionDays, dueMs });
    } catch (error) {
      context.report(error, expiry.name);
    }
  }
}

/** Returns when to look next; undefined: at the next run. */
async function expireInHub(
  context: JobContext,
  { hubId, retentionDays }: HubRetention,
): Promise<number | undefined> {
  const { pool, signal } = context;
  const keptMs = retentionDays * dayMs;
  while (!signal.aborted) {
    const now = context.clock();
    const beforeMs = now - keptMs;
    const oldestMs = await transact(pool, (tx) => findOldestMs(inHub(tx, hubId)));
    if (oldestMs === undefined || oldestMs >= beforeMs)
      return Math.min((oldestMs ?? now) + keptMs + 1, now + lookAgainMs);
    const roomIds = await transact(pool, (tx) =>
      listExpiring(inHub(tx, hubId), beforeMs, roomsPerRound),
    );
    if (roomIds.length === 0) return undefined;
    for (let from = 0; from < roomIds.length && !signal.aborted; from += roomsAtOnce)
      await performInHub(context, expiry, hubId, async (hub, { emit }) => {
        const some = roomIds.slice(from, from + roomsAtOnce);
        await emit(...(await expireRoomsBefore(hub, some, beforeMs)));
      });
  }
  return undefined;
}

/**
 * Removes text, files and reactions of expired messages, a few messages in a transaction so that
 * nobody waits long for a lock.
 */
export async function purgeMessages(context: JobContext): Promise<void> {
  // Rooms that fail are found again in each round, so their number is limited.
  for (let round = 0; round < mostRounds; round++) {
    const rooms = await transact(context.pool, (tx) => listUnpurged(tx, roomsPerRound));
    for (const { hubId, roomId } of rooms)
      await repeatInHub(context, purging, hubId, async (hub, { now }) => {
        const room = (await lockRooms(hub, [roomId])).get(roomId);
        return room !== undefined && (await purgeRoom(hub, room, messagesAtOnce, now));
      });
    if (rooms.length < roomsPerRound || context.signal.aborted) return;
  }
}

/** Deletes the rows of purged messages that the event log no longer reaches. */
export async function forgetTombstones(context: JobContext): Promise<void> {
  for (const { hubId } of await transact(context.pool, listRetentions))
    await repeatInHub(
      context,
      forgetting,
      hubId,
      async (hub) => (await deletePurged(hub, messagesAtOnce)) === messagesAtOnce,
    );
}
