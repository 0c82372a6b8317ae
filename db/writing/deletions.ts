/** Deleting messages, with all that belongs to them. */
import type { Hub } from '../connection/transaction.ts';
import { lockFiles, queueUnreferenced } from '../rows/messages/attachments.ts';
import { listAttached, queueNoAttachments } from '../rows/messages/message-attachments.ts';
import { type MessageRecord, queueEmptied } from '../rows/messages/messages.ts';
import { queueUnpins } from '../rows/messages/pins.ts';
import { queueNoReactions } from '../rows/messages/reactions.ts';
import { queueNoRemovals, queueRemovals } from '../rows/messages/removals.ts';
import { queueHiddenAt } from '../rows/rooms/participants.ts';
import type { LockedRoom } from '../rows/rooms/rooms.ts';

/**
 * Deletes locked messages for all. A row without content stays, and one removal, which all members'
 * unread counts subtract.
 */
export async function deleteForAll(
  hub: Hub,
  rooms: ReadonlyMap<string, LockedRoom>,
  rows: readonly MessageRecord[],
  now: number,
): Promise<void> {
  for (const [roomId, ordinals] of ordinalsByRoom(rows)) {
    const room = rooms.get(roomId);
    room?.change({ removedAt: Math.max(room.removedAt, ...ordinals) });
    queueNoRemovals(hub, roomId, ordinals);
  }
  queueRemovals(
    hub,
    rows.map(({ roomId, ordinal }) => ({ roomId, userId: '', ordinal, own: false })),
  );
  await deleteContents(hub, rows, now);
  queueUnpins(hub, rows);
}

/** Queues that locked messages are hidden from one member. */
export function queueHidden(hub: Hub, userId: string, rows: readonly MessageRecord[]): void {
  queueRemovals(
    hub,
    rows.map(({ roomId, ordinal, authorId }) => ({
      roomId,
      userId,
      ordinal,
      own: authorId === userId,
    })),
  );
  for (const [roomId, ordinals] of ordinalsByRoom(rows))
    queueHiddenAt(hub, roomId, userId, Math.max(...ordinals));
}

/** Deletes the text, files and reactions of locked messages. */
export async function deleteContents(
  hub: Hub,
  rows: readonly Pick<MessageRecord, 'id' | 'attachmentCount' | 'reactionCount'>[],
  now: number,
): Promise<void> {
  const idsOf = (some: typeof rows) => some.map((row) => row.id);
  queueEmptied(hub, idsOf(rows), now);
  await detachFiles(hub, idsOf(rows.filter((row) => row.attachmentCount > 0)));
  const withReactions = idsOf(rows.filter((row) => row.reactionCount > 0));
  if (withReactions.length > 0) queueNoReactions(hub, withReactions);
}

/**
 * Takes files from messages, and frees those to which no other message refers. The files are
 * locked, so that of two messages that lose a file at once one frees it.
 */
async function detachFiles(hub: Hub, messageIds: readonly string[]): Promise<void> {
  const attached = [...(await listAttached(hub, messageIds)).values()].flat();
  const fileIds = attached.map(({ id }) => id);
  if (fileIds.length === 0) return;
  await lockFiles(hub, fileIds);
  queueNoAttachments(hub, messageIds);
  queueUnreferenced(hub, fileIds);
}

function ordinalsByRoom(rows: readonly MessageRecord[]): Map<string, number[]> {
  const map = new Map<string, number[]>();
  for (const { roomId, ordinal } of rows) map.set(roomId, [...(map.get(roomId) ?? []), ordinal]);
  return map;
}
