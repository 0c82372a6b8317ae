/**
 * Unread by pointer (SQL expressions over `r` = rooms and `p` = participants).
 *
 * Unread = messages after the pointer that have not expired, less those deleted for all, those the reader hid, and his own. The newest ordinal of each
 * kind is kept, so that a kind is looked at only where it has something after the pointer, which is seldom.
 */
const from = 'GREATEST(p.pointer, r.expired_at)';
const removed = (userId: string, own: string) => `(SELECT COUNT(*) FROM removals x
    WHERE x.hub_id = p.hub_id AND x.room_id = p.room_id AND x.user_id = ${userId} AND x.ordinal > ${from}${own})`;

export const unreadCount = `IF(r.last_ordinal > ${from},
  r.last_ordinal - ${from}
  - IF(r.removed_at > ${from}, ${removed("''", '')}, 0)
  - IF(p.hidden_at > ${from}, ${removed('p.user_id', ' AND x.own = 0')}, 0)
  - IF(p.posted_at > ${from},
      (SELECT COUNT(*) FROM messages m WHERE m.hub_id = p.hub_id AND m.room_id = p.room_id AND m.ordinal > ${from} AND m.author_id = p.user_id AND m.deleted_ms IS NULL), 0),
  0)`;

/** Archived for the member, or for all. */
export const isArchived = '(r.archived OR p.archived_at <=> r.last_ordinal)';

/** Conversations that a member has: groups and channels he is in, direct ones from their first message on. */
export const isListed = "(r.kind <> 'direct' OR r.last_ordinal > 0)";
