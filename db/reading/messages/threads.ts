import type { Hub } from '../../connection/transaction.ts';

export interface Thread {
  /** The message that began it. */
  rootId: string;
  roomId: string;
}

/**
 * Returns the thread of a message in the member's rooms. The message may be deleted, and even its
 * row may be gone if it began the thread.
 */
export async function findThread(
  hub: Hub,
  userId: string,
  messageId: string,
): Promise<Thread | undefined> {
  const find = async (column: 'id' | 'root_id', index: string) =>
    hub.read<Thread>(
      `SELECT COALESCE(m.root_id, m.id) AS rootId, m.room_id AS roomId
       FROM messages m FORCE INDEX (${index}) STRAIGHT_JOIN participants p
         ON p.hub_id = m.hub_id AND p.room_id = m.room_id AND p.user_id = ?
       WHERE m.hub_id = ? AND m.${column} = ? LIMIT 1`,
      [userId, hub.id, messageId],
    );
  return (await find('id', 'messages_id'))[0] ?? (await find('root_id', 'messages_root'))[0];
}
