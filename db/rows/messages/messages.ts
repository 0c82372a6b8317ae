import { and, eq, inArray, sql } from 'drizzle-orm';
import { build, insertRows } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { columnsOf, messages } from '../../tables/index.ts';

export type MessageRecord = typeof messages.$inferSelect;

const columns = columnsOf(messages);

const areMessages = (hub: Hub, ids: readonly string[]) =>
  and(eq(messages.hubId, hub.id), inArray(messages.id, [...ids]));

/** Locks messages, after their rooms; returns those that exist, by room and ordinal. */
export async function lockMessages(hub: Hub, ids: readonly string[]): Promise<MessageRecord[]> {
  if (ids.length === 0) return [];
  const rows = await hub.lock<MessageRecord>(
    `SELECT ${columns.list} FROM messages
     WHERE hub_id = ? AND id IN (?) ORDER BY room_id, ordinal FOR UPDATE`,
    [hub.id, ids],
  );
  return rows.map(columns.decode);
}

/** Locks the messages of a room with an ordinal in (after, upTo] that are not deleted. */
export async function lockMessagesBetween(
  hub: Hub,
  roomId: string,
  after: number,
  upTo: number,
): Promise<Pick<MessageRecord, 'id' | 'attachmentCount' | 'reactionCount'>[]> {
  return hub.lock(
    `SELECT id, attachment_count AS attachmentCount, reaction_count AS reactionCount FROM messages
     WHERE hub_id = ? AND room_id = ? AND ordinal > ? AND ordinal <= ? AND deleted_ms IS NULL
     FOR UPDATE`,
    [hub.id, roomId, after, upTo],
  );
}

/** Returns the id of the message at an ordinal, also of a deleted one. */
export async function findMessageIdAt(
  hub: Hub,
  roomId: string,
  ordinal: number,
): Promise<string | null> {
  const [row] = await hub.read<{ id: string }>(
    'SELECT id FROM messages WHERE hub_id = ? AND room_id = ? AND ordinal = ?',
    [hub.id, roomId, ordinal],
  );
  return row?.id ?? null;
}

/** Returns the id of the message that a participant's pointer is at, also of a deleted one. */
export async function findLastReadId(
  hub: Hub,
  roomId: string,
  userId: string,
): Promise<string | null> {
  const [row] = await hub.read<{ id: string }>(
    `SELECT m.id FROM participants p STRAIGHT_JOIN messages m
       ON m.hub_id = p.hub_id AND m.room_id = p.room_id AND m.ordinal = p.pointer
     WHERE p.hub_id = ? AND p.room_id = ? AND p.user_id = ?`,
    [hub.id, roomId, userId],
  );
  return row?.id ?? null;
}

export function queueMessages(hub: Hub, rows: readonly MessageRecord[]): void {
  if (rows.length > 0) hub.atCommit(insertRows(messages, rows));
}

/** Queues a message's new content. */
export const queueEdit = (
  hub: Hub,
  messageId: string,
  to: Pick<MessageRecord, 'body' | 'content' | 'version' | 'editedMs'> & { mentionIds: string[] },
): void =>
  hub.atCommit(
    build
      .update(messages)
      .set(to)
      .where(areMessages(hub, [messageId])),
  );

/** Queues that messages are emptied: the rows stay as tombstones. */
export function queueEmptied(hub: Hub, ids: readonly string[], now: number): void {
  if (ids.length === 0) return;
  const tombstone = {
    body: '',
    content: null,
    sender: null,
    mentionIds: null,
    attachmentCount: 0,
    reactionCount: 0,
    deletedMs: now,
  };
  hub.atCommit(build.update(messages).set(tombstone).where(areMessages(hub, ids)));
}

/** Queues that a message's number of reactions changes. */
export const queueReactionCount = (hub: Hub, messageId: string, difference: number): void =>
  hub.atCommit(
    build
      .update(messages)
      .set({ reactionCount: sql`reaction_count + ${difference}` })
      .where(areMessages(hub, [messageId])),
  );

export async function deleteMessageRows(hub: Hub, ids: readonly string[]): Promise<void> {
  await hub.write(build.delete(messages).where(areMessages(hub, ids)));
}
