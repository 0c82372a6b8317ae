/** Rooms as channels: with their numbers of messages. */
import type { Hub } from '../../connection/transaction.ts';
import type { RoomRecord } from '../../rows/rooms/rooms.ts';
import { columnsOf, rooms } from '../../tables/index.ts';

export interface ChannelView extends RoomRecord {
  /** How many messages it shows. */
  messageCount: number;
}

const columns = columnsOf(rooms, { alias: 'r', except: ['search'] });

const messageCount = `r.last_ordinal - r.expired_at - (SELECT COUNT(*) FROM removals x
  WHERE x.hub_id = r.hub_id AND x.room_id = r.id AND x.user_id = ''
    AND x.ordinal > r.expired_at)`;

const isInside = `EXISTS (SELECT 1 FROM participants p
  WHERE p.hub_id = r.hub_id AND p.room_id = r.id AND p.user_id = ?)`;

/** Returns how many messages of a room are neither deleted for all nor expired. */
export async function countMessages(hub: Hub, roomId: string): Promise<number> {
  const [row] = await hub.read<{ count: number }>(
    `SELECT ${messageCount} AS count FROM rooms r WHERE r.hub_id = ? AND r.id = ?`,
    [hub.id, roomId],
  );
  return row?.count ?? 0;
}

async function selectChannels(
  hub: Hub,
  where: string,
  userId: string | null,
): Promise<ChannelView[]> {
  const rows = await hub.read<ChannelView>(
    `SELECT ${columns.list}, ${messageCount} AS messageCount
     FROM rooms r WHERE r.hub_id = ? AND ${where} LIMIT 1000`,
    [hub.id, ...(userId === null ? [] : [userId])],
  );
  return rows.map(columns.decode);
}

/**
 * Returns channels that have a key, in its order, global ones first: all of the hub, or with a user
 * the global ones and those that the user is in.
 */
export const listChannels = (hub: Hub, userId: string | null): Promise<ChannelView[]> =>
  selectChannels(
    hub,
    `r.channel_key IS NOT NULL
       ${userId === null ? '' : `AND (r.channel_key LIKE 'gl:%' OR ${isInside})`}
     ORDER BY r.channel_key LIKE 'gl:%' DESC, r.channel_key`,
    userId,
  );

/** Returns group rooms as channels: all of the hub, or those that a user is in. */
export const listGroupChannels = (hub: Hub, userId: string | null): Promise<ChannelView[]> =>
  selectChannels(
    hub,
    `r.kind = 'group' ${userId === null ? '' : `AND ${isInside}`} ORDER BY r.id`,
    userId,
  );
