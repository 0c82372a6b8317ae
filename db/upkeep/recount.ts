import type { Statement } from '../connection/statements.ts';
import type { Hub, Transaction } from '../connection/transaction.ts';
import { unreadCount } from '../reading/rooms/unread.ts';

/** A number that is kept so that nobody needs to count, and what counting gives. */
export interface Drift {
  roomId: string;
  /** `unread` of a member; the others are what it is reckoned from, or shown beside it. */
  what:
    | 'unread'
    | 'last_ordinal'
    | 'removals'
    | 'member_count'
    | 'reaction_count'
    | 'attachment_count';
  /** Whose, or of which message; null: the room's. */
  of: string | null;
  kept: number;
  counted: number;
}

export const listHubIds = async (tx: Transaction): Promise<string[]> =>
  (await tx.read<{ id: string }>('SELECT id FROM hubs ORDER BY id', [])).map((hub) => hub.id);

/** A page of a hub's rooms, by id. */
export const listRoomIds = async (hub: Hub, after: string, limit: number): Promise<string[]> =>
  (
    await hub.read<{ id: string }>(
      'SELECT id FROM rooms WHERE hub_id = ? AND id > ? ORDER BY id LIMIT ?',
      [hub.id, after, limit],
    )
  ).map((room) => room.id);

const messagesOf = 'messages m WHERE m.hub_id = r.hub_id AND m.room_id = r.id';

/** Every message that a member has not read, one by one: what the pointer's arithmetic must come to. */
const unreadByCounting = `(SELECT COUNT(*) FROM messages m
  LEFT JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id AND x.user_id = p.user_id AND x.ordinal = m.ordinal
  WHERE m.hub_id = p.hub_id AND m.room_id = p.room_id AND m.ordinal > p.pointer AND m.author_id <> p.user_id
    AND m.deleted_ms IS NULL AND m.ordinal > r.expired_at AND x.ordinal IS NULL)`;

/** What is kept for a room and differs from what counting gives; each pair is read at one moment. */
export async function findDrift(hub: Hub, roomId: string): Promise<Drift[]> {
  const ask = (what: Drift['what'], of: string, kept: string, counted: string, from: string) =>
    hub.read<Drift>(
      `SELECT r.id AS roomId, '${what}' AS what, ${of} AS of, ${kept} AS kept, ${counted} AS counted
       FROM ${from} HAVING kept <> counted`,
      [hub.id, roomId],
    );
  const room = 'rooms r WHERE r.hub_id = ? AND r.id = ?';
  const message =
    'rooms r JOIN messages v ON v.hub_id = r.hub_id AND v.room_id = r.id WHERE r.hub_id = ? AND r.id = ?';
  const found = await Promise.all([
    ask(
      'unread',
      'p.user_id',
      unreadCount,
      unreadByCounting,
      'rooms r JOIN participants p ON p.hub_id = r.hub_id AND p.room_id = r.id WHERE r.hub_id = ? AND r.id = ?',
    ),
    ask(
      'last_ordinal',
      'NULL',
      'r.last_ordinal',
      `GREATEST(r.purged_at, (SELECT COALESCE(MAX(m.ordinal), 0) FROM ${messagesOf}))`,
      room,
    ),
    ask(
      'removals',
      'NULL',
      "(SELECT COUNT(*) FROM removals x WHERE x.hub_id = r.hub_id AND x.room_id = r.id AND x.user_id = '' AND x.ordinal > r.expired_at)",
      `(SELECT COUNT(*) FROM ${messagesOf} AND m.deleted_ms IS NOT NULL AND m.ordinal > r.expired_at)`,
      room,
    ),
    ask(
      'member_count',
      'NULL',
      'r.member_count',
      '(SELECT COUNT(*) FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id)',
      room,
    ),
    ask(
      'reaction_count',
      'v.id',
      'v.reaction_count',
      '(SELECT COUNT(*) FROM reactions e WHERE e.hub_id = v.hub_id AND e.message_id = v.id)',
      message,
    ),
    ask(
      'attachment_count',
      'v.id',
      'v.attachment_count',
      '(SELECT COUNT(*) FROM message_attachments a WHERE a.hub_id = v.hub_id AND a.message_id = v.id)',
      message,
    ),
  ]);
  return found.flat();
}

/** Set what is kept for a room to what counting gives, under the room's lock. */
export async function fixDrift(hub: Hub, roomId: string): Promise<void> {
  const at = [hub.id, roomId];
  const maximum = (column: string, from: string) =>
    `COALESCE((SELECT MAX(${column}) FROM ${from}), 0)`;
  await hub.lock('SELECT 1 FROM rooms WHERE hub_id = ? AND id = ? FOR UPDATE', at);
  const corrections: Statement[] = [
    {
      sql: `DELETE x FROM removals x LEFT JOIN messages m ON m.hub_id = x.hub_id AND m.room_id = x.room_id AND m.ordinal = x.ordinal
        WHERE x.hub_id = ? AND x.room_id = ? AND (x.user_id = '') <> (m.deleted_ms IS NOT NULL)`,
      params: at,
    },
    {
      sql: `INSERT IGNORE INTO removals (hub_id, room_id, user_id, ordinal, own)
        SELECT m.hub_id, m.room_id, '', m.ordinal, 0 FROM messages m JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
        WHERE m.hub_id = ? AND m.room_id = ? AND m.deleted_ms IS NOT NULL AND m.ordinal > r.expired_at`,
      params: at,
    },
    {
      sql: `UPDATE messages m SET
        m.reaction_count = (SELECT COUNT(*) FROM reactions e WHERE e.hub_id = m.hub_id AND e.message_id = m.id),
        m.attachment_count = (SELECT COUNT(*) FROM message_attachments a WHERE a.hub_id = m.hub_id AND a.message_id = m.id)
        WHERE m.hub_id = ? AND m.room_id = ?`,
      params: at,
    },
    {
      sql: `UPDATE rooms r SET
        r.last_ordinal = GREATEST(r.purged_at, ${maximum('m.ordinal', messagesOf)}),
        r.removed_at = ${maximum('m.ordinal', `${messagesOf} AND m.deleted_ms IS NOT NULL`)},
        r.member_count = (SELECT COUNT(*) FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id)
        WHERE r.hub_id = ? AND r.id = ?`,
      params: at,
    },
    {
      sql: `UPDATE participants p JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id SET
        p.pointer = LEAST(p.pointer, r.last_ordinal),
        p.posted_at = ${maximum('m.ordinal', `${messagesOf} AND m.author_id = p.user_id`)},
        p.hidden_at = ${maximum('x.ordinal', 'removals x WHERE x.hub_id = r.hub_id AND x.room_id = r.id AND x.user_id = p.user_id')}
        WHERE p.hub_id = ? AND p.room_id = ?`,
      params: at,
    },
  ];
  await Promise.all(corrections.map((statement) => hub.write(statement)));
}
