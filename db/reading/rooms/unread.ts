/**
 * Unread counts by read pointers, as SQL expressions over `r` = rooms and `p` = participants.
 *
 * Unread = messages after the pointer that have not expired, less those deleted for all, those that
 * the reader hid, and the reader's own. The greatest ordinal of each of these kinds is stored, so
 * that a kind is looked at only when some of it come after the pointer, which is rare. Own messages
 * may be many then: their number is stored too.
 */
const from = 'GREATEST(p.pointer, r.expired_at)';

const removed = (userId: string, condition = '') => `(SELECT COUNT(*) FROM removals x
  WHERE x.hub_id = p.hub_id AND x.room_id = p.room_id AND x.user_id = ${userId}
    AND x.ordinal > ${from} ${condition})`;

/**
 * Returns the number of an author's messages in a room after an ordinal, deleted ones included, by
 * an index alone. Without the hint MariaDB may read all messages of a long room.
 */
export const ownMessages = (
  hubId: string,
  { roomId, userId, after }: { roomId: string; userId: string; after: string },
) => `(SELECT COUNT(*) FROM messages m FORCE INDEX (messages_author)
  WHERE m.hub_id = ${hubId} AND m.room_id = ${roomId} AND m.author_id = ${userId}
    AND m.ordinal > ${after})`;

// The stored number is that of the pointer.
const own = `COALESCE(IF(r.expired_at > p.pointer, NULL, p.own_after),
  ${ownMessages('p.hub_id', { roomId: 'p.room_id', userId: 'p.user_id', after: from })})`;

const removedOfOthers = `(SELECT COUNT(*) FROM removals x STRAIGHT_JOIN messages m
    ON m.hub_id = x.hub_id AND m.room_id = x.room_id AND m.ordinal = x.ordinal
  WHERE x.hub_id = p.hub_id AND x.room_id = p.room_id AND x.user_id = ''
    AND x.ordinal > ${from} AND m.author_id <> p.user_id)`;

export const unreadCount = `IF(r.last_ordinal > ${from},
  r.last_ordinal - ${from}
  - IF(r.removed_at > ${from}, IF(p.posted_at > ${from}, ${removedOfOthers}, ${removed("''")}), 0)
  - IF(p.hidden_at > ${from}, ${removed('p.user_id', 'AND x.own = 0')}, 0)
  - IF(p.posted_at > ${from}, ${own}, 0),
  0)`;

/** Some messages come after the pointer. */
export const isBehind = `r.last_ordinal > ${from}`;

/** The number of messages after the pointer, where it `isBehind`. */
export const messagesAfter = `(r.last_ordinal - ${from})`;

/**
 * Some of the messages after the pointer may not count as unread: `unreadCount` says how many do.
 * Statements for many rooms leave it to another one, because planning its subqueries alone takes a
 * quarter of their time.
 */
export const needsCount = `GREATEST(r.removed_at, p.hidden_at, p.posted_at) > ${from}`;

/** The room is archived for the member, or for everyone. */
export const isArchived = '(r.archived OR p.archived_at <=> r.last_ordinal)';

/** The room is a conversation: a group or channel, or a direct room with a message. */
export const isListed = "(r.kind <> 'direct' OR r.last_ordinal > 0)";
