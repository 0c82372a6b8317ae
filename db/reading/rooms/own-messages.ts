/** Counting a member's own messages in a room. */
import type { Hub } from '../../connection/transaction.ts';
import { findOwnCounts, type OwnCount, queueOwnCounts } from '../../rows/messages/own-counts.ts';
import { ownMessages } from './unread.ts';

/** Messages of an author between two stored counts. */
const step = 1000;
/** Counts that one call stores; the next one goes on. */
const mostStored = 500;

/**
 * Returns how many messages of an author in a room come after an ordinal that has not expired,
 * deleted ones included. What is between two stored counts is not counted again: where there are
 * too few of them, it queues more.
 */
export async function countOwnAfter(
  hub: Hub,
  roomId: string,
  userId: string,
  ordinal: number,
): Promise<number> {
  const { next, last } = await findOwnCounts(hub, roomId, userId, ordinal);
  const countFrom = (after: number, upTo?: number) => countOwn(hub, [roomId, userId, after, upTo]);
  const [before, behind] = await Promise.all([
    next ? countFrom(ordinal, next.ordinal) : 0,
    countFrom(next && last ? last.ordinal : ordinal),
  ]);
  if (behind >= 2 * step)
    queueOwnCounts(hub, roomId, userId, await listSteps(hub, roomId, userId, last));
  return before + (next && last ? last.total - next.total : 0) + behind;
}

async function countOwn(
  hub: Hub,
  [roomId, userId, after, upTo]: [string, string, number, number | undefined],
): Promise<number> {
  // By values: with those of a row MariaDB would read all of the author's messages in the room.
  const condition = upTo === undefined ? '?' : '? AND m.ordinal <= ?';
  const [row] = await hub.read<{ count: number }>(
    `SELECT ${ownMessages('?', { roomId: '?', userId: '?', after: condition })} AS count`,
    [hub.id, roomId, userId, after, ...(upTo === undefined ? [] : [upTo])],
  );
  return row?.count ?? 0;
}

/** Returns a count at every so many messages of an author after the last stored count. */
async function listSteps(
  hub: Hub,
  roomId: string,
  userId: string,
  { ordinal, total }: OwnCount = { ordinal: 0, total: 0 },
): Promise<OwnCount[]> {
  return hub.read<OwnCount>(
    `SELECT ordinal, ? + number AS total FROM (
       SELECT ordinal, ROW_NUMBER() OVER (ORDER BY ordinal) AS number
       FROM messages FORCE INDEX (messages_author)
       WHERE hub_id = ? AND room_id = ? AND author_id = ? AND ordinal > ?
     ) m WHERE number % ? = 0 ORDER BY ordinal LIMIT ?`,
    [total, hub.id, roomId, userId, ordinal, step, mostStored],
  );
}
