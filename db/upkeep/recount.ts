/** Compares stored numbers with what counting gives. */
import type { Hub } from '../connection/transaction.ts';
import { unreadCount } from '../reading/rooms/unread.ts';

/** A stored number that differs from what counting gives. */
export interface Drift {
  roomId: string;
  /** `unread` is a member's count; it is computed from the others, or shown beside them. */
  what:
    | 'unread'
    | 'last_ordinal'
    | 'removals'
    | 'member_count'
    | 'reaction_count'
    | 'attachment_count';
  /** The member's or the message's id; null: the room's number. */
  of: string | null;
  kept: number;
  counted: number;
}

const ofRoom = 'messages m WHERE m.hub_id = r.hub_id AND m.room_id = r.id';

/** Counts every message that a member has not read. */
const countedUnread = `(SELECT COUNT(*) FROM messages m
  LEFT JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id
    AND x.user_id = p.user_id AND x.ordinal = m.ordinal
  WHERE m.hub_id = p.hub_id AND m.room_id = p.room_id AND m.ordinal > p.pointer
    AND m.author_id <> p.user_id AND m.deleted_ms IS NULL AND m.ordinal > r.expired_at
    AND x.ordinal IS NULL)`;

interface Comparison {
  what: Drift['what'];
  /** SQL expressions. */
  of: string;
  kept: string;
  counted: string;
  /** What `rooms r` is joined with. */
  joined?: string;
}

const joinedMessages = 'JOIN messages v ON v.hub_id = r.hub_id AND v.room_id = r.id';

const comparisons: readonly Comparison[] = [
  {
    what: 'unread',
    of: 'p.user_id',
    kept: unreadCount,
    counted: countedUnread,
    joined: 'JOIN participants p ON p.hub_id = r.hub_id AND p.room_id = r.id',
  },
  {
    what: 'last_ordinal',
    of: 'NULL',
    kept: 'r.last_ordinal',
    counted: `GREATEST(r.purged_at, (SELECT COALESCE(MAX(m.ordinal), 0) FROM ${ofRoom}))`,
  },
  {
    what: 'removals',
    of: 'NULL',
    kept: `(SELECT COUNT(*) FROM removals x WHERE x.hub_id = r.hub_id AND x.room_id = r.id
      AND x.user_id = '' AND x.ordinal > r.expired_at)`,
    counted: `(SELECT COUNT(*) FROM ${ofRoom}
      AND m.deleted_ms IS NOT NULL AND m.ordinal > r.expired_at)`,
  },
  {
    what: 'member_count',
    of: 'NULL',
    kept: 'r.member_count',
    counted: `(SELECT COUNT(*) FROM participants p
      WHERE p.hub_id = r.hub_id AND p.room_id = r.id)`,
  },
  {
    what: 'reaction_count',
    of: 'v.id',
    kept: 'v.reaction_count',
    counted: `(SELECT COUNT(*) FROM reactions e
      WHERE e.hub_id = v.hub_id AND e.message_id = v.id)`,
    joined: joinedMessages,
  },
  {
    what: 'attachment_count',
    of: 'v.id',
    kept: 'v.attachment_count',
    counted: `(SELECT COUNT(*) FROM message_attachments a
      WHERE a.hub_id = v.hub_id AND a.message_id = v.id)`,
    joined: joinedMessages,
  },
];

/** Returns a room's drifts. Each pair of numbers is read at one moment. */
export async function findDrift(hub: Hub, roomId: string): Promise<Drift[]> {
  const found = await Promise.all(
    comparisons.map(({ what, of, kept, counted, joined = '' }) =>
      hub.read<Drift>(
        `SELECT r.id AS roomId, '${what}' AS what, ${of} AS \`of\`, ${kept} AS kept,
           ${counted} AS counted
         FROM rooms r ${joined} WHERE r.hub_id = ? AND r.id = ? HAVING kept <> counted`,
        [hub.id, roomId],
      ),
    ),
  );
  return found.flat();
}

const greatest = (column: string, from: string) =>
  `COALESCE((SELECT MAX(${column}) FROM ${from}), 0)`;

/** Statements that correct a room's numbers; their parameters are the hub's and the room's id. */
const corrections = [
  `DELETE x FROM removals x LEFT JOIN messages m
     ON m.hub_id = x.hub_id AND m.room_id = x.room_id AND m.ordinal = x.ordinal
   WHERE x.hub_id = ? AND x.room_id = ? AND (x.user_id = '') <> (m.deleted_ms IS NOT NULL)`,
  `INSERT IGNORE INTO removals (hub_id, room_id, user_id, ordinal, own)
   SELECT m.hub_id, m.room_id, '', m.ordinal, 0 FROM messages m
   JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
   WHERE m.hub_id = ? AND m.room_id = ? AND m.deleted_ms IS NOT NULL
     AND m.ordinal > r.expired_at`,
  `UPDATE messages m SET
     m.reaction_count = (SELECT COUNT(*) FROM reactions e
       WHERE e.hub_id = m.hub_id AND e.message_id = m.id),
     m.attachment_count = (SELECT COUNT(*) FROM message_attachments a
       WHERE a.hub_id = m.hub_id AND a.message_id = m.id)
   WHERE m.hub_id = ? AND m.room_id = ?`,
  `UPDATE rooms r SET
     r.last_ordinal = GREATEST(r.purged_at, ${greatest('m.ordinal', ofRoom)}),
     r.removed_at = ${greatest('m.ordinal', `${ofRoom} AND m.deleted_ms IS NOT NULL`)},
     r.member_count = (SELECT COUNT(*) FROM participants p
       WHERE p.hub_id = r.hub_id AND p.room_id = r.id)
   WHERE r.hub_id = ? AND r.id = ?`,
  `UPDATE participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id SET
     p.pointer = LEAST(p.pointer, r.last_ordinal),
     p.posted_at = ${greatest('m.ordinal', `${ofRoom} AND m.author_id = p.user_id`)},
     p.hidden_at = ${greatest(
       'x.ordinal',
       'removals x WHERE x.hub_id = r.hub_id AND x.room_id = r.id AND x.user_id = p.user_id',
     )}
   WHERE p.hub_id = ? AND p.room_id = ?`,
];

/** Corrects a room's stored numbers, under the room's lock. */
export async function fixDrift(hub: Hub, roomId: string): Promise<void> {
  const params = [hub.id, roomId];
  await hub.lock('SELECT 1 FROM rooms WHERE hub_id = ? AND id = ? FOR UPDATE', params);
  await Promise.all(corrections.map((sql) => hub.write({ sql, params })));
}
