import { and, eq, lte, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { ownCounts } from '../../tables/index.ts';

/** How many messages of an author are in a room up to an ordinal. */
export type OwnCount = Pick<typeof ownCounts.$inferSelect, 'ordinal' | 'total'>;

/** Returns an author's first count after an ordinal, and the last one, as far as there are any. */
export async function findOwnCounts(
  hub: Hub,
  roomId: string,
  userId: string,
  ordinal: number,
): Promise<{ next: OwnCount | undefined; last: OwnCount | undefined }> {
  const ofAuthor = `SELECT ordinal, total FROM own_counts
    WHERE hub_id = ? AND room_id = ? AND user_id = ?`;
  const author = [hub.id, roomId, userId];
  const [[next], [last]] = await Promise.all([
    hub.read<OwnCount>(`${ofAuthor} AND ordinal > ? ORDER BY ordinal LIMIT 1`, [
      ...author,
      ordinal,
    ]),
    hub.read<OwnCount>(`${ofAuthor} ORDER BY ordinal DESC LIMIT 1`, author),
  ]);
  return { next, last };
}

/** Queues counts; those that are there stay unchanged. */
export function queueOwnCounts(
  hub: Hub,
  roomId: string,
  userId: string,
  rows: readonly OwnCount[],
): void {
  if (rows.length === 0) return;
  hub.atCommit(
    build
      .insert(ownCounts)
      .values(rows.map((row) => ({ hubId: hub.id, roomId, userId, ...row })))
      .onDuplicateKeyUpdate({ set: { total: sql`total` } }),
  );
}

/** Deletes the counts of a room up to an ordinal. */
export async function deleteOwnCountsUpTo(
  hub: Hub,
  roomId: string,
  ordinal: number,
): Promise<void> {
  await hub.write(
    build
      .delete(ownCounts)
      .where(
        and(
          eq(ownCounts.hubId, hub.id),
          eq(ownCounts.roomId, roomId),
          lte(ownCounts.ordinal, ordinal),
        ),
      ),
  );
}
