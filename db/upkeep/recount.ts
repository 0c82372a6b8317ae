/** Compares stored numbers with what counting gives. */
import type { Hub } from '../connection/transaction.ts';
import { ownMessages, unreadCount } from '../reading/rooms/unread.ts';
import { lockHub } from '../rows/hubs/hubs.ts';

/** A stored number that differs from what counting gives. */
export interface Drift {
  /** `unread` is a member's count; it is computed from the others, or shown beside them. */
  what:
    | 'unread'
    | 'last_ordinal'
    | 'removals'
    | 'member_count'
    | 'reaction_count'
    | 'attachment_count';
  /** The member's or the message's id; null: the room's or the hub's own number. */
  of: string | null;
  kept: number;
  counted: number;
}

export interface RoomDrift extends Drift {
  roomId: string;
}

const ofRoom = 'messages m WHERE m.hub_id = r.hub_id AND m.room_id = r.id';

/**
 * Compares the unread messages of all participants at once. Messages and read pointers of a room
 * are put into one order, the newest first: a sum along it says at each pointer how many messages
 * come after it. Own and hidden ones are counted for each participant, by index.
 */
const unreadDrift = `SELECT roomId, 'unread' AS what, userId AS \`of\`, kept,
    later - own - hidden AS counted
  FROM (
    SELECT roomId, userId, kept, own, hidden,
      CAST(SUM(isMessage) OVER (PARTITION BY roomId ORDER BY ordinal DESC, isMessage
        ROWS UNBOUNDED PRECEDING) AS SIGNED) AS later
    FROM (
      SELECT r.id AS roomId, p.user_id AS userId, GREATEST(p.pointer, r.expired_at) AS ordinal,
        0 AS isMessage, ${unreadCount} AS kept,
        (SELECT COUNT(*) FROM messages m FORCE INDEX (messages_author)
          WHERE m.hub_id = p.hub_id AND m.room_id = p.room_id AND m.author_id = p.user_id
            AND m.ordinal > GREATEST(p.pointer, r.expired_at)
            AND m.deleted_ms IS NULL) AS own,
        (SELECT COUNT(*) FROM removals x STRAIGHT_JOIN messages m
            ON m.hub_id = x.hub_id AND m.room_id = x.room_id AND m.ordinal = x.ordinal
          WHERE x.hub_id = p.hub_id AND x.room_id = p.room_id AND x.user_id = p.user_id
            AND x.ordinal > GREATEST(p.pointer, r.expired_at)
            AND m.author_id <> p.user_id AND m.deleted_ms IS NULL) AS hidden
      FROM rooms r STRAIGHT_JOIN participants p FORCE INDEX (PRIMARY)
        ON p.hub_id = r.hub_id AND p.room_id = r.id
      WHERE r.hub_id = ? AND r.id IN (?)
      UNION ALL
      SELECT r.id, NULL, m.ordinal, 1, 0, 0, 0
      FROM rooms r STRAIGHT_JOIN messages m FORCE INDEX (PRIMARY)
        ON m.hub_id = r.hub_id AND m.room_id = r.id
      WHERE r.hub_id = ? AND r.id IN (?) AND m.ordinal > r.expired_at AND m.deleted_ms IS NULL
        AND m.ordinal > (SELECT MIN(p.pointer) FROM participants p
          WHERE p.hub_id = r.hub_id AND p.room_id = r.id)
    ) e
  ) c WHERE userId IS NOT NULL AND kept <> later - own - hidden`;

interface Comparison {
  what: Drift['what'];
  /** SQL expressions. */
  kept: string;
  counted: string;
}

/** The numbers of rooms. */
const ofRooms: readonly Comparison[] = [
  {
    what: 'last_ordinal',
    kept: 'r.last_ordinal',
    counted: `GREATEST(r.purged_at, (SELECT COALESCE(MAX(m.ordinal), 0) FROM ${ofRoom}))`,
  },
  {
    what: 'removals',
    kept: `(SELECT COUNT(*) FROM removals x WHERE x.hub_id = r.hub_id AND x.room_id = r.id
      AND x.user_id = '' AND x.ordinal > r.expired_at)`,
    counted: `(SELECT COUNT(*) FROM ${ofRoom}
      AND m.deleted_ms IS NOT NULL AND m.ordinal > r.expired_at)`,
  },
  {
    what: 'member_count',
    kept: 'r.member_count',
    counted: `(SELECT COUNT(*) FROM participants p
      WHERE p.hub_id = r.hub_id AND p.room_id = r.id)`,
  },
];

const reactionCount = `(SELECT COUNT(*) FROM reactions e
  WHERE e.hub_id = v.hub_id AND e.message_id = v.id)`;
const attachmentCount = `(SELECT COUNT(*) FROM message_attachments a
  WHERE a.hub_id = v.hub_id AND a.message_id = v.id)`;

/** The numbers of messages, in one pass. */
const messageDrift = `SELECT r.id AS roomId, v.id AS \`of\`,
    v.reaction_count AS reactions, ${reactionCount} AS countedReactions,
    v.attachment_count AS attachments, ${attachmentCount} AS countedAttachments
  FROM rooms r STRAIGHT_JOIN messages v FORCE INDEX (PRIMARY)
    ON v.hub_id = r.hub_id AND v.room_id = r.id
  WHERE r.hub_id = ? AND r.id IN (?)
  HAVING reactions <> countedReactions OR attachments <> countedAttachments`;

interface MessageDrift extends Pick<RoomDrift, 'roomId' | 'of'> {
  reactions: number;
  countedReactions: number;
  attachments: number;
  countedAttachments: number;
}

const driftsOf = (row: MessageDrift): RoomDrift[] =>
  [
    { what: 'reaction_count' as const, kept: row.reactions, counted: row.countedReactions },
    { what: 'attachment_count' as const, kept: row.attachments, counted: row.countedAttachments },
  ]
    .filter(({ kept, counted }) => kept !== counted)
    .map((one) => ({ roomId: row.roomId, of: row.of, ...one }));

/** Returns the drifts of rooms. Each pair of numbers is read at one moment. */
export async function findDrift(hub: Hub, roomIds: readonly string[]): Promise<RoomDrift[]> {
  if (roomIds.length === 0) return [];
  const these = [hub.id, roomIds];
  const [unread, messages, ...rooms] = await Promise.all([
    hub.read<RoomDrift>(unreadDrift, [...these, ...these]),
    hub.read<MessageDrift>(messageDrift, these),
    ...ofRooms.map(({ what, kept, counted }) =>
      hub.read<RoomDrift>(
        `SELECT r.id AS roomId, '${what}' AS what, NULL AS \`of\`, ${kept} AS kept,
           ${counted} AS counted
         FROM rooms r WHERE r.hub_id = ? AND r.id IN (?) HAVING kept <> counted`,
        these,
      ),
    ),
  ]);
  return [...unread, ...rooms.flat(), ...messages.flatMap(driftsOf)];
}

const greatest = (column: string, from: string) =>
  `COALESCE((SELECT MAX(${column}) FROM ${from}), 0)`;

const ofParticipant = { roomId: 'p.room_id', userId: 'p.user_id', after: 'p.pointer' };

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
     p.own_after = ${ownMessages('p.hub_id', ofParticipant)},
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

const memberCount = `(SELECT COUNT(*) FROM members FORCE INDEX (members_privilege)
  WHERE hub_id = h.id AND privilege > 0)`;

/** Returns the drift of the hub's own number, both values read at one moment. */
export const findHubDrift = (hub: Hub): Promise<Drift[]> =>
  hub.read<Drift>(
    `SELECT 'member_count' AS what, NULL AS \`of\`, h.member_count AS kept,
       ${memberCount} AS counted
     FROM hubs h WHERE h.id = ? HAVING kept <> counted`,
    [hub.id],
  );

/** Corrects it, under the lock that every commit takes which changes the number. */
export async function fixHubDrift(hub: Hub): Promise<void> {
  await lockHub(hub);
  const sql = `UPDATE hubs h SET h.member_count = ${memberCount} WHERE h.id = ?`;
  await hub.write({ sql, params: [hub.id] });
}
