/** Messages in boxes. */
import { boolean, index, int, mysqlTable, primaryKey, text, varchar } from 'drizzle-orm/mysql-core';
import { ascii, jsonText, time, uuid } from './columns.ts';

/** What all owners of a message share. */
export const mail = mysqlTable(
  'mail',
  {
    hubId: uuid('hub_id').notNull(),
    id: uuid('id').notNull(),
    /** Null: the system. */
    fromId: uuid('from_id'),
    fromName: varchar('from_name', { length: 255 }).notNull(),
    fromPic: text('from_pic'),
    /** Null: all members of the hub when it is delivered. */
    toIds: jsonText<string[]>('to_ids'),
    content: jsonText<Record<string, unknown>>('content').notNull(),
    version: int('version').notNull().default(1),
    sentMs: time('sent_ms').notNull(),
    createdMs: time('created_ms').notNull(),
    updatedMs: time('updated_ms').notNull(),
    /**
     * The member up to whom a message to all is delivered. Null once all have it, and for other
     * messages.
     */
    bulkAfter: uuid('bulk_after'),
    bulkSent: int('bulk_sent').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.id] }), index('mail_bulk').on(t.bulkAfter)],
);

/** A message in a box of an owner. */
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
