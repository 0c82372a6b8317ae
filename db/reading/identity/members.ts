/** Members of a hub, with their names. */
import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Hub } from '../../connection/transaction.ts';
import type { Person } from '../../rows/identity/users.ts';
import { nameContains } from '../../rows/like.ts';
import { type FoundNames, readNamed } from '../names.ts';

export interface MemberRecord extends Person {
  privilege: number;
  joinedMs: number;
}

const columns = 'u.id, u.firstname, u.lastname, m.privilege, m.joined_ms AS joinedMs';

/** Returns a member; a former member is none. */
export async function findMember(hub: Hub, userId: string): Promise<MemberRecord | undefined> {
  const [row] = await listMembers(hub, [userId]);
  return row;
}

/** Returns those of the users who are members of the hub. */
export async function listMembers(hub: Hub, userIds: readonly string[]): Promise<MemberRecord[]> {
  if (userIds.length === 0) return [];
  return hub.read<MemberRecord>(
    `SELECT ${columns} FROM members m FORCE INDEX (PRIMARY) JOIN users u ON u.id = m.user_id
     WHERE m.hub_id = ? AND m.user_id IN (?) AND m.privilege > 0`,
    [hub.id, userIds],
  );
}

export interface MemberFilter {
  /** Part of the name. */
  key: string;
  ids?: readonly string[] | undefined;
  after?: string;
  offset?: number;
  limit: number;
}

/** A member, and whether the viewer of a list blocked them. */
type ListedMember = MemberRecord & { isBlocked: 0 | 1 };

/** Returns a page of the hub's members by id, as `viewerId` sees them. */
export async function listMemberPage(
  hub: Hub,
  viewerId: string,
  filter: MemberFilter,
): Promise<ListedMember[]> {
  const read = (found?: FoundNames) => readPage(hub, viewerId, filter, found);
  return filter.ids ? read() : readNamed(hub, filter.key, ['member'], read);
}

function readPage(
  hub: Hub,
  viewerId: string,
  { key, ids, after = '', offset = 0, limit }: MemberFilter,
  found?: FoundNames,
): Promise<ListedMember[]> {
  const isNamed = nameContains('u.search', key);
  const select = boundedSelect(isNamed ? statementSeconds.search : statementSeconds.page);
  const [source, ...params] = found
    ? [`(${found.member[0]}) n STRAIGHT_JOIN`, ...found.member.slice(1)]
    : [''];
  return hub.read(
    `${select} ${columns}, EXISTS (SELECT 1 FROM blocks b
       WHERE b.hub_id = m.hub_id AND b.user_id = ? AND b.blocked_id = u.id) AS isBlocked
     FROM ${source} members m FORCE INDEX (PRIMARY) STRAIGHT_JOIN users u ON u.id = m.user_id
     WHERE m.hub_id = ? AND m.privilege > 0 AND m.user_id > ? ${found ? 'AND m.user_id = n.id' : ''}
       ${isNamed ? `AND ${isNamed.sql}` : ''} ${ids ? 'AND m.user_id IN (?)' : ''}
     ORDER BY m.user_id LIMIT ? OFFSET ?`,
    [
      ...[viewerId, ...params, hub.id, after],
      ...[...(isNamed?.params ?? []), ...(ids ? [ids] : []), limit, offset],
    ],
  );
}
