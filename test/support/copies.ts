import type { Pool } from '../../db/connection/connect.ts';
import { newId } from '../../db/rows/ids.ts';

/** A posted message, as chat.post returns it. */
interface Posted {
  message_id: string;
  room_id: string;
  author_id: string;
  ordinal: number;
  seq: number;
}

/**
 * Adds copies of the newest message of a room, and of its hub, as rows: as if the author had
 * posted them in the same millisecond, but without events.
 */
export async function copyMessage(pool: Pool, posted: Posted, count: number): Promise<void> {
  const { message_id, room_id, author_id, ordinal, seq } = posted;
  const copies = Array.from({ length: count }, (_, n) => [newId(), ordinal + n + 1, seq + n + 1]);
  await pool.query(
    `INSERT INTO messages
       (hub_id, room_id, author_id, body, created_ms, id, ordinal, seq, prev_seq)
     SELECT m.hub_id, m.room_id, m.author_id, m.body, m.created_ms,
            c.id, c.ordinal, c.seq, c.seq - 1
     FROM messages m, JSON_TABLE(?, '$[*]' COLUMNS (
       id CHAR(36) PATH '$[0]', ordinal INT PATH '$[1]', seq INT PATH '$[2]')) c
     WHERE m.id = ?`,
    [JSON.stringify(copies), message_id],
  );
  await pool.query(
    `UPDATE rooms r
       JOIN hubs h ON h.id = r.hub_id
       JOIN participants p ON p.hub_id = r.hub_id AND p.room_id = r.id AND p.user_id = ?
     SET h.seq = h.seq + ?, r.last_seq = r.last_seq + ?, r.last_ordinal = r.last_ordinal + ?,
         p.pointer = p.pointer + ?, p.posted_at = p.posted_at + ?
     WHERE r.id = ?`,
    [author_id, count, count, count, count, count, room_id],
  );
}
