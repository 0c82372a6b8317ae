import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { nameContains } from '../../rows/like.ts';
import type { RoomRecord } from '../../rows/rooms/rooms.ts';
import { columnsOf, rooms } from '../../tables/index.ts';
import { type FoundNames, readNamed } from '../names.ts';

export interface GroupFilter {
  /** Only rooms that this user is in. */
  userId?: string;
  isPublic?: boolean;
  ids?: readonly string[] | undefined;
  /** Part of the name. */
  key: string;
  after: string;
  limit: number;
}

/** `ownerIds`: joined by commas, oldest participant first; null without an owner. */
export type GroupView = RoomRecord & { ownerIds: string | null };

const columns = columnsOf(rooms, { alias: 'r', except: ['search'] });

/** Where a page finds its rooms: among found names, else in the order of ids, unsorted. */
function sourceOf(
  hub: Hub,
  { userId, isPublic, ids, after }: GroupFilter,
  found: FoundNames | undefined,
): Part {
  if (found) {
    const [sql, ...params] = found.room;
    const joinOwn = `STRAIGHT_JOIN participants p FORCE INDEX (PRIMARY)
      ON p.hub_id = ? AND p.room_id = n.id AND p.user_id = ?`;
    return [
      `(${sql}) n ${userId === undefined ? '' : joinOwn}
       STRAIGHT_JOIN rooms r FORCE INDEX (PRIMARY) ON r.id = n.id
       WHERE r.hub_id = ? AND r.id > ? AND`,
      ...[...params, ...(userId === undefined ? [] : [hub.id, userId]), hub.id, after],
    ];
  }
  if (userId !== undefined)
    return [
      `participants p FORCE INDEX (participants_member)
       STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
       WHERE p.hub_id = ? AND p.user_id = ? AND p.room_id > ? AND`,
      ...[hub.id, userId, after],
    ];
  const index = isPublic && !ids ? 'rooms_public' : 'PRIMARY';
  return [`rooms r FORCE INDEX (${index}) WHERE r.hub_id = ? AND r.id > ? AND`, hub.id, after];
}

/** Returns a page of group rooms by id, each with its owners. */
export async function listGroups(hub: Hub, filter: GroupFilter): Promise<GroupView[]> {
  const read = (found?: FoundNames) => readPage(hub, filter, found);
  const rows = await (filter.ids ? read() : readNamed(hub, filter.key, ['room'], read));
  return rows.map(columns.decode);
}

function readPage(hub: Hub, filter: GroupFilter, found?: FoundNames): Promise<GroupView[]> {
  const { userId, isPublic, ids, key, limit } = filter;
  const conditions: string[] = [];
  const params: unknown[] = [];
  if (isPublic) conditions.push('AND r.is_public = 1');
  if (ids) {
    conditions.push('AND r.id IN (?)');
    params.push(ids);
  }
  const isNamed = nameContains('r.search', key);
  if (isNamed) {
    conditions.push(`AND ${isNamed.sql}`);
    params.push(...isNamed.params);
  }
  const [source, ...sourceParams] = sourceOf(hub, filter, found);
  return hub.read<GroupView>(
    `${boundedSelect(isNamed ? statementSeconds.search : statementSeconds.page)} ${columns.list},
       (SELECT GROUP_CONCAT(o.user_id ORDER BY o.joined_ms, o.user_id)
        FROM participants o FORCE INDEX (participants_owner)
        WHERE o.hub_id = r.hub_id AND o.room_id = r.id AND o.owner = 1) AS ownerIds
     FROM ${source} r.kind = 'group' ${conditions.join(' ')}
     ORDER BY ${userId === undefined || found ? 'r.id' : 'p.room_id'} LIMIT ?`,
    [...sourceParams, ...params, limit],
  );
}

/** Returns the ids of the groups and channels that a user is in. */
export async function listGroupIds(hub: Hub, userId: string): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `SELECT r.id FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.user_id = ? AND r.kind <> 'direct'`,
    [hub.id, userId],
  );
  return rows.map((row) => row.id);
}
