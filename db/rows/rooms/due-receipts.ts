import { and, eq, lte, sql } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub, Transaction } from '../../connection/transaction.ts';
import { dueReceipts, participants } from '../../tables/index.ts';

const one = (hub: Hub, roomId: string, userId: string) =>
  and(
    eq(participants.hubId, hub.id),
    eq(participants.roomId, roomId),
    eq(participants.userId, userId),
  );

/** Set a read pointer, and note when a receipt of it went out. */
export async function savePointer(
  hub: Hub,
  roomId: string,
  userId: string,
  to: { pointer: number; receiptMs?: number; readAt?: number },
): Promise<void> {
  await hub.write(
    build
      .update(participants)
      .set(to)
      .where(one(hub, roomId, userId)),
  );
}

/** Archive the room for one participant as it stands at an ordinal, or restore it. */
export async function archiveFor(
  hub: Hub,
  roomId: string,
  userId: string,
  archivedAt: number | null,
): Promise<void> {
  await hub.write(
    build
      .update(participants)
      .set({ archivedAt })
      .where(one(hub, roomId, userId)),
  );
}

/** A receipt that must wait for its second to pass. */
export async function deferReceipt(
  hub: Hub,
  roomId: string,
  userId: string,
  dueMs: number,
): Promise<void> {
  await hub.write(
    build
      .insert(dueReceipts)
      .values({ hubId: hub.id, roomId, userId, dueMs })
      .onDuplicateKeyUpdate({ set: { dueMs: sql`due_ms` } }),
  );
}

export interface DueReceipt {
  hubId: string;
  roomId: string;
  userId: string;
}

export async function listDueReceipts(
  tx: Transaction,
  now: number,
  limit: number,
): Promise<DueReceipt[]> {
  return tx.read<DueReceipt>(
    `SELECT hub_id AS hubId, room_id AS roomId, user_id AS userId FROM due_receipts
     WHERE due_ms <= ? ORDER BY due_ms LIMIT ?`,
    [now, limit],
  );
}

const waiting = (hub: Hub, roomId: string, userId: string) =>
  and(
    eq(dueReceipts.hubId, hub.id),
    eq(dueReceipts.roomId, roomId),
    eq(dueReceipts.userId, userId),
  );

/** Take a due receipt; false when another process has, or a later one has overtaken it. */
export async function takeDueReceipt(
  hub: Hub,
  roomId: string,
  userId: string,
  now: number,
): Promise<boolean> {
  const affected = await hub.write(
    build.delete(dueReceipts).where(and(waiting(hub, roomId, userId), lte(dueReceipts.dueMs, now))),
  );
  return affected > 0;
}

/** Queue that no receipt waits any more: the one that goes out now has overtaken it. */
export const dropDueReceipt = (hub: Hub, roomId: string, userId: string): void =>
  hub.atCommit(build.delete(dueReceipts).where(waiting(hub, roomId, userId)));

/** The message at an ordinal, deleted or not. */
export async function messageAt(hub: Hub, roomId: string, ordinal: number): Promise<string | null> {
  const [row] = await hub.read<{ id: string }>(
    'SELECT id FROM messages WHERE hub_id = ? AND room_id = ? AND ordinal = ?',
    [hub.id, roomId, ordinal],
  );
  return row?.id ?? null;
}

/** How far every other participant of each room has read. */
export async function leastPointers(
  hub: Hub,
  roomIds: readonly string[],
  exceptUserId: string,
): Promise<Map<string, number>> {
  if (roomIds.length === 0) return new Map();
  const rows = await hub.read<{ roomId: string; least: number }>(
    'SELECT room_id AS roomId, MIN(GREATEST(pointer, read_at)) AS least FROM participants WHERE hub_id = ? AND room_id IN (?) AND user_id <> ? GROUP BY room_id',
    [hub.id, roomIds, exceptUserId],
  );
  return new Map(rows.map((row) => [row.roomId, row.least]));
}

/** Which of the users are in the room. */
export async function listParticipantIds(
  hub: Hub,
  roomId: string,
  among: readonly string[],
): Promise<string[]> {
  if (among.length === 0) return [];
  const rows = await hub.read<{ userId: string }>(
    `SELECT user_id AS userId FROM participants
     WHERE hub_id = ? AND room_id = ? AND user_id IN (?)`,
    [hub.id, roomId, among],
  );
  return rows.map((row) => row.userId);
}
