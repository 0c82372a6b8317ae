import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { type Condition, nameContains } from '../../rows/like.ts';
import { columnsOf, participants, rooms, type Selected } from '../../tables/index.ts';
import { type FoundNames, readNamed } from '../names.ts';
import { countUnreadIn } from './counts.ts';
import { densities, depthFor, mayBeDense, mostCounted, mostNewest } from './room-densities.ts';
import { taggedRooms } from './tags.ts';
import { isArchived, isBehind, isListed, messagesAfter, needsCount } from './unread.ts';

const roomColumns = columnsOf(rooms, {
  alias: 'r',
  only: ['id', 'kind', 'name', 'memberCount', 'lastOrdinal', 'lastAtMs'],
});

const ownColumns = columnsOf(participants, {
  alias: 'p',
  only: ['pointer', 'notifyLevel', 'notifyUntilMs'],
});

/** The newest message of a conversation that its member can see. */
interface LastMessage {
  messageId: string | null;
  /** The first 200 characters of its text. */
  message: string | null;
  authorId: string | null;
  attachmentCount: number | null;
}

/** A conversation as its member's lists show it. */
export interface ListedConversation
  extends Selected<typeof roomColumns>,
    Selected<typeof ownColumns>,
    LastMessage {
  unread: number;
  isArchived: 0 | 1;
  /** The other user of a direct conversation. */
  peerId: string | null;
  firstname: string | null;
  lastname: string | null;
  isBlocked: 0 | 1;
}

export interface ListFilter {
  /** A channel counts as a group. */
  kind?: 'direct' | 'group';
  /** Part of the name, literally, as the search form has it. */
  key?: string;
  tagId?: string;
  archived?: boolean;
  /** The room id of the only conversation, also of one that is not listed. */
  room?: Part;
  /** Rows after this one. */
  before?: { ms: number; id: string };
  offset?: number;
  limit: number;
}

const searchedName = "CASE r.kind WHEN 'direct' THEN u.search ELSE r.search END";

/** Returns the condition that a room comes after the row before which a page begins. */
const afterRow = ({ before }: ListFilter, alias: 'r.' | ''): Condition | undefined =>
  before && {
    sql: `(${alias}last_at_ms < ? OR (${alias}last_at_ms = ? AND ${alias}id > ?))`,
    params: [before.ms, before.ms, before.id],
  };

/** Returns the conditions of a filter, and their parameters. */
function conditionsOf(filter: ListFilter): Condition {
  const { kind, key = '', tagId, archived, room } = filter;
  const conditions: string[] = [];
  const params: unknown[] = [];
  const add = (condition: string, ...values: unknown[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  if (room) add(`p.room_id = ${room[0]}`, ...room.slice(1));
  else add(isListed);
  if (kind) add(`r.kind ${kind === 'direct' ? '=' : '<>'} 'direct'`);
  if (archived !== undefined) add(`${archived ? '' : 'NOT '}${isArchived}`);
  const isNamed = nameContains(searchedName, key);
  if (isNamed) add(isNamed.sql, ...isNamed.params);
  if (tagId) add("(r.kind = 'direct') = t.isDirect");
  const after = afterRow(filter, 'r.');
  if (after) add(after.sql, ...after.params);
  return { sql: conditions.join(' AND '), params };
}

const peerId = `IF(SUBSTRING_INDEX(r.direct_key, ':', 1) = p.user_id,
  SUBSTRING_INDEX(r.direct_key, ':', -1), SUBSTRING_INDEX(r.direct_key, ':', 1))`;

const joinPeer = `LEFT JOIN users u ON r.kind = 'direct' AND u.id = ${peerId}`;

const lastColumns = `m.id AS messageId, LEFT(m.body, 200) AS message, m.author_id AS authorId,
  m.attachment_count AS attachmentCount`;

/** What the statement of a page leaves to others that are needed for few conversations. */
interface PageRow extends ListedConversation {
  needsCount: 0 | 1;
  needsLast: 0 | 1;
}

/** What is known of the rooms among which a page is looked for. */
interface Among {
  /** How many rooms the member has, up to `mostCounted`. */
  rooms?: number;
  /** The rooms of names that contain the filter's key: no others are looked at. */
  found?: FoundNames | undefined;
}

/** Where a page finds the member's rows `p` and their rooms `r`, and the parameters. */
function sourceOf(hub: Hub, userId: string, filter: ListFilter, { found }: Among): Part {
  const joinRooms = 'STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id';
  const ownRowIn = (table: string) => `STRAIGHT_JOIN participants p FORCE INDEX (PRIMARY)
    ON p.hub_id = ? AND p.room_id = ${table}.room_id AND p.user_id = ? ${joinRooms}`;
  if (filter.room) return [`participants p ${joinRooms}`];
  if (filter.tagId) {
    const [sql, ...params] = taggedRooms(hub, userId, filter.tagId);
    return [`(${sql}) t ${ownRowIn('t')}`, ...params, hub.id, userId];
  }
  if (found) {
    const [sql, ...params] = roomsOf(hub, userId, filter, found);
    return [`(${sql}) n ${ownRowIn('n')}`, ...params, hub.id, userId];
  }
  return [`participants p FORCE INDEX (participants_member) ${joinRooms}`];
}

/** Selects the rooms that were found by their names, and the direct ones of found members. */
function roomsOf(hub: Hub, userId: string, { kind }: ListFilter, found: FoundNames): Part {
  const [ofRooms, ...roomParams] = found.room;
  const [ofPeers, ...peerParams] = found.member;
  const named: Part = [`SELECT id AS room_id FROM (${ofRooms}) f`, ...roomParams];
  const direct: Part = [
    `SELECT d.id AS room_id FROM (${ofPeers}) f STRAIGHT_JOIN rooms d FORCE INDEX (rooms_direct)
       ON d.hub_id = ?
         AND d.direct_key = IF(f.id < ?, CONCAT(f.id, ':', ?), CONCAT(?, ':', f.id))`,
    ...[...peerParams, hub.id, userId, userId, userId],
  ];
  const parts = [...(kind === 'direct' ? [] : [named]), ...(kind === 'group' ? [] : [direct])];
  return [parts.map(([sql]) => sql).join(' UNION '), ...parts.flatMap(([, ...params]) => params)];
}

const columns = `${roomColumns.list}, ${ownColumns.list}, ${isArchived} AS isArchived,
  u.id AS peerId, u.firstname, u.lastname, b.blocked_id IS NOT NULL AS isBlocked,
  IF(${isBehind}, ${messagesAfter}, 0) AS unread, ${isBehind} AND ${needsCount} AS needsCount,
  ${lastColumns}, m.id IS NULL AND r.last_ordinal > r.expired_at AS needsLast`;

const joinDetails = `${joinPeer}
  LEFT JOIN blocks b ON b.hub_id = p.hub_id AND b.user_id = p.user_id AND b.blocked_id = u.id
  LEFT JOIN messages m ON m.hub_id = p.hub_id AND m.room_id = p.room_id
    AND m.ordinal = r.last_ordinal AND m.ordinal > r.expired_at AND m.ordinal > p.hidden_at
    AND m.deleted_ms IS NULL`;

/** Returns the beginning of a statement. Where it reads few rows it travels with other calls'. */
function selectOf({ room, key }: ListFilter, isShort: boolean): string {
  if (key) return boundedSelect(statementSeconds.search);
  return isShort || room ? 'SELECT' : boundedSelect(statementSeconds.page);
}

/** Reads a page of the member's conversations. */
function readPage(
  hub: Hub,
  userId: string,
  filter: ListFilter,
  among: Among = {},
): Promise<PageRow[]> {
  const { rooms = mostCounted } = among;
  const { sql, params } = conditionsOf(filter);
  const [source, ...sourceParams] = sourceOf(hub, userId, filter, among);
  return hub.read<PageRow>(
    `${selectOf(filter, rooms < mostCounted)} ${columns}
     FROM (
       SELECT p.hub_id, p.user_id, p.room_id, p.pointer, p.hidden_at, p.posted_at, p.archived_at,
         p.notify_level, p.notify_until_ms, r.last_at_ms
       FROM ${source} ${filter.key ? joinPeer : ''}
       WHERE p.hub_id = ? AND p.user_id = ? AND ${sql}
       ORDER BY r.last_at_ms DESC, r.id LIMIT ? OFFSET ?
     ) p
     STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     ${joinDetails}
     ORDER BY p.last_at_ms DESC, p.room_id`,
    [...sourceParams, hub.id, userId, ...params, filter.limit, filter.offset ?? 0],
  );
}

/**
 * Reads a page from so many of the newest rooms of the hub; it may be too short. One statement
 * serves all who ask for such a page at the same time, because planning it takes the database
 * longer than reading a page. So it is sorted and cut here.
 */
async function readNewest(
  hub: Hub,
  userId: string,
  filter: ListFilter,
  depth: number,
): Promise<PageRow[]> {
  const { offset = 0, limit } = filter;
  const { sql, params } = conditionsOf(filter);
  const after = afterRow(filter, '');
  const rows = await hub.readShared<PageRow & { userId: string }>(
    `${selectOf(filter, true)} k.id AS userId, ${columns}
     FROM users k FORCE INDEX (PRIMARY)
     STRAIGHT_JOIN (SELECT id AS room_id FROM rooms FORCE INDEX (rooms_activity)
       WHERE hub_id = ? ${after ? `AND ${after.sql}` : ''}
       ORDER BY last_at_ms DESC, id LIMIT ?) n
     STRAIGHT_JOIN participants p FORCE INDEX (PRIMARY)
       ON p.hub_id = ? AND p.room_id = n.room_id AND p.user_id = k.id
     STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     ${joinDetails}
     WHERE ${sql} AND k.id IN (?)`,
    [hub.id, ...(after?.params ?? []), depth, hub.id, ...params, [userId]],
  );
  const own = rows.filter((row) => row.userId === userId).sort(byActivity);
  return own.slice(offset, offset + limit);
}

/** Compares conversations as the database does: ids byte by byte. */
const byActivity = (a: PageRow, b: PageRow): number =>
  b.lastAtMs - a.lastAtMs || (a.id < b.id ? -1 : 1);

/** Returns the number of a member's rooms, up to `mostCounted`. */
async function countRooms(hub: Hub, userId: string): Promise<number> {
  const [row] = await hub.read<{ count: number }>(
    `SELECT COUNT(*) AS count FROM (SELECT 1 FROM participants FORCE INDEX (participants_member)
       WHERE hub_id = ? AND user_id = ? LIMIT ?) p`,
    [hub.id, userId, mostCounted],
  );
  return row?.count ?? 0;
}

/** Returns the number of the hub's rooms up to a page's last row, up to `mostNewest`. */
async function countNewest(hub: Hub, filter: ListFilter, last: PageRow): Promise<number> {
  const after = afterRow(filter, '');
  const [row] = await hub.read<{ count: number }>(
    `SELECT COUNT(*) AS count FROM (SELECT 1 FROM rooms FORCE INDEX (rooms_activity)
       WHERE hub_id = ? ${after ? `AND ${after.sql}` : ''} AND last_at_ms >= ? LIMIT ?) n`,
    [hub.id, ...(after?.params ?? []), last.lastAtMs, mostNewest],
  );
  return row?.count ?? 0;
}

/** Reads a page from the newest rooms or all own ones, as an earlier page has shown. */
async function readByDensity(hub: Hub, userId: string, filter: ListFilter): Promise<PageRow[]> {
  const { kind, archived, key = '', before, offset = 0, limit } = filter;
  const isLater = before !== undefined || offset > 0;
  const list = [hub.id, userId, kind, archived, isLater, key !== ''].join(' ');
  const end = offset + limit;
  const density = densities.use(list);
  if (density) {
    const depth = depthFor(density, end);
    if (depth === undefined) return readPage(hub, userId, filter, density);
    const page = await readNewest(hub, userId, filter, depth);
    if (page.length === limit) return page;
  }
  const [page, count] = await Promise.all([readPage(hub, userId, filter), countRooms(hub, userId)]);
  // The list has ended, which says nothing of other pages.
  if (density && page.length < limit) return page;
  const last = mayBeDense(count, end) ? page[limit - 1] : undefined;
  const newest = last ? await countNewest(hub, filter, last) : Number.POSITIVE_INFINITY;
  densities.keep(list, { rooms: count, roomsForRow: newest / end });
  return page;
}

/**
 * Returns a page of a member's conversations, by last activity, newest first, then by id. A second
 * round trip is needed only for conversations in which messages were deleted or hidden, or marked
 * as unread, and where the way to read the page was not known, or has changed.
 */
export async function listPage(
  hub: Hub,
  userId: string,
  filter: ListFilter,
): Promise<ListedConversation[]> {
  return completed(hub, userId, await readByFewest(hub, userId, filter));
}

/** Reads a page in the way that reads the fewest rows for what the filter names. */
function readByFewest(hub: Hub, userId: string, filter: ListFilter): Promise<PageRow[]> {
  const { room, tagId, key = '', kind } = filter;
  if (room || tagId) return readPage(hub, userId, filter);
  if (key === '') return readByDensity(hub, userId, filter);
  const kinds = [
    ...(kind === 'direct' ? [] : (['room'] as const)),
    ...(kind === 'group' ? [] : (['member'] as const)),
  ];
  return readNamed(hub, key, kinds, (found) =>
    found ? readPage(hub, userId, filter, { found }) : readByDensity(hub, userId, filter),
  );
}

/** Looks up what the statement of a page has left out. */
async function completed(hub: Hub, userId: string, rows: PageRow[]): Promise<ListedConversation[]> {
  const idsOf = (what: 'needsCount' | 'needsLast') =>
    rows.flatMap((row) => (row[what] ? row.id : []));
  const [counts, messages] = await Promise.all([
    countUnreadIn(hub, userId, idsOf('needsCount')),
    listLast(hub, userId, idsOf('needsLast')),
  ]);
  return rows.map((row) =>
    // Other rows are not copied, which would take longer than reading them.
    row.needsCount || row.needsLast
      ? { ...row, unread: counts.get(row.id) ?? row.unread, ...messages.get(row.id) }
      : row,
  );
}

/** Returns the newest message that a member can see in rooms, by room id. */
async function listLast(
  hub: Hub,
  userId: string,
  roomIds: readonly string[],
): Promise<Map<string, LastMessage>> {
  if (roomIds.length === 0) return new Map();
  const rows = await hub.read<LastMessage & { roomId: string }>(
    `SELECT m.room_id AS roomId, ${lastColumns} FROM (
       SELECT p.room_id, (SELECT v.ordinal FROM messages v
         LEFT JOIN removals x ON x.hub_id = v.hub_id AND x.room_id = v.room_id
           AND x.user_id = p.user_id AND x.ordinal = v.ordinal
         WHERE v.hub_id = p.hub_id AND v.room_id = p.room_id AND v.deleted_ms IS NULL
           AND v.ordinal > r.expired_at AND x.ordinal IS NULL
         ORDER BY v.ordinal DESC LIMIT 1) AS ordinal
       FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
       WHERE p.hub_id = ? AND p.room_id IN (?) AND p.user_id = ? LIMIT ?
     ) c JOIN messages m ON m.hub_id = ? AND m.room_id = c.room_id AND m.ordinal = c.ordinal`,
    [hub.id, roomIds, userId, roomIds.length, hub.id],
  );
  return new Map(rows.map(({ roomId, ...last }) => [roomId, last]));
}
