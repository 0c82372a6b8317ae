/** Messages of boxes. */
import { boolean, index, int, mysqlTable, primaryKey, text, varchar } from 'drizzle-orm/mysql-core';
import { ascii, jsonText, time, uuid } from './columns.ts';

/** Messages of boxes: what all owners of one share. */
export const mail = mysqlTable(
  'mail',
  {
    hubId: uuid('hub_id').notNull(),
    id: uuid('id').notNull(),
    /** Null: the system. */
    fromId: uuid('from_id'),
    fromName: varchar('from_name', { length: 255 }).notNull(),
    fromPic: text('from_pic'),
    /** Null: everybody who is in the hub when it goes out. */
    toIds: jsonText<string[]>('to_ids'),
    content: jsonText<Record<string, unknown>>('content').notNull(),
    version: int('version').notNull().default(1),
    sentMs: time('sent_ms').notNull(),
    createdMs: time('created_ms').notNull(),
    updatedMs: time('updated_ms').notNull(),
    /** Of one to everybody: up to which member it has gone out; null once it has to all, and of any other. */
    bulkAfter: uuid('bulk_after'),
    bulkSent: int('bulk_sent').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.id] }), index('mail_bulk').on(t.bulkAfter)],
);

/** Who has a message in which box, and what he has made of it. */
export const mailboxes = mysqlTable(
  'mailboxes',
  {
    hubId: uuid('hub_id').notNull(),
    ownerId: uuid('owner_id').notNull(),
    box: ascii(8)('box').$type<'inbox' | 'sent'>().notNull(),
    mailId: uuid('mail_id').notNull(),
    isRead: boolean('is_read').notNull().default(false),
    version: int('version').notNull().default(1),
    createdMs: time('created_ms').notNull(),
    updatedMs: time('updated_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.ownerId, t.box, t.mailId] }),
    index('mailboxes_unread').on(t.hubId, t.ownerId, t.box, t.isRead),
    index('mailboxes_mail').on(t.hubId, t.mailId),
    index('mailboxes_time').on(t.hubId, t.ownerId, t.createdMs),
  ],
);
