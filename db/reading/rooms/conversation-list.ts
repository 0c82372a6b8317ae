import { boundedSelect, statementSeconds } from '../../connection/bounds.ts';
import type { Hub } from '../../connection/transaction.ts';
import { type Condition, nameContains } from '../../rows/like.ts';
import { columnsOf, rooms, type Selected } from '../../tables/index.ts';
import { isArchived, isListed, unreadCount } from './unread.ts';

const roomColumns = columnsOf(rooms, {
  alias: 'r',
  only: ['id', 'kind', 'directKey', 'name', 'memberCount', 'lastOrdinal', 'lastAtMs'],
});

/** A conversation as its member's lists show it. */
export interface ListedConversation extends Selected<typeof roomColumns> {
  pointer: number;
  unread: number;
  isArchived: 0 | 1;
  /** The other user of a direct conversation. */
  peerId: string | null;
  firstname: string | null;
  lastname: string | null;
  isBlocked: 0 | 1;
  /** The newest message that this member can see. */
  messageId: string | null;
  /** The first 200 characters of its text. */
  message: string | null;
  authorId: string | null;
  attachmentCount: number | null;
}

export interface ListFilter {
  /** A channel counts as a group. */
  kind?: 'direct' | 'group';
  /** Part of the name, literally, as the search form has it. */
  key?: string;
  tagId?: string;
  archived?: boolean;
  roomId?: string;
  /** Rows after this one. */
  before?: { ms: number; id: string };
  offset?: number;
  limit: number;
}

const searchedName = "CASE r.kind WHEN 'direct' THEN u.search ELSE r.search END";

/** Returns the conditions of a filter, and their parameters. */
function conditionsOf(filter: ListFilter): Condition {
  const { kind, key = '', tagId, archived, roomId, before } = filter;
  const conditions: string[] = [];
  const params: unknown[] = [];
  const add = (condition: string, ...values: unknown[]) => {
    conditions.push(condition);
    params.push(...values);
  };
  if (roomId) add('r.id = ?', roomId);
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

const visibleOrdinal = `IF(r.last_ordinal > r.expired_at, (SELECT v.ordinal FROM messages v
    LEFT JOIN removals x ON x.hub_id = v.hub_id AND x.room_id = v.room_id
      AND x.user_id = p.user_id AND x.ordinal = v.ordinal
    WHERE v.hub_id = p.hub_id AND v.room_id = p.room_id AND v.deleted_ms IS NULL
      AND v.ordinal > r.expired_at AND x.ordinal IS NULL
    ORDER BY v.ordinal DESC LIMIT 1), NULL)`;

/**
 * Returns a page of a member's conversations, by last activity, newest first, then by id. One
 * statement: the page is cut before anything is counted or looked up for its rows.
 */
export async function listPage(
  hub: Hub,
  userId: string,
  filter: ListFilter,
): Promise<ListedConversation[]> {
  const { sql, params } = conditionsOf(filter);
  return hub.read<ListedConversation>(
    `${boundedSelect(filter.key ? statementSeconds.search : statementSeconds.page)}
       c.*, m.id AS messageId, LEFT(m.body, 200) AS message, m.author_id AS authorId,
       m.attachment_count AS attachmentCount
     FROM (
       SELECT ${roomColumns.list}, p.hub_id AS hubId, p.pointer, u.id AS peerId, u.firstname,
         u.lastname, ${isArchived} AS isArchived, ${unreadCount} AS unread,
         EXISTS (SELECT 1 FROM blocks b WHERE b.hub_id = p.hub_id AND b.user_id = p.user_id
           AND b.blocked_id = u.id) AS isBlocked,
         ${visibleOrdinal} AS visibleOrdinal
       FROM participants p
       STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
       LEFT JOIN users u ON r.kind = 'direct' AND u.id = ${peerId}
       WHERE p.hub_id = ? AND p.user_id = ? AND ${sql}
       ORDER BY r.last_at_ms DESC, r.id LIMIT ? OFFSET ?
     ) c
     LEFT JOIN messages m
       ON m.hub_id = c.hubId AND m.room_id = c.id AND m.ordinal = c.visibleOrdinal
     ORDER BY c.lastAtMs DESC, c.id`,
    [hub.id, userId, ...params, filter.limit, filter.offset ?? 0],
  );
}
