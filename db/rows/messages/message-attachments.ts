import { and, eq, inArray } from 'drizzle-orm';
import { build, insertRows } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { messageAttachments } from '../../tables/index.ts';

/** Returns the ids of messages' files by message id, in order. */
export async function listFileIds(
  hub: Hub,
  messageIds: readonly string[],
): Promise<Map<string, string[]>> {
  const map = new Map<string, string[]>();
  if (messageIds.length === 0) return map;
  const rows = await hub.read<{ messageId: string; attachmentId: string }>(
    `SELECT message_id AS messageId, attachment_id AS attachmentId FROM message_attachments
     WHERE hub_id = ? AND message_id IN (?) ORDER BY message_id, position`,
    [hub.id, messageIds],
  );
  for (const { messageId, attachmentId } of rows)
    map.set(messageId, [...(map.get(messageId) ?? []), attachmentId]);
  return map;
}

/** Queues the files of messages, in order. */
export function queueMessageAttachments(
  hub: Hub,
  messages: readonly { id: string; attachmentIds: readonly string[] }[],
): void {
  const rows = messages.flatMap((message) =>
    message.attachmentIds.map((attachmentId, position) => ({
      hubId: hub.id,
      messageId: message.id,
      position,
      attachmentId,
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
