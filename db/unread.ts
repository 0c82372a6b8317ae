/**
 * Unread by pointer (SQL expressions over `r` = rooms and `p` = participants).
 *
 * Unread = messages after the pointer, less those deleted for all, those the reader hid, and his own.
 * Each part is a range of an index after the pointer, and none is looked at when the pointer stands at the end.
 */
export const unreadCount = `IF(r.last_ordinal > p.pointer,
  r.last_ordinal - p.pointer
  - (SELECT COUNT(*) FROM removals x WHERE x.hub_id = p.hub_id AND x.room_id = p.room_id AND x.user_id = '' AND x.ordinal > p.pointer)
  - (SELECT COUNT(*) FROM removals x WHERE x.hub_id = p.hub_id AND x.room_id = p.room_id AND x.user_id = p.user_id AND x.own = 0 AND x.ordinal > p.pointer)
  - IF(p.posted_at > p.pointer,
      (SELECT COUNT(*) FROM messages m WHERE m.hub_id = p.hub_id AND m.room_id = p.room_id AND m.ordinal > p.pointer AND m.author_id = p.user_id AND m.deleted_ms IS NULL), 0),
  0)`;

/** Archived for the member, or for all. */
export const isArchived = '(r.archived OR p.archived_at <=> r.last_ordinal)';

/** Conversations that a member has: groups he is in, direct ones from their first message on. */
export const isListed = "(r.kind = 'group' OR (r.kind = 'direct' AND r.last_ordinal > 0))";
