import { and, eq, inArray } from 'drizzle-orm';
import type { StoredFile } from '../../../acl/entities/file.ts';
import { build, insertRows } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { messageAttachments } from '../../tables/index.ts';

/** A file as a message refers to it. */
export interface AttachedFile {
  id: string;
  /** An image with a thumbnail. */
  isPicture: boolean;
}

export const attachedFile = ({
  id,
  category,
  hasThumbnail,
}: Pick<StoredFile, 'id' | 'category' | 'hasThumbnail'>): AttachedFile => ({
  id,
  isPicture: category === 'image' && hasThumbnail,
});

/** Returns the files of messages by message id, in order. */
export async function listAttached(
  hub: Hub,
  messageIds: readonly string[],
): Promise<Map<string, AttachedFile[]>> {
  const map = new Map<string, AttachedFile[]>();
  if (messageIds.length === 0) return map;
  const rows = await hub.read<{ messageId: string; id: string; isPicture: number | null }>(
    `SELECT message_id AS messageId, attachment_id AS id, is_picture AS isPicture
     FROM message_attachments
     WHERE hub_id = ? AND message_id IN (?) ORDER BY message_id, position`,
    [hub.id, messageIds],
  );
  for (const { messageId, id, isPicture } of rows)
    map.set(messageId, [...(map.get(messageId) ?? []), { id, isPicture: isPicture === 1 }]);
  return map;
}

/** A message with its files, in order. */
interface WithFiles {
  id: string;
  roomId: string;
  ordinal: number;
  attachments: readonly AttachedFile[];
}

/** Queues the files of messages. */
export function queueMessageAttachments(hub: Hub, messages: readonly WithFiles[]): void {
  const rows = messages.flatMap(({ id: messageId, roomId, ordinal, attachments }) =>
    attachments.map(({ id: attachmentId, isPicture }, position) => ({
      hubId: hub.id,
      messageId,
      position,
      attachmentId,
      roomId,
      ordinal,
      isPicture,
    })),
  );
  if (rows.length > 0) hub.atCommit(insertRows(messageAttachments, rows));
}

/** Queues that messages have no files. */
export const queueNoAttachments = (hub: Hub, messageIds: readonly string[]): void =>
  hub.atCommit(
    build
      .delete(messageAttachments)
      .where(
        and(
          eq(messageAttachments.hubId, hub.id),
          inArray(messageAttachments.messageId, [...messageIds]),
        ),
      ),
  );
