import { insertRows } from '../../db/connection/statements.ts';
import { newId } from '../../db/rows/ids.ts';
import { messages } from '../../db/tables/index.ts';
import { app } from './app.ts';
import type { Member } from './hub.ts';

/**
 * Writes messages to a room that has none, by authors in turn, without events. The authors have
 * read up to their own last ones, as after chat.post. Returns their ids in order.
 */
export async function writeHistory(
  roomId: string,
  authors: readonly Member[],
  count: number,
  textOf: (index: number) => string = () => 'Hi',
): Promise<string[]> {
  const { pool } = app();
  const hubId = authors[0]?.hubId ?? '';
  const now = Date.now();
  const [hubs] = await pool.query('SELECT seq FROM hubs WHERE id = ?', [hubId]);
  const [{ seq }] = hubs as [{ seq: number }];
  const rows = Array.from({ length: count }, (_, n) => ({
    hubId,
    roomId,
    ordinal: n + 1,
    id: newId(),
    seq: seq + n + 1,
    prevSeq: seq + n,
    authorId: authors[n % authors.length]?.id ?? '',
    body: textOf(n),
    createdMs: now - count + n,
  }));
  const { sql, params } = insertRows(messages, rows);
  await pool.query(sql, [...params]);
  await pool.query('UPDATE hubs SET seq = seq + ? WHERE id = ?', [count, hubId]);
  await pool.query(
    'UPDATE rooms SET last_ordinal = ?, last_at_ms = ?, last_seq = ? WHERE hub_id = ? AND id = ?',
    [count, now, seq + count, hubId, roomId],
  );
  for (const [index, { id }] of authors.entries()) {
    const ordinal = count - ((count - 1 - index) % authors.length);
    await pool.query(
      `UPDATE participants SET pointer = ?, posted_at = ?
       WHERE hub_id = ? AND room_id = ? AND user_id = ?`,
      [ordinal, ordinal, hubId, roomId, id],
    );
  }
  return rows.map(({ id }) => id);
}
