/** Participants of rooms with their names, and with their rooms. */
import type { Hub } from '../../connection/transaction.ts';
import type { Person } from '../../rows/identity/users.ts';

export interface ParticipantView extends Person {
  isOwner: 0 | 1;
  pointer: number;
  joinedMs: number;
}

const columns = `u.id, u.firstname, u.lastname, p.owner AS isOwner,
  GREATEST(p.pointer, p.read_at) AS pointer, p.joined_ms AS joinedMs`;

export async function findParticipant(
  hub: Hub,
  roomId: string,
  userId: string,
): Promise<ParticipantView | undefined> {
  const [row] = await hub.read<ParticipantView>(
    `SELECT ${columns} FROM participants p JOIN users u ON u.id = p.user_id
     WHERE p.hub_id = ? AND p.room_id = ? AND p.user_id = ?`,
    [hub.id, roomId, userId],
  );
  return row;
}

const joinSettings = `LEFT JOIN member_settings s
  ON s.hub_id = p.hub_id AND s.user_id = p.user_id`;

/** Whom a message without mentions notifies at a time. */
const isNotified = `NOT COALESCE(IF(s.muted_until_ms <= ?, 0, s.muted), 0)
  AND COALESCE(IF(p.notify_until_ms <= ?, NULL, p.notify_level),
    IF(s.mentions_only, 'mentions', 'all')) = 'all'`;

/**
 * Returns a page of a room's participants in the order of joining. With `notifiedAt` those whom a
 * message without mentions notifies at that time.
 */
export async function listParticipants(
  hub: Hub,
  roomId: string,
  after: { ms: number; id: string },
  limit: number,
  notifiedAt?: number,
): Promise<ParticipantView[]> {
  const isPart = notifiedAt !== undefined;
  return hub.read<ParticipantView>(
    `SELECT ${columns} FROM participants p FORCE INDEX (participants_joined)
     STRAIGHT_JOIN users u ON u.id = p.user_id
     ${isPart ? joinSettings : ''}
     WHERE p.hub_id = ? AND p.room_id = ?
       AND (p.joined_ms > ? OR (p.joined_ms = ? AND p.user_id > ?))
       ${isPart ? `AND ${isNotified}` : ''}
     ORDER BY p.joined_ms, p.user_id LIMIT ?`,
    [
      ...[hub.id, roomId, after.ms, after.ms, after.id],
      ...(isPart ? [notifiedAt, notifiedAt] : []),
      limit,
    ],
  );
}

/** A room that a member is in, and from which event on they see it. */
export interface Join {
  userId: string;
  roomId: string;
  kind: string;
  joinedSeq: number;
}

/** Returns the rooms that members are in. */
export const listJoins = (hub: Hub, userIds: readonly string[]): Promise<Join[]> =>
  hub.read(
    `SELECT p.user_id AS userId, p.room_id AS roomId, r.kind, p.joined_seq AS joinedSeq
     FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.user_id IN (?)`,
    [hub.id, userIds],
  );
