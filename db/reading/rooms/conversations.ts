import type { Hub } from '../../connection/transaction.ts';
import { anywhere } from '../../rows/like.ts';
import {
  directKey,
  entityOf,
  type ParticipantRecord,
  peerOf,
  type RoomRecord,
} from '../../rows/rooms/rooms.ts';
import { isArchived, isListed, unreadCount } from './unread.ts';

type Mine = Pick<ParticipantRecord, 'owner' | 'pointer' | 'postedAt' | 'archivedAt' | 'joinedSeq'>;
type Room = Pick<
  RoomRecord,
  | 'id'
  | 'kind'
  | 'directKey'
  | 'name'
  | 'description'
  | 'isPublic'
  | 'archived'
  | 'lastOrdinal'
  | 'lastAtMs'
  | 'memberCount'
  | 'createdBy'
  | 'createdMs'
>;

/** A room that the member is in, and how he stands in it. */
export interface Conversation extends Mine {
  entityId: string;
  /** The other side of a direct conversation. */
  peerId: string | null;
  room: Room;
}

type Row = Mine & Room;
const columns = `r.id, r.kind, r.direct_key AS directKey, r.name, r.description, r.is_public AS isPublic, r.archived, r.last_ordinal AS lastOrdinal, r.last_at_ms AS lastAtMs,
  r.member_count AS memberCount, r.created_by AS createdBy, r.created_ms AS createdMs,
  p.owner, p.pointer, p.posted_at AS postedAt, p.archived_at AS archivedAt, p.joined_seq AS joinedSeq`;

/** The conversations that the member has under these entity_ids: rooms he is in, and direct ones with users. */
export async function findConversations(
  hub: Hub,
  userId: string,
  entityIds: readonly string[],
): Promise<Map<string, Conversation>> {
  if (entityIds.length === 0) return new Map();
  const rows = await hub.read<Row>(
    `SELECT ${columns} FROM rooms r JOIN participants p ON p.hub_id = r.hub_id AND p.room_id = r.id AND p.user_id = ?
     WHERE r.hub_id = ? AND ((r.id IN (?) AND r.kind <> 'direct') OR r.direct_key IN (?))`,
    [userId, hub.id, entityIds, entityIds.map((id) => directKey(userId, id))],
  );
  return new Map(
    rows.map((row) => conversation(row, userId)).map((found) => [found.entityId, found]),
  );
}

/** The conversations with these rooms, where the member is in them. */
export async function listConversations(
  hub: Hub,
  userId: string,
  roomIds: readonly string[],
): Promise<Map<string, Conversation>> {
  if (roomIds.length === 0) return new Map();
  const rows = await hub.read<Row>(
    `SELECT ${columns} FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.room_id IN (?) AND p.user_id = ?`,
    [hub.id, roomIds, userId],
  );
  return new Map(rows.map((row) => [row.id, conversation(row, userId)]));
}

function conversation(row: Row, userId: string): Conversation {
  const { owner, pointer, postedAt, archivedAt, joinedSeq, ...room } = row;
  return {
    entityId: entityOf(room, userId),
    peerId: room.directKey && peerOf(room, userId),
    room: { ...room, archived: Boolean(room.archived), isPublic: Boolean(room.isPublic) },
    owner: Boolean(owner),
    pointer,
    postedAt,
    archivedAt,
    joinedSeq,
  };
}

/** A conversation as it stands in its member's lists. */
export interface ListedConversation {
  id: string;
  kind: 'direct' | 'group' | 'channel';
  directKey: string | null;
  name: string;
  memberCount: number;
  lastOrdinal: number;
  lastAtMs: number;
  pointer: number;
  unread: number;
  isArchived: 0 | 1;
  peerId: string | null;
  firstname: string | null;
  lastname: string | null;
  isBlocked: 0 | 1;
  /** The newest message that this member can see. */
  messageId: string | null;
  message: string | null;
  authorId: string | null;
  attachmentCount: number | null;
}

export interface ListFilter {
  /** A channel counts as a group. */
  kind?: 'direct' | 'group';
  /** Anywhere in the name, literally, regardless of case and accents. */
  key?: string;
  tagId?: string;
  archived?: boolean;
  roomId?: string;
  /** Rows after this one. */
  before?: { ms: number; id: string };
  offset?: number;
  limit: number;
}

/**
 * A page of a member's conversations, by last activity, newest first, then by id. One statement: the page is cut before
 * anything is counted or looked up for its rows.
 */
export async function listPage(
  hub: Hub,
  userId: string,
  filter: ListFilter,
): Promise<ListedConversation[]> {
  const where: string[] = [];
  const params: unknown[] = [userId, hub.id, userId];
  const add = (condition: string, ...values: unknown[]) => {
    where.push(condition);
    params.push(...values);
  };
  add(filter.roomId ? 'r.id = ?' : isListed, ...(filter.roomId ? [filter.roomId] : []));
  if (filter.kind) add(`r.kind ${filter.kind === 'direct' ? '=' : '<>'} 'direct'`);
  if (filter.archived !== undefined) add(`${filter.archived ? '' : 'NOT '}${isArchived}`);
  if (filter.key)
    add(
      "(CASE r.kind WHEN 'direct' THEN CONCAT_WS(' ', u.firstname, u.lastname) ELSE r.name END) LIKE ?",
      anywhere(filter.key),
    );
  if (filter.tagId) {
    add(
      'EXISTS (SELECT 1 FROM tag_map t WHERE t.hub_id = p.hub_id AND t.user_id = p.user_id AND t.tag_id = ? AND t.entity_id = COALESCE(u.id, r.id))',
      filter.tagId,
    );
  }
  if (filter.before) {
    add(
      '(r.last_at_ms < ? OR (r.last_at_ms = ? AND r.id > ?))',
      filter.before.ms,
      filter.before.ms,
      filter.before.id,
    );
  }
  return hub.read<ListedConversation>(
    `SELECT c.*, m.id AS messageId, LEFT(m.body, 200) AS message, m.author_id AS authorId, m.attachment_count AS attachmentCount
     FROM (
       SELECT r.id, r.kind, r.direct_key AS directKey, r.name, r.member_count AS memberCount, r.last_ordinal AS lastOrdinal, r.last_at_ms AS lastAtMs,
         p.hub_id AS hubId, p.pointer, u.id AS peerId, u.firstname, u.lastname, ${isArchived} AS isArchived, ${unreadCount} AS unread,
         EXISTS (SELECT 1 FROM blocks b WHERE b.hub_id = p.hub_id AND b.user_id = p.user_id AND b.blocked_id = u.id) AS isBlocked,
         IF(r.last_ordinal > r.expired_at, (SELECT v.ordinal FROM messages v
            LEFT JOIN removals x ON x.hub_id = v.hub_id AND x.room_id = v.room_id AND x.user_id = p.user_id AND x.ordinal = v.ordinal
          WHERE v.hub_id = p.hub_id AND v.room_id = p.room_id AND v.deleted_ms IS NULL AND v.ordinal > r.expired_at AND x.ordinal IS NULL
          ORDER BY v.ordinal DESC LIMIT 1), NULL) AS visibleOrdinal
       FROM participants p
       STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
       LEFT JOIN users u ON r.kind = 'direct' AND u.id = IF(SUBSTRING_INDEX(r.direct_key, ':', 1) = ?, SUBSTRING_INDEX(r.direct_key, ':', -1), SUBSTRING_INDEX(r.direct_key, ':', 1))
       WHERE p.hub_id = ? AND p.user_id = ? AND ${where.join(' AND ')}
       ORDER BY r.last_at_ms DESC, r.id LIMIT ? OFFSET ?
     ) c
     LEFT JOIN messages m ON m.hub_id = c.hubId AND m.room_id = c.id AND m.ordinal = c.visibleOrdinal
     ORDER BY c.lastAtMs DESC, c.id`,
    [...params, filter.limit, filter.offset ?? 0],
  );
}

/** Unread of one conversation. */
export async function countUnread(hub: Hub, userId: string, roomId: string): Promise<number> {
  const rows = await hub.read<{ unread: number }>(
    `SELECT ${unreadCount} AS unread FROM participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE p.hub_id = ? AND p.room_id = ? AND p.user_id = ?`,
    [hub.id, roomId, userId],
  );
  return rows[0]?.unread ?? 0;
}

export interface UnreadSums {
  direct: number;
  share: number;
  archived: number;
  /** Conversations with unread messages. */
  heads: number;
}

/** A member's unread over all his conversations (but the one under an entity_id). */
export async function sumUnread(
  hub: Hub,
  userId: string,
  exceptEntityId = '',
): Promise<UnreadSums> {
  const rows = await hub.read<UnreadSums>(
    `SELECT COALESCE(SUM(IF(archived OR kind <> 'direct', 0, unread)), 0) AS direct, COALESCE(SUM(IF(archived OR kind = 'direct', 0, unread)), 0) AS share,
       COALESCE(SUM(IF(archived, unread, 0)), 0) AS archived, COALESCE(SUM(unread > 0), 0) AS heads
     FROM (SELECT r.kind, ${isArchived} AS archived, ${unreadCount} AS unread
       FROM participants p STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
       WHERE p.hub_id = ? AND p.user_id = ? AND p.room_id <> ? AND NOT r.direct_key <=> ? AND r.last_ordinal > p.pointer AND ${isListed}) c`,
    [hub.id, userId, exceptEntityId, directKey(userId, exceptEntityId)],
  );
  return rows[0] ?? { direct: 0, share: 0, archived: 0, heads: 0 };
}

export interface TagCount {
  rooms: number;
  unread: number;
}

/** Conversations under each of a member's tags (or under one), and their unread messages. A tag with none is absent. */
export async function countTagged(
  hub: Hub,
  userId: string,
  tagId?: string,
): Promise<Map<string, TagCount>> {
  const rows = await hub.read<TagCount & { tagId: string }>(
    `SELECT t.tag_id AS tagId, COUNT(*) AS \`rooms\`, SUM(${unreadCount}) AS unread
     FROM (
       SELECT g.tag_id, g.hub_id, g.user_id, g.entity_id AS room_id FROM tag_map g WHERE g.hub_id = ? AND g.user_id = ?
       UNION ALL
       SELECT d.tag_id, d.hub_id, d.user_id, r.id FROM tag_map d
       JOIN rooms r ON r.hub_id = d.hub_id AND r.direct_key = CONCAT(LEAST(d.entity_id, d.user_id), ':', GREATEST(d.entity_id, d.user_id))
       WHERE d.hub_id = ? AND d.user_id = ?
     ) t
     JOIN rooms r ON r.hub_id = t.hub_id AND r.id = t.room_id
     JOIN participants p ON p.hub_id = r.hub_id AND p.room_id = r.id AND p.user_id = t.user_id
     WHERE (? IS NULL OR t.tag_id = ?) AND ${isListed}
     GROUP BY t.tag_id`,
    [hub.id, userId, hub.id, userId, tagId ?? null, tagId ?? null],
  );
  return new Map(rows.map(({ tagId: id, ...count }) => [id, count]));
}
