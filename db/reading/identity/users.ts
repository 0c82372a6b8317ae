/** Members of a hub with all that their user row says, for those who administer the hub. */
import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Hub } from '../../connection/transaction.ts';
import type { UserRecord } from '../../rows/identity/users.ts';
import { nameContains } from '../../rows/like.ts';
import { columnsOf, members, users } from '../../tables/index.ts';
import { type FoundNames, readNamed } from '../names.ts';

const userColumns = columnsOf(users, { alias: 'u', except: ['createdMs', 'search'] });
const memberColumns = columnsOf(members, {
  alias: 'm',
  only: ['privilege', 'joinedMs', 'externalId'],
});

export interface UserView extends UserRecord {
  privilege: number;
  joinedMs: number;
  externalId: string | null;
  seenMs: number | null;
  /** The user is a member of other hubs too. */
  isShared: 0 | 1;
}

const columns = `${userColumns.list}, ${memberColumns.list},
  (SELECT s.seen_ms FROM last_seen s
    WHERE s.hub_id = m.hub_id AND s.user_id = m.user_id) AS seenMs,
  EXISTS (SELECT 1 FROM members o
    WHERE o.user_id = m.user_id AND o.hub_id <> m.hub_id AND o.privilege > 0) AS isShared`;

const decode = (row: UserView): UserView => memberColumns.decode(userColumns.decode(row));

/** By what a member is found. */
interface UserReference {
  id?: string | undefined;
  externalId?: string | undefined;
  email?: string | undefined;
}

/** Returns a member by one of their ids or their e-mail address. */
export async function findUserOfHub(
  hub: Hub,
  { id, externalId, email }: UserReference,
): Promise<UserView | undefined> {
  const [column, value] =
    id !== undefined
      ? ['m.user_id', id]
      : externalId !== undefined
        ? ['m.external_id', externalId]
        : ['u.email', email];
  const [row] = await hub.read<UserView>(
    `SELECT ${columns} FROM members m JOIN users u ON u.id = m.user_id
     WHERE m.hub_id = ? AND m.privilege > 0 AND ${column} = ?`,
    [hub.id, value],
  );
  return row && decode(row);
}

/** Returns a page of the members by id. */
export const listUsersOfHub = (hub: Hub, page: UserPage): Promise<UserView[]> =>
  readNamed(hub, page.key, ['member'], (found) => readUsersOfHub(hub, page, found));

interface UserPage {
  /** Part of the name. */
  key: string;
  after: string;
  limit: number;
}

async function readUsersOfHub(
  hub: Hub,
  { key, after, limit }: UserPage,
  found?: FoundNames,
): Promise<UserView[]> {
  const isNamed = nameContains('u.search', key);
  const select = boundedSelect(isNamed ? statementSeconds.search : statementSeconds.page);
  const [source, ...params] = found
    ? [`(${found.member[0]}) n STRAIGHT_JOIN`, ...found.member.slice(1)]
    : [''];
  const rows = await hub.read<UserView>(
    `${select} ${columns}
     FROM ${source} members m FORCE INDEX (PRIMARY) STRAIGHT_JOIN users u ON u.id = m.user_id
     WHERE m.hub_id = ? AND m.privilege > 0 AND m.user_id > ? ${found ? 'AND m.user_id = n.id' : ''}
       ${isNamed ? `AND ${isNamed.sql}` : ''}
     ORDER BY m.user_id LIMIT ?`,
    [...params, hub.id, after, ...(isNamed?.params ?? []), limit],
  );
  return rows.map(decode);
}
