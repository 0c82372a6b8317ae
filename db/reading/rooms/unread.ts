/**
 * Unread counts by read pointers, as SQL expressions over `r` = rooms and `p` = participants.
 *
 * Unread = messages after the pointer that have not expired, less those deleted for all, those that
 * the reader hid, and the reader's own. The greatest ordinal of each of these kinds is stored, so
 * that a kind is counted only when some of it come after the pointer, which is rare.
 */
const from = 'GREATEST(p.pointer, r.expired_at)';

const removed = (userId: string, condition = '') => `(SELECT COUNT(*) FROM removals x
  WHERE x.hub_id = p.hub_id AND x.room_id = p.room_id AND x.user_id = ${userId}
    AND x.ordinal > ${from} ${condition})`;

const own = `(SELECT COUNT(*) FROM messages m
  WHERE m.hub_id = p.hub_id AND m.room_id = p.room_id AND m.ordinal > ${from}
    AND m.author_id = p.user_id AND m.deleted_ms IS NULL)`;

export const unreadCount = `IF(r.last_ordinal > ${from},
  r.last_ordinal - ${from}
  - IF(r.removed_at > ${from}, ${removed("''")}, 0)
  - IF(p.hidden_at > ${from}, ${removed('p.user_id', 'AND x.own = 0')}, 0)
  - IF(p.posted_at > ${from}, ${own}, 0),
  0)`;

/** The room is archived for the member, or for everyone. */
export const isArchived = '(r.archived OR p.archived_at <=> r.last_ordinal)';

/** The room is a conversation: a group or channel, or a direct room with a message. */
export const isListed = "(r.kind <> 'direct' OR r.last_ordinal > 0)";
