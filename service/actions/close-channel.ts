import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import { listParticipants } from '../../db/reading/rooms/participants.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import { queueExpiry } from '../../db/upkeep/retention.ts';
import { channelIdOf } from '../present/channel.ts';
import { listStart } from '../present/cursors.ts';
import { removeParticipants } from './remove-participants.ts';

/**
 * Closes a locked channel for good: its participants leave, its messages expire, and its key
 * becomes free for a new channel. Returns the events to emit.
 */
export async function closeChannel(
  hub: Hub,
  room: LockedRoom,
): Promise<Draft<'room.remove' | 'channel.delete'>[]> {
  const participants = await listParticipants(hub, room.id, listStart, Number.MAX_SAFE_INTEGER);
  const userIds = participants.map((participant) => participant.id);
  const left = userIds.length > 0 ? await removeParticipants(hub, [room], userIds) : [];
  const data = { channel_id: channelIdOf(hub.id, room), entity_id: room.id };
  const isSystemOnly = room.channelKey?.startsWith('sy:') ?? false;
  queueExpiry(hub, room, room.lastOrdinal);
  room.change({ archived: true, channelKey: null });
  return [
    ...left,
    isSystemOnly
      ? { name: 'channel.delete', room, data }
      : { name: 'channel.delete', everyone: true, data },
  ];
}
