import type { Hub } from '../../connection/transaction.ts';

/** Returns who of the participants hid a message from themselves, by message id. */
export async function listHiders(
  hub: Hub,
  messageIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (messageIds.length === 0) return new Map();
  const rows = await hub.read<{ messageId: string; userId: string }>(
    `SELECT m.id AS messageId, x.user_id AS userId FROM messages m
     STRAIGHT_JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id
       AND x.ordinal = m.ordinal
     STRAIGHT_JOIN participants p ON p.hub_id = x.hub_id AND p.room_id = x.room_id
       AND p.user_id = x.user_id
     WHERE m.hub_id = ? AND m.id IN (?)`,
    [hub.id, messageIds],
  );
  const hiders = new Map<string, string[]>();
  for (const { messageId, userId } of rows)
    hiders.set(messageId, [...(hiders.get(messageId) ?? []), userId]);
  return hiders;
}

/** Returns those of the messages that a user hid from themselves. */
export async function listHidden(
  hub: Hub,
  userId: string,
  messageIds: readonly string[],
): Promise<Set<string>> {
  if (messageIds.length === 0) return new Set();
  const rows = await hub.read<{ id: string }>(
    `SELECT m.id FROM messages m
     STRAIGHT_JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id AND r.expired_at < m.ordinal
     STRAIGHT_JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id AND x.user_id = ?
       AND x.ordinal = m.ordinal
     WHERE m.hub_id = ? AND m.id IN (?) AND m.deleted_ms IS NULL`,
    [userId, hub.id, messageIds],
  );
  return new Set(rows.map((row) => row.id));
}

/** Returns the room that a message is pinned in, if the user is in it. */
export async function findPinRoom(
  hub: Hub,
  userId: string,
  messageId: string,
): Promise<{ roomId: string; directKey: string | null } | undefined> {
  const [row] = await hub.read<{ roomId: string; directKey: string | null }>(
    `SELECT n.room_id AS roomId, r.direct_key AS directKey FROM messages m
     STRAIGHT_JOIN participants p ON p.hub_id = m.hub_id AND p.room_id = m.room_id
       AND p.user_id = ?
     STRAIGHT_JOIN pins n ON n.hub_id = m.hub_id AND n.room_id = m.room_id AND n.message_id = m.id
     STRAIGHT_JOIN rooms r ON r.hub_id = n.hub_id AND r.id = n.room_id
     WHERE m.hub_id = ? AND m.id = ?`,
    [userId, hub.id, messageId],
  );
  return row;
}
