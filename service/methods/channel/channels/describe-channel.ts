import type { Channel } from '../../../../acl/entities/channel.ts';
import type { Hub } from '../../../../db/connection/transaction.ts';
import { countMessages } from '../../../../db/reading/rooms/channels.ts';
import type { RoomRecord } from '../../../../db/rows/rooms/rooms.ts';
import { presentChannel } from '../../../present/channel.ts';

/** Returns a room as a channel, with the number of its messages. */
export const describeChannel = async (hub: Hub, room: RoomRecord): Promise<Channel> =>
  presentChannel(hub.id, { ...room, messageCount: await countMessages(hub, room.id) });
