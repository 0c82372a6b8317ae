import { channelIdOf } from '../../db/access/channels.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import { listParticipants } from '../../db/rows/rooms/participants.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import { expireUpTo } from '../../db/upkeep/retention.ts';
import { leave } from '../methods/room/create.ts';

/** Close a locked channel for good: nobody is in it, its history goes, its key is free. Answers what is to be told. */
export async function closeChannel(
  hub: Hub,
  room: LockedRoom,
): Promise<Draft<'room.remove' | 'channel.delete'>[]> {
  const inside = (
    await listParticipants(hub, room.id, { ms: -1, id: '' }, Number.MAX_SAFE_INTEGER)
  ).map((one) => one.id);
  const left = inside.length > 0 ? await leave(hub, [room], inside) : [];
  const gone = { channel_id: channelIdOf(hub.id, room), entity_id: room.id };
  const isPrivate = room.channelKey?.startsWith('sy:') ?? false;
  await expireUpTo(hub, room, room.lastOrdinal);
  room.change({ archived: true, channelKey: null });
  const told = { name: 'channel.delete' as const, data: gone };
  return [...left, isPrivate ? { ...told, room } : { ...told, everyone: true }];
}
