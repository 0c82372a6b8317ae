import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { participants } from '../../tables/index.ts';
import type { Person } from '../identity/members.ts';
import { anywhere } from '../like.ts';
import type { LockedRoom, RoomRecord } from './rooms.ts';

/** Queue new participants, who see the room from event `seq` on and have read all there is. */
export function queueJoins(
  hub: Hub,
  room: LockedRoom,
  userIds: readonly string[],
  seq: number,
  now: number,
  ownerId?: string,
): void {
  if (userIds.length === 0) return;
  hub.atCommit(
    build.insert(participants).values(
      userIds.map((userId) => ({
        hubId: hub.id,
        roomId: room.id,
        userId,
        owner: userId === ownerId,
        pointer: room.lastOrdinal,
        // Who comes back may have written and hidden before; the bounds matter only if he marks that as unread.
        postedAt: room.lastOrdinal,
        hiddenAt: room.lastOrdinal,
        joinedSeq: seq,
        joinedMs: now,
      })),
    ),
  );
}

/**
 * Take users out of locked rooms. Where no owner is left, the oldest participant becomes one, but in channels, which have none. Answers each room's owners, oldest
 * first; three statements, and one more for each room that needs a new owner.
 */
export async function leaveRooms(
  hub: Hub,
  left: readonly LockedRoom[],
  userIds: readonly string[],
): Promise<Map<string, string[]>> {
  const roomIds = left.map((room) => room.id);
  const owners = new Map<string, string[]>(roomIds.map((id) => [id, []]));
  if (roomIds.length === 0) return owners;
  await hub.write(
    build
      .delete(participants)
      .where(
        and(
          eq(participants.hubId, hub.id),
          inArray(participants.roomId, roomIds),
          inArray(participants.userId, [...userIds]),
        ),
      ),
  );
  const rows = await hub.read<{ roomId: string; userId: string }>(
    'SELECT room_id AS roomId, user_id AS userId FROM participants WHERE hub_id = ? AND room_id IN (?) AND owner = 1 ORDER BY joined_ms, user_id',
    [hub.id, roomIds],
  );
  for (const { roomId, userId } of rows) owners.get(roomId)?.push(userId);
  for (const { id, kind } of left) {
    const ids = owners.get(id);
    if (kind === 'group' && ids?.length === 0) ids.push(...(await makeOldestOwner(hub, id)));
  }
  return owners;
}

async function makeOldestOwner(hub: Hub, roomId: string): Promise<string[]> {
  const [oldest] = await hub.read<{ userId: string }>(
    'SELECT user_id AS userId FROM participants WHERE hub_id = ? AND room_id = ? ORDER BY joined_ms, user_id LIMIT 1',
    [hub.id, roomId],
  );
  if (!oldest) return [];
  await hub.write(
    build
      .update(participants)
      .set({ owner: true })
      .where(
        and(
          eq(participants.hubId, hub.id),
          eq(participants.roomId, roomId),
          eq(participants.userId, oldest.userId),
        ),
      ),
  );
  return [oldest.userId];
}

export interface ParticipantView extends Person {
  isOwner: 0 | 1;
  pointer: number;
  joinedMs: number;
}

const participantColumns =
  'u.id, u.firstname, u.lastname, p.owner AS isOwner, GREATEST(p.pointer, p.read_at) AS pointer, p.joined_ms AS joinedMs';

export async function findParticipant(
  hub: Hub,
  roomId: string,
  userId: string,
): Promise<ParticipantView | undefined> {
  const [row] = await hub.read<ParticipantView>(
    `SELECT ${participantColumns} FROM participants p JOIN users u ON u.id = p.user_id
     WHERE p.hub_id = ? AND p.room_id = ? AND p.user_id = ?`,
    [hub.id, roomId, userId],
  );
  return row;
}

/** Make these participants the owners of a locked room, and nobody else. */
export async function replaceOwners(
  hub: Hub,
  roomId: string,
  userIds: readonly string[],
): Promise<void> {
  await hub.write(
    build
      .update(participants)
      .set({ owner: sql`user_id IN ${[...userIds]}` })
      .where(
        and(
          eq(participants.hubId, hub.id),
          eq(participants.roomId, roomId),
          or(eq(participants.owner, true), inArray(participants.userId, [...userIds])),
        ),
      ),
  );
}

/** A page of a room's participants by joining; `onlyAlerted`: those whom a message that mentions nobody alerts. */
export async function listParticipants(
  hub: Hub,
  roomId: string,
  after: { ms: number; id: string },
  limit: number,
  onlyAlerted = false,
): Promise<ParticipantView[]> {
  return hub.read<ParticipantView>(
    `SELECT ${participantColumns}
     FROM participants p JOIN users u ON u.id = p.user_id LEFT JOIN member_settings s ON s.hub_id = p.hub_id AND s.user_id = p.user_id
     WHERE p.hub_id = ? AND p.room_id = ? AND (p.joined_ms > ? OR (p.joined_ms = ? AND p.user_id > ?))
       ${onlyAlerted ? 'AND NOT COALESCE(s.muted OR s.mentions_only, 0)' : ''}
     ORDER BY p.joined_ms, p.user_id LIMIT ?`,
    [hub.id, roomId, after.ms, after.ms, after.id, limit],
  );
}

export interface GroupFilter {
  /** Only rooms of this user. */
  userId?: string;
  isPublic?: boolean;
  ids?: readonly string[] | undefined;
  key: string;
  after: string;
  limit: number;
}

/** A page of group rooms by id, each with its owners. */
export async function listGroups(
  hub: Hub,
  filter: GroupFilter,
): Promise<(RoomRecord & { ownerIds: string | null })[]> {
  const where: string[] = [];
  const params: unknown[] = [];
  const add = (condition: string, ...values: unknown[]) => {
    where.push(` AND ${condition}`);
    params.push(...values);
  };
  const mine =
    'EXISTS (SELECT 1 FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id AND p.user_id = ?)';
  if (filter.userId !== undefined) add(mine, filter.userId);
  if (filter.isPublic) add('r.is_public = 1');
  if (filter.ids) add('r.id IN (?)', [...filter.ids]);
  return hub.read(
    `SELECT r.id, r.name, r.description, r.is_public AS isPublic, r.created_by AS createdBy, r.created_ms AS createdMs, r.member_count AS memberCount, r.archived,
       (SELECT GROUP_CONCAT(o.user_id ORDER BY o.joined_ms, o.user_id) FROM participants o WHERE o.hub_id = r.hub_id AND o.room_id = r.id AND o.owner) AS ownerIds
     FROM rooms r WHERE r.hub_id = ? AND r.kind = 'group' AND r.id > ? AND r.name LIKE ?${where.join('')}
     ORDER BY r.id LIMIT ?`,
    [hub.id, filter.after, anywhere(filter.key), ...params, filter.limit],
  );
}

/** The group rooms where a user is. */
export async function listGroupIds(hub: Hub, userId: string): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    "SELECT r.id FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id WHERE p.hub_id = ? AND p.user_id = ? AND r.kind <> 'direct'",
    [hub.id, userId],
  );
  return rows.map((row) => row.id);
}
