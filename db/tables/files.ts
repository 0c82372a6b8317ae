/** Files, and the messages that refer to them. */
import { boolean, index, int, mysqlTable, primaryKey, varchar } from 'drizzle-orm/mysql-core';
import type { Category } from '../../acl/entities/file.ts';
import { ascii, count, time, uuid } from './columns.ts';

/**
 * Files: staged for their uploader until a post attaches them; freed once nothing refers to them,
 * so that their bytes can be deleted.
 */
export const attachments = mysqlTable(
  'attachments',
  {
    hubId: uuid('hub_id').notNull(),
    id: uuid('id').notNull(),
    ownerId: uuid('owner_id').notNull(),
    state: ascii(8)('state').$type<'staged' | 'attached' | 'freed'>().notNull(),
    fileName: varchar('file_name', { length: 255 }).notNull(),
    extension: varchar('extension', { length: 32 }).notNull(),
    mimetype: ascii(127)('mimetype').notNull(),
    category: ascii(16)('category').$type<Category>().notNull(),
    filesize: count('filesize').notNull(),
    width: int('width'),
    height: int('height'),
    hasThumbnail: boolean('has_thumbnail').notNull().default(false),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.id] }),
    // Covers the sums of bytes, of a hub and of a user.
    index('attachments_storage').on(t.hubId, t.state, t.ownerId, t.filesize),
    index('attachments_age').on(t.state, t.createdMs),
  ],
);

/** A message's files in order. A file exists as long as one message refers to it. */
export const messageAttachments = mysqlTable(
  'message_attachments',
  {
    hubId: uuid('hub_id').notNull(),
    messageId: uuid('message_id').notNull(),
    position: int('position').notNull(),
    attachmentId: uuid('attachment_id').notNull(),
    /** Where the message is, and whether the file is shown as a picture. */
    roomId: uuid('room_id'),
    ordinal: count('ordinal'),
    isPicture: boolean('is_picture'),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.messageId, t.position] }),
    index('message_attachments_file').on(t.hubId, t.attachmentId),
    // For the pictures or the other files of a room, newest first.
    index('message_attachments_room').on(t.hubId, t.roomId, t.isPicture, t.ordinal, t.position),
  ],
);
