/** Places in a room's history, and how the room is found in the statement that looks for them. */
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';

/** The room id of a thread, of which any message is given, or the deleted root. */
export const roomOfThread = (hub: Hub, messageId: string): Part => [
  `COALESCE((SELECT room_id FROM messages WHERE hub_id = ? AND id = ?),
     (SELECT room_id FROM messages WHERE hub_id = ? AND root_id = ? LIMIT 1))`,
  ...[hub.id, messageId, hub.id, messageId],
];

/** Returns a message's ordinal in a room, also of a deleted message. */
export async function findOrdinal(
  hub: Hub,
  [room, ...params]: Part,
  messageId: string,
): Promise<number | undefined> {
  const [row] = await hub.read<{ ordinal: number }>(
    `SELECT ordinal FROM messages WHERE hub_id = ? AND id = ? AND room_id = ${room}`,
    [hub.id, messageId, ...params],
  );
  return row?.ordinal;
}

/**
 * Returns, for each time (unix milliseconds), the first ordinal of a room that was created then or
 * later, deleted or not; undefined when there is none.
 */
export async function findOrdinalsAt(
  hub: Hub,
  [room, ...params]: Part,
  times: readonly number[],
): Promise<(number | undefined)[]> {
  const found = await Promise.all(
    times.map((ms) =>
      hub.read<{ ordinal: number }>(
        `SELECT ordinal FROM messages WHERE hub_id = ? AND room_id = ${room} AND created_ms >= ?
         ORDER BY created_ms, ordinal LIMIT 1`,
        [hub.id, ...params, ms],
      ),
    ),
  );
  return found.map(([row]) => row?.ordinal);
}
