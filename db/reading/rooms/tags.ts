import type { Part } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { isListed, unreadCount } from './unread.ts';

export interface TagCount {
  /** Conversations that have the tag. */
  rooms: number;
  /** Their unread messages. */
  unread: number;
}

/**
 * Returns a SELECT of the rooms of a member's conversations that have a tag, or any:
 * `tag_id, room_id, isDirect`.
 */
export const taggedRooms = (hub: Hub, userId: string, tagId?: string): Part => {
  const mine = `hub_id = ? AND user_id = ? ${tagId === undefined ? '' : 'AND tag_id = ?'}`;
  const params = [hub.id, userId, ...(tagId === undefined ? [] : [tagId])];
  return [
    `SELECT tag_id, entity_id AS room_id, 0 AS isDirect FROM tag_map WHERE ${mine}
     UNION ALL
     SELECT d.tag_id, r.id, 1 FROM (
       SELECT tag_id, hub_id, CONCAT(LEAST(entity_id, user_id), ':',
         GREATEST(entity_id, user_id)) AS direct_key FROM tag_map WHERE ${mine}
     ) d JOIN rooms r ON r.hub_id = d.hub_id AND r.direct_key = d.direct_key`,
    ...[...params, ...params],
  ];
};

/** Returns counts by tag id, of all of a member's tags or of one; none without conversations. */
export async function countTagged(
  hub: Hub,
  userId: string,
  tagId?: string,
): Promise<Map<string, TagCount>> {
  const [tagged, ...params] = taggedRooms(hub, userId, tagId);
  const rows = await hub.read<TagCount & { tagId: string }>(
    `SELECT t.tag_id AS tagId, COUNT(*) AS \`rooms\`, SUM(${unreadCount}) AS unread
     FROM (${tagged}) t
     STRAIGHT_JOIN participants p FORCE INDEX (PRIMARY)
       ON p.hub_id = ? AND p.room_id = t.room_id AND p.user_id = ?
     STRAIGHT_JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
     WHERE (r.kind = 'direct') = t.isDirect AND ${isListed}
     GROUP BY t.tag_id`,
    [...params, hub.id, userId],
  );
  return new Map(rows.map(({ tagId: id, ...count }) => [id, count]));
}
