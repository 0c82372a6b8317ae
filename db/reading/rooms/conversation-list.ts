import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { type Condition, nameContains } from '../../rows/like.ts';
import { columnsOf, rooms, type Selected } from '../../tables/index.ts';
import { countUnreadIn } from './counts.ts';
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

/** Returns the conditions of a filter, and their parameters. */
function conditionsOf(filter: ListFilter): Condition {
  const { kind, key = '', tagId, archived, room, before } = filter;
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
  if (tagId)
    add(
      `EXISTS (SELECT 1 FROM tag_map t WHERE t.hub_id = p.hub_id AND t.user_id = p.user_id
         AND t.tag_id = ? AND t.entity_id = COALESCE(u.id, r.id))`,
      tagId,
    );
  if (before)
    add('(r.last_at_ms < ? OR (r.last_at_ms = ? AND r.id > ?))', before.ms, before.ms, before.id);
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

/**
 * Returns a page of a member's conversations, by last activity, newest first, then by id. The page
 * is cut before anything is looked up for its rows. A second round trip is needed only for
 * conversations in which messages were deleted or hidden, or marked as unread.
 */
export async function listPage(
  hub: Hub,
  userId: string,
  filter: ListFilter,
): Promise<ListedConversation[]> {
  const { sql, params } = conditionsOf(filter);
  // The other users of all conversations are looked up only where the filter compares them.
  const isOfPeer = filter.key || filter.tagId;
  const rows = await hub.read<PageRow>(
    `${boundedSelect(filter.key ? statementSeconds.search : statementSeconds.page)}
       ${roomColumns.list}, p.pointer, p.isArchived, u.id AS peerId, u.firstname, u.lastname,
       b.blocked_id IS NOT NULL AS isBlocked,
       IF(${isBehind}, ${messagesAfter}, 0) AS unread, ${isBehind} AND ${needsCount} AS needsCount,
       ${lastColumns}, m.id IS NULL AND r.last_ordinal > r.expired_at AS needsLast
     FROM (
       SELECT p.hub_id, p.user_id, p.room_id, p.pointer, p.hidden_at, p.posted_at,
         ${isArchived} AS isArchived, r.last_at_ms
       FROM participants p ${filter.room ? '' : 'FORCE INDEX (participants_user)'}
       STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
       ${isOfPeer ? joinPeer : ''}
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
    [hub.id, userId, ...params, filter.limit, filter.offset ?? 0],
  );
  return completed(hub, userId, rows);
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
