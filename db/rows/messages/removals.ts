import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { removals } from '../../tables/index.ts';

/** A removed message. The user id is empty when it is deleted for all. */
export type Removal = Omit<typeof removals.$inferInsert, 'hubId'>;

const inRoom = (hub: Hub, roomId: string) =>
  and(eq(removals.hubId, hub.id), eq(removals.roomId, roomId));

/** Queues removals; those that are there stay unchanged. */
export const queueRemovals = (hub: Hub, rows: readonly Removal[]): void =>
  hub.atCommit(
    build
      .insert(removals)
      .values(rows.map((row) => ({ hubId: hub.id, ...row })))
      .onDuplicateKeyUpdate({ set: { own: sql`own` } }),
  );

/** Queues that every user's removals of messages are deleted. */
export const queueNoRemovals = (hub: Hub, roomId: string, ordinals: readonly number[]): void =>
  hub.atCommit(
    build
      .delete(removals)
      .where(and(inRoom(hub, roomId), inArray(removals.ordinal, [...ordinals]))),
  );

/** Deletes the removals of a room up to an ordinal. */
export async function deleteRemovalsUpTo(hub: Hub, roomId: string, ordinal: number): Promise<void> {
  await hub.write(
    build.delete(removals).where(and(inRoom(hub, roomId), lte(removals.ordinal, ordinal))),
  );
}
