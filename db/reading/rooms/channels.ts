import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { listRoomsWhere, type RoomRecord } from '../../rows/rooms/rooms.ts';
import { rooms } from '../../tables/index.ts';
import { type MessageView, messageColumns, messageJoins, messageView } from '../messages/views.ts';

/** A room as a channel, and how many messages it shows. */
export interface ChannelView extends RoomRecord {
  messageCount: number;
}

const live = `r.last_ordinal - r.expired_at - (SELECT COUNT(*) FROM removals x
  WHERE x.hub_id = r.hub_id AND x.room_id = r.id AND x.user_id = '' AND x.ordinal > r.expired_at)`;

/** How many messages of a room are there for everybody. */
export async function countMessages(hub: Hub, roomId: string): Promise<number> {
  const [row] = await hub.read<{ count: number }>(
    `SELECT ${live} AS count FROM rooms r WHERE r.hub_id = ? AND r.id = ?`,
    [hub.id, roomId],
  );
  return row?.count ?? 0;
}

/** The channel of a key. */
export async function findChannel(hub: Hub, channelKey: string): Promise<RoomRecord | undefined> {
  const [room] = await listRoomsWhere(hub, 'channel_key = ?', channelKey);
  return room;
}

/** Make a channel unless its key is taken. Answers whether it was made. */
export async function insertChannel(hub: Hub, room: RoomRecord): Promise<boolean> {
  const affected = await hub.write(build.insert(rooms).ignore().values(room));
  return affected > 0;
}

/** Channels by key: the global ones, and with a user the others where he is a participant; without one all there are. */
export async function listChannels(hub: Hub, userId: string | null): Promise<ChannelView[]> {
  const mine =
    userId === null
      ? '1'
      : "(r.channel_key LIKE 'gl:%' OR EXISTS (SELECT 1 FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id AND p.user_id = ?))";
  const rows = await hub.read<{ id: string; count: number }>(
    `SELECT r.id, ${live} AS count FROM rooms r WHERE r.hub_id = ? AND r.channel_key IS NOT NULL AND ${mine} ORDER BY r.channel_key LIKE 'gl:%' DESC, r.channel_key LIMIT 1000`,
    [hub.id, ...(userId === null ? [] : [userId])],
  );
  return withRooms(hub, rows);
}

/** The group rooms of a user, or all of the hub, as channels. */
export async function listGroupChannels(hub: Hub, userId: string | null): Promise<ChannelView[]> {
  const mine =
    userId === null
      ? '1'
      : 'EXISTS (SELECT 1 FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id AND p.user_id = ?)';
  const rows = await hub.read<{ id: string; count: number }>(
    `SELECT r.id, ${live} AS count FROM rooms r WHERE r.hub_id = ? AND r.kind = 'group' AND ${mine} ORDER BY r.id LIMIT 1000`,
    [hub.id, ...(userId === null ? [] : [userId])],
  );
  return withRooms(hub, rows);
}

async function withRooms(
  hub: Hub,
  counts: readonly { id: string; count: number }[],
): Promise<ChannelView[]> {
  if (counts.length === 0) return [];
  const ids = counts.map((one) => one.id);
  const found = await listRoomsWhere(hub, 'id IN (?)', ids);
  const byId = new Map(found.map((room) => [room.id, room]));
  return counts.flatMap(({ id, count }) => {
    const room = byId.get(id);
    return room ? { ...room, messageCount: count } : [];
  });
}

/** A message of a room as the member sees it, also one who is no participant; deleted and hidden ones are not there. */
export async function findMessageIn(
  hub: Hub,
  userId: string,
  roomId: string,
  messageId: string,
): Promise<MessageView | undefined> {
  const [row] = await hub.read<Parameters<typeof messageView>[0]>(
    `SELECT ${messageColumns} FROM messages m ${messageJoins}
     LEFT JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id AND x.user_id = ? AND x.ordinal = m.ordinal
     WHERE m.hub_id = ? AND m.id = ? AND m.room_id = ? AND m.deleted_ms IS NULL AND m.ordinal > mr.expired_at AND x.ordinal IS NULL`,
    [userId, hub.id, messageId, roomId],
  );
  return row && messageView(row);
}

export interface StaleChannel {
  hubId: string;
  roomId: string;
}

/** Channels of any hub in which nothing was said for as long as they live without. */
export const listStaleChannels = (tx: Transaction, now: number): Promise<StaleChannel[]> =>
  tx.read<StaleChannel>(
    `SELECT hub_id AS hubId, id AS roomId FROM rooms
     WHERE expire_days IS NOT NULL AND channel_key IS NOT NULL AND last_at_ms < ? - expire_days * 86400000 LIMIT 100`,
    [now],
  );
