import type { Hub } from '../../connection/transaction.ts';
import { type AttachmentRecord, attachmentColumns } from '../../rows/messages/attachments.ts';

/** Returns some of a message's files, in order. */
export async function listFiles(
  hub: Hub,
  messageId: string,
  page: { offset: number; limit: number },
): Promise<AttachmentRecord[]> {
  const rows = await hub.read<AttachmentRecord>(
    `SELECT ${attachmentColumns.list} FROM message_attachments ma
     JOIN attachments a ON a.hub_id = ma.hub_id AND a.id = ma.attachment_id
     WHERE ma.hub_id = ? AND ma.message_id = ? ORDER BY ma.position LIMIT ? OFFSET ?`,
    [hub.id, messageId, page.limit, page.offset],
  );
  return rows.map(attachmentColumns.decode);
}

/** Returns those of the files that a user may read: staged by them, or of messages they can see. */
export async function listReadable(
  hub: Hub,
  userId: string,
  ids: readonly string[],
): Promise<AttachmentRecord[]> {
  const files = await hub.read<AttachmentRecord>(
    `SELECT ${attachmentColumns.list} FROM attachments a WHERE a.hub_id = ? AND a.id IN (?)
     AND ((a.state = 'staged' AND a.owner_id = ?) OR (a.state = 'attached' AND EXISTS (
       SELECT 1 FROM message_attachments ma
       STRAIGHT_JOIN messages m ON m.hub_id = ma.hub_id AND m.id = ma.message_id
         AND m.deleted_ms IS NULL
       STRAIGHT_JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
         AND r.expired_at < m.ordinal
       STRAIGHT_JOIN participants p ON p.hub_id = m.hub_id AND p.room_id = m.room_id
         AND p.user_id = ?
       LEFT JOIN removals x ON x.hub_id = m.hub_id AND x.room_id = m.room_id
         AND x.user_id = p.user_id AND x.ordinal = m.ordinal
       WHERE ma.hub_id = ? AND ma.attachment_id = a.id AND x.ordinal IS NULL)))`,
    [hub.id, ids, userId, userId, hub.id],
  );
  return files.map(attachmentColumns.decode);
}
