import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Hub } from '../../connection/transaction.ts';
import { participants, rooms } from '../../tables/index.ts';
import { newId } from '../ids.ts';

export type RoomRecord = typeof rooms.$inferSelect;
export type ParticipantRecord = typeof participants.$inferSelect;

/** A direct room's key: its two users, the lower id first. */
export const directKey = (a: string, b: string): string => (a < b ? `${a}:${b}` : `${b}:${a}`);

/** The other one of a direct room's two users. */
export const peerOf = (room: { directKey: string | null }, userId: string): string => {
  const [a = '', b = ''] = room.directKey?.split(':') ?? [];
  return a === userId ? b : a;
};

/** How a user addresses a room: by the other user, or by its id. */
export const entityOf = (room: { id: string; directKey: string | null }, userId: string): string =>
  room.directKey ? peerOf(room, userId) : room.id;

/** A room's row locked for this transaction. What is changed in it is saved by record(). */
export type LockedRoom = RoomRecord;

export async function findRoom(hub: Hub, id: string): Promise<RoomRecord | undefined> {
  const [room] = await hub.db
    .select()
    .from(rooms)
    .where(and(eq(rooms.hubId, hub.id), eq(rooms.id, id)));
  return room;
}

const lockedColumns = `id, hub_id AS hubId, kind, direct_key AS directKey, channel_key AS channelKey, history_limit AS historyLimit, expire_days AS expireDays,
  name, description, is_public AS isPublic, archived, last_ordinal AS lastOrdinal,
  last_at_ms AS lastAtMs, removed_at AS removedAt, expired_at AS expiredAt, purged_at AS purgedAt, last_seq AS lastSeq, member_count AS memberCount, created_by AS createdBy, created_ms AS createdMs`;

/** The statement that locks rooms in the order of their ids. */
export const lockingRooms = (hub: Hub, ids: readonly string[]) => ({
  sql: `SELECT ${lockedColumns} FROM rooms WHERE hub_id = ? AND id IN (?) ORDER BY id FOR UPDATE`,
  params: [hub.id, [...new Set(ids)]],
});

export const lockedRooms = (rows: readonly RoomRecord[]): Map<string, LockedRoom> =>
  new Map(
    rows.map((room) => [
      room.id,
      { ...room, archived: Boolean(room.archived), isPublic: Boolean(room.isPublic) },
    ]),
  );

/** Lock rooms: the first lock of every transaction that changes a room's stream. */
export async function lockRooms(
  hub: Hub,
  ids: readonly string[],
): Promise<Map<string, LockedRoom>> {
  if (ids.length === 0) return new Map();
  const { sql, params } = lockingRooms(hub, ids);
  return lockedRooms(await hub.rows<RoomRecord>(sql, params));
}

/** Lock some users' participant rows of one room. */
export async function lockParticipants(
  hub: Hub,
  roomId: string,
  userIds: readonly string[],
): Promise<ParticipantRecord[]> {
  return hub.db
    .select()
    .from(participants)
    .where(
      and(
        eq(participants.hubId, hub.id),
        eq(participants.roomId, roomId),
        inArray(participants.userId, [...userIds]),
      ),
    )
    .orderBy(participants.userId)
    .for('update');
}

/** The direct room of two users, made if there is none. Made empty, it shows nowhere: its first message does. */
export async function openDirectRoom(hub: Hub, a: string, b: string, now: number): Promise<string> {
  const key = directKey(a, b);
  const id = newId();
  await hub.db
    .insert(rooms)
    .values({
      hubId: hub.id,
      id,
      kind: 'direct',
      directKey: key,
      name: '',
      description: '',
      lastAtMs: now,
      memberCount: 2,
      createdBy: a,
      createdMs: now,
    })
    .onDuplicateKeyUpdate({ set: { hubId: sql`hub_id` } });
  const [room] = await hub.db
    .select({ id: rooms.id })
    .from(rooms)
    .where(and(eq(rooms.hubId, hub.id), eq(rooms.directKey, key)));
  const roomId = room?.id ?? id;
  if (roomId === id) {
    const row = { hubId: hub.id, roomId, pointer: 0, joinedSeq: 0, joinedMs: now };
    await hub.db.insert(participants).values([
      { ...row, userId: a },
      { ...row, userId: b },
    ]);
  }
  return roomId;
}

/** Owners of a room, oldest first. */
export async function listOwners(hub: Hub, roomId: string): Promise<string[]> {
  const rows = await hub.db
    .select({ userId: participants.userId })
    .from(participants)
    .where(
      and(
        eq(participants.hubId, hub.id),
        eq(participants.roomId, roomId),
        eq(participants.owner, true),
      ),
    )
    .orderBy(participants.joinedMs, participants.userId);
  return rows.map((row) => row.userId);
}
