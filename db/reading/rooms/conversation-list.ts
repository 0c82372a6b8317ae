import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { type Condition, nameContains } from '../../rows/like.ts';
import { columnsOf, rooms, type Selected } from '../../tables/index.ts';
import { type FoundNames, readNamed } from '../names.ts';
import { countUnreadIn } from './counts.ts';
import { densities, mostCounted } from './room-densities.ts';
import { taggedRooms } from './tags.ts';
import { isArchived, isBehind, isListed, messagesAfter, needsCount } from './unread.ts';

const roomColumns = columnsOf(rooms, {
  alias: 'r',
  only: ['id', 'kind', 'directKey', 'name', 'memberCount', 'lastOrdinal', 'lastAtMs'],
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
export interface ListedConversation extends Selected<typeof roomColumns>, LastMessage {
  pointer: number;
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

/** The rooms among which a page is looked for; without either: all of the member. */
interface Among {
  /** So many of the newest rooms of the hub. */
  depth?: number;
  /** The rooms of names that contain the filter's key. */
  found?: FoundNames | undefined;
}

/** Where a page finds the member's rows `p` and their rooms `r`, and the parameters. */
function sourceOf(hub: Hub, userId: string, filter: ListFilter, { depth, found }: Among): Part {
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
  if (depth === undefined) return [`participants p FORCE INDEX (participants_member) ${joinRooms}`];
  const after = afterRow(filter, '');
  return [
    `(SELECT id AS room_id FROM rooms FORCE INDEX (rooms_activity)
      WHERE hub_id = ? ${after ? `AND ${after.sql}` : ''}
      ORDER BY last_at_ms DESC, id LIMIT ?) n ${ownRowIn('n')}`,
    ...[hub.id, ...(after?.params ?? []), depth, hub.id, userId],
  ];
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

/** Reads a page of the member's conversations. */
function readPage(
  hub: Hub,
  userId: string,
  filter: ListFilter,
  among: Among = {},
): Promise<PageRow[]> {
  const { sql, params } = conditionsOf(filter);
  const [source, ...sourceParams] = sourceOf(hub, userId, filter, among);
  return hub.read<PageRow>(
    `${boundedSelect(filter.key ? statementSeconds.search : statementSeconds.page)}
       ${roomColumns.list}, p.pointer, p.isArchived, u.id AS peerId, u.firstname, u.lastname,
       b.blocked_id IS NOT NULL AS isBlocked,
       IF(${isBehind}, ${messagesAfter}, 0) AS unread, ${isBehind} AND ${needsCount} AS needsCount,
       ${lastColumns}, m.id IS NULL AND r.last_ordinal > r.expired_at AS needsLast
     FROM (
       SELECT p.hub_id, p.user_id, p.room_id, p.pointer, p.hidden_at, p.posted_at,
         ${isArchived} AS isArchived, r.last_at_ms
       FROM ${source} ${filter.key ? joinPeer : ''}
       WHERE p.hub_id = ? AND p.user_id = ? AND ${sql}
       ORDER BY r.last_at_ms DESC, r.id LIMIT ? OFFSET ?
     ) p
     STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     ${joinPeer}
     LEFT JOIN blocks b ON b.hub_id = p.hub_id AND b.user_id = p.user_id AND b.blocked_id = u.id
     LEFT JOIN messages m ON m.hub_id = p.hub_id AND m.room_id = p.room_id
       AND m.ordinal = r.last_ordinal AND m.ordinal > r.expired_at AND m.ordinal > p.hidden_at
       AND m.deleted_ms IS NULL
     ORDER BY p.last_at_ms DESC, p.room_id`,
    [...sourceParams, hub.id, userId, ...params, filter.limit, filter.offset ?? 0],
  );
}

/** Returns the number of a member's rooms, up to `mostCounted`. */
async function countRooms(hub: Hub, userId: string): Promise<number> {
  const [row] = await hub.read<{ count: number }>(
    `SELECT COUNT(*) AS count FROM (SELECT 1 FROM participants FORCE INDEX (participants_member)
       WHERE hub_id = ? AND user_id = ? LIMIT ?) p`,
    [hub.id, userId, mostCounted],
  );
  return row?.count ?? 0;
}

/** Reads a page from the newest rooms or all own ones, as earlier pages have shown. */
async function readByDensity(hub: Hub, userId: string, filter: ListFilter): Promise<PageRow[]> {
  const { kind, archived, key = '', before, offset = 0, limit } = filter;
  const isLater = before !== undefined || offset > 0;
  const list = [hub.id, userId, kind, archived, isLater, key !== ''].join(' ');
  const depth = densities.depthFor(list, offset + limit);
  if (depth !== undefined) {
    const rows = await readPage(hub, userId, filter, { depth });
    if (rows.length === limit) return rows;
    densities.miss(list, depth);
  }
  const rows = await readPage(hub, userId, filter);
  densities.readOwnRows(list);
  if (rows.length === limit && !densities.isKnown(list))
    densities.count(list, await countRooms(hub, userId));
  return rows;
}

/**
 * Returns a page of a member's conversations, by last activity, newest first, then by id. The page
 * is cut before anything is looked up for its rows. A second round trip is needed only for
 * conversations in which messages were deleted or hidden, or marked as unread, and where the way to
 * read the page was not known.
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
  for (const row of rows) {
    // Object.assign to objects of this size takes longer than reading them.
    row.unread = counts.get(row.id) ?? row.unread;
    const last = messages.get(row.id);
    if (last) Object.assign(row, last);
  }
  return rows;
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
