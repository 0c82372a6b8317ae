import { sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { columnsOf, participants, rooms } from '../../tables/index.ts';
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

const roomColumns = columnsOf(rooms);

/** Returns the hub's rooms that meet a condition with one parameter. */
export async function listRoomsWhere(
  hub: Hub,
  condition: string,
  parameter: unknown,
): Promise<RoomRecord[]> {
  const rows = await hub.read<RoomRecord>(
    `SELECT ${roomColumns.list} FROM rooms WHERE hub_id = ? AND ${condition}`,
    [hub.id, parameter],
  );
  return rows.map(roomColumns.decode);
}

export const findRoom = async (hub: Hub, id: string): Promise<RoomRecord | undefined> =>
  (await listRoomsWhere(hub, 'id = ?', id))[0];

const isLocked: unique symbol = Symbol('locked');

/** What may change in a room. */
export type RoomChange = Partial<
  Omit<RoomRecord, 'hubId' | 'id' | 'kind' | 'directKey' | 'createdBy' | 'createdMs'>
>;

/** A room whose row this transaction has locked, or made. */
export type LockedRoom = Readonly<RoomRecord> & {
  readonly [isLocked]: true;
  /** Changes the room here at once, and in the database with the commit. */
  change(columns: RoomChange): void;
};

function lockedRoom(hub: Hub, row: RoomRecord): LockedRoom {
  const key = { hubId: hub.id, id: row.id };
  const room = {
    ...row,
    [isLocked]: true as const,
    change(columns: RoomChange) {
      Object.assign(room, columns);
      hub.changeAtCommit(rooms, key, columns);
    },
  };
  // A room may be locked twice: what changed since the first time is not in the database yet.
  return Object.assign(room, hub.changesAtCommit(rooms, key));
}

/** Inserts a room; the row is locked by being new. */
export async function insertRoom(hub: Hub, row: RoomRecord): Promise<LockedRoom> {
  await hub.write(build.insert(rooms).values(row));
  return lockedRoom(hub, row);
}

/**
 * Locks rooms in the order of their ids; returns those that exist, by id. These locks are the first
 * of every transaction that changes a room's stream.
 */
export async function lockRooms(
  hub: Hub,
  ids: readonly string[],
): Promise<Map<string, LockedRoom>> {
  if (ids.length === 0) return new Map();
  const rows = await hub.lock<RoomRecord>(
    `SELECT ${roomColumns.list} FROM rooms WHERE hub_id = ? AND id IN (?) ORDER BY id FOR UPDATE`,
    [hub.id, [...new Set(ids)]],
  );
  return new Map(rows.map((row) => [row.id, lockedRoom(hub, roomColumns.decode(row))]));
}

const participantColumns = columnsOf(participants);

/** Lock some users' participant rows of one room. */
export async function lockParticipants(
  hub: Hub,
  roomId: string,
  userIds: readonly string[],
): Promise<ParticipantRecord[]> {
  const rows = await hub.lock<ParticipantRecord>(
    `SELECT ${participantColumns.list} FROM participants
     WHERE hub_id = ? AND room_id = ? AND user_id IN (?) ORDER BY user_id FOR UPDATE`,
    [hub.id, roomId, userIds.length > 0 ? userIds : ['']],
  );
  return rows.map(participantColumns.decode);
}

/** The direct room of two users, made if there is none. Made empty, it shows nowhere: its first message does. */
export async function openDirectRoom(hub: Hub, a: string, b: string, now: number): Promise<string> {
  const key = directKey(a, b);
  const id = newId();
  await hub.write(
    build
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
      .onDuplicateKeyUpdate({ set: { hubId: sql`hub_id` } }),
  );
  const [room] = await hub.read<{ id: string }>(
    'SELECT id FROM rooms WHERE hub_id = ? AND direct_key = ?',
    [hub.id, key],
  );
  const roomId = room?.id ?? id;
  if (roomId === id) {
    const row = { hubId: hub.id, roomId, pointer: 0, joinedSeq: 0, joinedMs: now };
    await hub.write(
      build.insert(participants).values([
        { ...row, userId: a },
        { ...row, userId: b },
      ]),
    );
  }
  return roomId;
}

/** Owners of a room, oldest first. */
export async function listOwners(hub: Hub, roomId: string): Promise<string[]> {
  const rows = await hub.read<{ userId: string }>(
    `SELECT user_id AS userId FROM participants
     WHERE hub_id = ? AND room_id = ? AND owner = 1 ORDER BY joined_ms, user_id`,
    [hub.id, roomId],
  );
  return rows.map((row) => row.userId);
}
