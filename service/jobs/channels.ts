import { dayMs } from '../../acl/language/time.ts';
import { transact } from '../../db/connection/transaction.ts';
import { listStaleChannels, lockRooms } from '../../db/rows/rooms/rooms.ts';
import { closeChannel } from '../actions/close-channel.ts';
import { type Job, type JobContext, performInHub } from './job.ts';

const job: Job = { name: 'stale channels', events: ['room.remove', 'channel.delete'] };

/** Closes the channels that got no message for as many days as they live without one. */
export async function closeStaleChannels(context: JobContext): Promise<void> {
  const { pool, clock, report, signal } = context;
  const stale = await transact(pool, (tx) => listStaleChannels(tx, clock()));
  for (const { hubId, roomId } of stale) {
    if (signal.aborted) return;
    await performInHub(context, job, hubId, async (hub, { emit, revoke }) => {
      const room = (await lockRooms(hub, [roomId])).get(roomId);
      const isStale = room?.expireDays && room.lastAtMs < clock() - room.expireDays * dayMs;
      if (!room?.channelKey || !isStale) return;
      const events = await closeChannel(hub, room);
      revoke({});
      await emit(...events);
    }).catch((error: unknown) => report(error, job.name));
  }
}
