import { transact } from '../../db/connection/transaction.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import {
  deletePurged,
  listRetentions,
  listUnpurged,
  purgeRoom,
} from '../../db/upkeep/retention.ts';
import { expireRooms } from '../actions/expire-messages.ts';
import { type Job, type JobContext, repeatInHub } from './job.ts';

const expiry: Job = { name: 'retention', events: ['room.purge'] };
const purging: Job = { name: 'purge', events: [] };
const forgetting: Job = { name: 'tombstones', events: [] };
const roomsPerRound = 2000;
const messagesAtOnce = 500;
const mostRounds = 100;

/** Lets messages expire that are older than their hub keeps them, in every hub. */
export async function expireMessages(context: JobContext): Promise<void> {
  for (const { hubId, retentionDays } of await transact(context.pool, listRetentions))
    await repeatInHub(context, expiry, hubId, async (hub, { emit }) => {
      const { events, isMore } = await expireRooms(hub, retentionDays, context.clock());
      await emit(...events);
      return isMore;
    });
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
