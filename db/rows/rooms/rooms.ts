import { and, eq, inArray, sql } from 'drizzle-orm';
import { searchForm } from '../../../acl/text/normal-form.ts';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { columnsOf, rooms } from '../../tables/index.ts';
import { newId } from '../ids.ts';
import { queueSuffixes } from '../name-suffixes.ts';

type RoomRow = typeof rooms.$inferSelect;
export type RoomRecord = Omit<RoomRow, 'search'>;

const columns = columnsOf(rooms, { except: ['search'] });

async function findRoomBy(
  hub: Hub,
  column: 'id' | 'channel_key' | 'external_id',
  value: string,
): Promise<RoomRecord | undefined> {
  const [row] = await hub.read<RoomRecord>(
    `SELECT ${columns.list} FROM rooms WHERE hub_id = ? AND ${column} = ?`,
    [hub.id, value],
  );
  return row && columns.decode(row);
}

export const findRoom = (hub: Hub, id: string): Promise<RoomRecord | undefined> =>
  findRoomBy(hub, 'id', id);

/** Returns the channel that has a key, `<type>:<sub id>`. */
export const findChannel = (hub: Hub, channelKey: string): Promise<RoomRecord | undefined> =>
  findRoomBy(hub, 'channel_key', channelKey);

/** Returns the group room that has this id in the application that embeds the hub. */
export const findRoomByExternalId = (
  hub: Hub,
  externalId: string,
): Promise<RoomRecord | undefined> => findRoomBy(hub, 'external_id', externalId);

/** Returns the id of the direct room that has a key. */
export async function findDirectRoomId(hub: Hub, key: string): Promise<string | undefined> {
  const [row] = await hub.read<{ id: string }>(
    'SELECT id FROM rooms WHERE hub_id = ? AND direct_key = ?',
    [hub.id, key],
  );
  return row?.id;
}

/** Returns a page of the ids of a hub's rooms, in order. */
export async function listRoomIds(hub: Hub, after: string, limit: number): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    'SELECT id FROM rooms WHERE hub_id = ? AND id > ? ORDER BY id LIMIT ?',
    [hub.id, after, limit],
  );
  return rows.map((room) => room.id);
}

export interface StaleChannel {
  hubId: string;
  roomId: string;
}

/** Returns channels of any hub that have had no message for as long as they may. */
export const listStaleChannels = (tx: Transaction, now: number): Promise<StaleChannel[]> =>
  tx.read<StaleChannel>(
    `SELECT hub_id AS hubId, id AS roomId FROM rooms
     WHERE expire_days IS NOT NULL AND channel_key IS NOT NULL
       AND last_at_ms < ? - expire_days * 86400000 LIMIT 100`,
    [now],
  );

const isLocked: unique symbol = Symbol('locked');

/** What may change in a room. */
export type RoomChange = Partial<
  Omit<RoomRecord, 'hubId' | 'id' | 'directKey' | 'createdBy' | 'createdMs'>
>;

/** A room whose row this transaction has locked, or inserted. */
export type LockedRoom = Readonly<RoomRecord> & {
  readonly [isLocked]: true;
  /** Changes the room here at once, and in the database with the commit. */
  change(changes: RoomChange): void;
};

/** What unread counts of all participants, and the sums of them, depend on. */
const counting = ['lastOrdinal', 'removedAt', 'expiredAt', 'archived'] as const;

function lockedRoom(hub: Hub, row: RoomRecord): LockedRoom {
  const key = { hubId: hub.id, id: row.id };
  const room = Object.assign(row, {
    [isLocked]: true as const,
    change(changes: RoomChange) {
      if (changes.name !== undefined) queueName(hub, { ...key, name: changes.name }, room.name);
      Object.assign(room, changes);
      if (counting.some((name) => name in changes)) hub.changesUnread(hub.id, row.id);
      if ('expiredAt' in changes) hub.wakeAtCommit('purge');
      hub.changeAtCommit(rooms, key, withSearch(changes));
    },
  });
  // A room may be locked twice: the changes made in between are not in the database yet.
  return Object.assign(room, hub.changesAtCommit(rooms, key));
}

/**
 * Locks rooms in the order of their ids; returns those that exist, by id. Room locks come first in
 * every transaction that changes a room's stream.
 */
export async function lockRooms(
  hub: Hub,
  ids: readonly string[],
): Promise<Map<string, LockedRoom>> {
  if (ids.length === 0) return new Map();
  const rows = await hub.lock<RoomRecord>(
    `SELECT ${columns.list} FROM rooms WHERE hub_id = ? AND id IN (?) ORDER BY id FOR UPDATE`,
    [hub.id, [...new Set(ids)]],
  );
  return new Map(rows.map((row) => [row.id, lockedRoom(hub, columns.decode(row))]));
}

/** Returns columns to write: with the name that they set goes its search form. */
const withSearch = <T extends { name?: string }>(columns: T): (T & Pick<RoomRow, 'search'>) | T =>
  columns.name === undefined ? columns : { ...columns, search: searchForm(columns.name) };

/** Queues by what a name is found; `before`: the name that it replaces. */
const queueName = (
  hub: Hub,
  { hubId, id, name }: Pick<RoomRecord, 'hubId' | 'id' | 'name'>,
  before = '',
): void => queueSuffixes(hub, { hubId, kind: 'room', id }, searchForm(name), searchForm(before));

type GivenColumn = 'hubId' | 'kind' | 'name' | 'createdBy';

/** Returns the row of a new, empty room: private, open, without participants or messages. */
export const newRoom = (
  given: Pick<RoomRecord, GivenColumn> & Partial<RoomRecord>,
  now: number,
): RoomRecord => ({
  id: newId(),
  directKey: null,
  description: '',
  channelKey: null,
  externalId: null,
  historyLimit: null,
  expireDays: null,
  isPublic: false,
  archived: false,
  systemAccessAt: null,
  lastOrdinal: 0,
  lastAtMs: now,
  removedAt: 0,
  expiredAt: 0,
  purgedAt: 0,
  lastSeq: 0,
  memberCount: 0,
  createdMs: now,
  ...given,
});

/** Inserts a room; its row is locked because it is new. */
export async function insertRoom(hub: Hub, row: RoomRecord): Promise<LockedRoom> {
  await hub.write(build.insert(rooms).values(withSearch(row)));
  queueName(hub, row);
  return lockedRoom(hub, row);
}

/** Inserts a channel; returns false when its key is taken. */
export async function insertChannel(hub: Hub, row: RoomRecord): Promise<boolean> {
  const inserted = await hub.write(build.insert(rooms).ignore().values(withSearch(row)));
  if (inserted > 0) queueName(hub, row);
  return inserted > 0;
}

/** Deletes the rows of rooms to which nothing refers any more. */
export async function deleteRooms(hub: Hub, ids: readonly string[]): Promise<void> {
  await hub.write(
    build.delete(rooms).where(and(eq(rooms.hubId, hub.id), inArray(rooms.id, [...ids]))),
  );
}

/** Inserts a direct room, unless its two users have one. */
export async function insertDirectRoom(hub: Hub, row: RoomRecord): Promise<void> {
  await hub.write(
    build
      .insert(rooms)
      .values(row)
      .onDuplicateKeyUpdate({ set: { hubId: sql`hub_id` } }),
  );
}
