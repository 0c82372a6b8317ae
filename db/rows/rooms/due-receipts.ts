import { and, eq, lte, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { dueReceipts } from '../../tables/index.ts';

export interface DueReceipt {
  hubId: string;
  roomId: string;
  userId: string;
  /** Unix milliseconds. */
  dueMs: number;
}

const isReceipt = (hub: Hub, roomId: string, userId: string) =>
  and(
    eq(dueReceipts.hubId, hub.id),
    eq(dueReceipts.roomId, roomId),
    eq(dueReceipts.userId, userId),
  );

/** Returns receipts of any hub that are due by now or later, in the order of that. */
export const listDueReceipts = (tx: Transaction, limit: number): Promise<DueReceipt[]> =>
  tx.read<DueReceipt>(
    `SELECT hub_id AS hubId, room_id AS roomId, user_id AS userId, due_ms AS dueMs
     FROM due_receipts ORDER BY due_ms LIMIT ?`,
    [limit],
  );

/** Returns whether a receipt is waiting. */
export async function isReceiptDue(hub: Hub, roomId: string, userId: string): Promise<boolean> {
  const rows = await hub.read(
    'SELECT 1 FROM due_receipts WHERE hub_id = ? AND room_id = ? AND user_id = ?',
    [hub.id, roomId, userId],
  );
  return rows.length > 0;
}

/** Queues a receipt that is due later, unless one is waiting already. */
export function queueDueReceipt(hub: Hub, roomId: string, userId: string, dueMs: number): void {
  hub.atCommit(
    build
      .insert(dueReceipts)
      .values({ hubId: hub.id, roomId, userId, dueMs })
      .onDuplicateKeyUpdate({ set: { dueMs: sql`due_ms` } }),
  );
  hub.wakeAtCommit('receipts', dueMs);
}

/**
 * Deletes a due receipt; returns false when another process has done so, or a later receipt made it
 * needless.
 */
export async function deleteDueReceipt(
  hub: Hub,
  roomId: string,
  userId: string,
  now: number,
): Promise<boolean> {
  const affected = await hub.write(
    build
      .delete(dueReceipts)
      .where(and(isReceipt(hub, roomId, userId), lte(dueReceipts.dueMs, now))),
  );
  return affected > 0;
}

/** Queues that no receipt of a room is waiting. */
export const queueNoDueReceipts = (hub: Hub, roomId: string): void =>
  hub.atCommit(
    build
      .delete(dueReceipts)
      .where(and(eq(dueReceipts.hubId, hub.id), eq(dueReceipts.roomId, roomId))),
  );

/** Queues that no receipt is waiting, because a newer one is sent now. */
export const queueNoDueReceipt = (hub: Hub, roomId: string, userId: string): void =>
  hub.atCommit(build.delete(dueReceipts).where(isReceipt(hub, roomId, userId)));
