import type { Hub } from '../../connection/transaction.ts';
import { isListed, unreadCount } from './unread.ts';

export interface TagCount {
  /** Conversations that have the tag. */
  rooms: number;
  /** Their unread messages. */
  unread: number;
}

/** Counts by tag id, for all of a member's tags or one. A tag without conversations is absent. */
export async function countTagged(
  hub: Hub,
  userId: string,
  tagId?: string,
): Promise<Map<string, TagCount>> {
  const rows = await hub.read<TagCount & { tagId: string }>(
    `SELECT t.tag_id AS tagId, COUNT(*) AS \`rooms\`, SUM(${unreadCount}) AS unread
     FROM (
       SELECT g.tag_id, g.hub_id, g.user_id, g.entity_id AS room_id FROM tag_map g
       WHERE g.hub_id = ? AND g.user_id = ?
       UNION ALL
       SELECT d.tag_id, d.hub_id, d.user_id, r.id FROM tag_map d
       JOIN rooms r ON r.hub_id = d.hub_id AND r.direct_key =
         CONCAT(LEAST(d.entity_id, d.user_id), ':', GREATEST(d.entity_id, d.user_id))
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
