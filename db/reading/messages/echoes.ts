import type { Hub } from '../../connection/transaction.ts';
import { type Echo, echoColumns } from '../../rows/messages/echoes.ts';
import { directKey } from '../../rows/rooms/direct-key.ts';

/** Returns what a user made under keys in the conversations that have these entity_ids for them. */
export async function listEchoesIn(
  hub: Hub,
  userId: string,
  entityIds: readonly string[],
  echoKeys: readonly string[],
): Promise<Echo[]> {
  if (entityIds.length === 0 || echoKeys.length === 0) return [];
  const rows = await hub.read<Echo>(
    `SELECT ${echoColumns.list} FROM echoes e
     WHERE e.hub_id = ? AND e.author_id = ? AND e.room_id IN (?) AND e.echo_key IN (?)
     UNION ALL SELECT ${echoColumns.list} FROM rooms r STRAIGHT_JOIN echoes e
       ON e.hub_id = r.hub_id AND e.author_id = ? AND e.room_id = r.id AND e.echo_key IN (?)
     WHERE r.hub_id = ? AND r.direct_key IN (?)`,
    [
      ...[hub.id, userId, entityIds, echoKeys],
      ...[userId, echoKeys, hub.id, entityIds.map((id) => directKey(userId, id))],
    ],
  );
  return rows.map(echoColumns.decode);
}

/** Returns what a user made under a key in a room, which is found by a unique column. */
export async function findEchoIn(
  hub: Hub,
  userId: string,
  room: { column: 'id' | 'channel_key'; value: string },
  echoKey: string,
): Promise<Echo | undefined> {
  const [echo] = await hub.read<Echo>(
    `SELECT ${echoColumns.list} FROM rooms r JOIN echoes e
       ON e.hub_id = r.hub_id AND e.author_id = ? AND e.room_id = r.id AND e.echo_key = ?
     WHERE r.hub_id = ? AND r.${room.column} = ?`,
    [userId, echoKey, hub.id, room.value],
  );
  return echo && echoColumns.decode(echo);
}
