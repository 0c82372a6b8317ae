import { channelIdOf } from '../../db/access/channels.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { type Hub, inHub, transact } from '../../db/connection/transaction.ts';
import { record } from '../../db/log/append.ts';
import { listStaleChannels, queueClosed } from '../../db/rows/rooms/channels.ts';
import { listParticipants } from '../../db/rows/rooms/participants.ts';
import { type LockedRoom, lockRooms } from '../../db/rows/rooms/rooms.ts';
import { expireUpTo } from '../../db/upkeep/retention.ts';
import type { Emission } from '../core/call.ts';
import { tellWhenCommitted } from '../events/after-commit.ts';
import type { Publisher } from '../events/publisher.ts';
import { leave } from '../methods/room/create.ts';
import { type Report, rethrow } from './expire-messages.ts';

/** Close a locked channel for good: nobody is in it, its history goes, its key is free. Answers what is to be told. */
export async function closeChannel(
  hub: Hub,
  room: LockedRoom,
): Promise<Emission<'room.remove' | 'channel.delete'>[]> {
  const inside = (
    await listParticipants(hub, room.id, { ms: -1, id: '' }, Number.MAX_SAFE_INTEGER)
  ).map((one) => one.id);
  const left = inside.length > 0 ? await leave(hub, [room], inside) : [];
  const gone = { channel_id: channelIdOf(hub.id, room), entity_id: room.id };
  const isPrivate = room.channelKey?.startsWith('sy:') ?? false;
  await expireUpTo(hub, room, room.lastOrdinal);
  Object.assign(room, { archived: true, channelKey: null });
  queueClosed(hub, room);
  const told = { name: 'channel.delete' as const, data: gone };
  return [...left, isPrivate ? { ...told, room } : { ...told, everyone: true }];
}

/** Close the channels in which nothing was said for as long as they live without. */
export async function closeStale(
  pool: Pool,
  publisher: Publisher,
  now: number,
  report: Report = rethrow,
): Promise<void> {
  for (const { hubId, roomId } of await transact(pool, (tx) => listStaleChannels(tx, now)))
    await transact(pool, async (tx) => {
      const hub = inHub(tx, hubId);
      const room = (await lockRooms(hub, [roomId])).get(roomId);
      const isStale = room?.expireDays && room.lastAtMs < now - room.expireDays * 86_400_000;
      if (!room?.channelKey || !isStale) return;
      const drafts = (await closeChannel(hub, room)).map((event) => ({ ...event, actorId: '' }));
      tellWhenCommitted(
        tx,
        pool,
        publisher,
        hubId,
        await record(hub, drafts, now, { admitted: [], raiseEpoch: true }),
      );
    }).catch((error: unknown) => report(error, 'stale channel'));
}
