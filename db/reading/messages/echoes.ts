import type { Hub } from '../../connection/transaction.ts';
import { type Echo, echoColumns } from '../../rows/messages/echoes.ts';
import { directKey } from '../../rows/rooms/direct-key.ts';

/** Returns what a user made under a key in the conversation that has this entity_id for them. */
export async function findEchoIn(
  hub: Hub,
  userId: string,
  entityId: string,
  echoKey: string,
): Promise<Echo | undefined> {
  const [echo] = await hub.read<Echo>(
    `SELECT ${echoColumns.list} FROM rooms r JOIN echoes e
       ON e.hub_id = r.hub_id AND e.author_id = ? AND e.room_id = r.id AND e.echo_key = ?
     WHERE r.hub_id = ? AND (r.id = ? OR r.direct_key = ?)`,
    [userId, echoKey, hub.id, entityId, directKey(userId, entityId)],
  );
  return echo && echoColumns.decode(echo);
}
