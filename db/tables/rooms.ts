/** Conversations, their participants, and participants' tags. */
import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  int,
  mysqlTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/mysql-core';
import type { ChosenLevel } from '../../acl/entities/room.ts';
import { ascii, count, externalId, givenName, searched, time, uuid } from './columns.ts';

export const rooms = mysqlTable(
  'rooms',
  {
    hubId: uuid('hub_id').notNull(),
    id: uuid('id').notNull(),
    /**
     * A deleted group room keeps its row, emptied: its messages are purged in steps, and the log
     * refers to it. It has no participants, and nothing finds it any more.
     */
    kind: ascii(8)('kind').$type<'direct' | 'group' | 'channel' | 'deleted'>().notNull(),
    /** `<lower user id>:<higher user id>` of a direct room. */
    directKey: ascii(73)('direct_key'),
    name: givenName('name').notNull(),
    /** Of the name; null: a direct room, or not filled yet, since the migration. */
    search: searched('search'),
    description: text('description').notNull(),
    /** `<type>:<sub id>` of a channel; null once it is deleted. */
    channelKey: ascii(110)('channel_key'),
    /** The id of a group room in the application that embeds the hub. */
    externalId: externalId('external_id'),
    /** The most messages that it keeps; null: any number. */
    historyLimit: int('history_limit'),
    /** Days without a message after which it is deleted; null: never. */
    expireDays: int('expire_days'),
    /** Any member of the hub may find it and join. */
    isPublic: boolean('is_public').notNull().default(false),
    archived: boolean('archived').notNull().default(false),
    /** The system may read the messages after this ordinal, of a group room. Null: none. */
    systemAccessAt: count('system_access_at'),
    /**
     * Messages are numbered from 1 in their room. Deleted and purged messages keep their numbers.
     */
    lastOrdinal: count('last_ordinal').notNull().default(0),
    lastAtMs: time('last_at_ms').notNull(),
    /**
     * Ordinal of the newest message deleted for all. Only for read pointers before it must
     * deletions be counted.
     */
    removedAt: count('removed_at').notNull().default(0),
    /** Messages up to this ordinal have expired: nobody sees them. */
    expiredAt: count('expired_at').notNull().default(0),
    /** Expired messages up to this ordinal have lost text, files and reactions. */
    purgedAt: count('purged_at').notNull().default(0),
    /** seq of the last event in the room's stream. */
    lastSeq: count('last_seq').notNull().default(0),
    memberCount: int('member_count').notNull(),
    /** Empty: a key or the operator. */
    createdBy: uuid('created_by').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.id] }),
    uniqueIndex('rooms_external').on(t.hubId, t.externalId),
    uniqueIndex('rooms_direct').on(t.hubId, t.directKey),
    uniqueIndex('rooms_channel').on(t.hubId, t.channelKey),
    index('rooms_stale').on(t.expireDays, t.lastAtMs),
    index('rooms_public').on(t.hubId, t.isPublic),
    // For the conversations of members who are in many rooms, newest first.
    index('rooms_activity').on(t.hubId, sql`last_at_ms DESC`, t.id),
  ],
);

export const participants = mysqlTable(
  'participants',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    userId: uuid('user_id').notNull(),
    owner: boolean('owner').notNull().default(false),
    /** Read pointer: the ordinal up to which the participant has read. */
    pointer: count('pointer').notNull(),
    /**
     * The greatest pointer before a message was marked as unread. Others never see the pointer go
     * back.
     */
    readAt: count('read_at').notNull().default(0),
    /**
     * No own message has a greater ordinal. Own messages after the pointer are counted only when
     * this is beyond it.
     */
    postedAt: count('posted_at').notNull().default(0),
    /**
     * How many own messages have an ordinal after the pointer, deleted ones included, while
     * `postedAt` is beyond it. Null: they are to be counted. A post has no need to write it.
     */
    ownAfter: count('own_after'),
    /** No message that the participant hid has a greater ordinal. */
    hiddenAt: count('hidden_at').notNull().default(0),
    /**
     * Archived for the participant while this equals the room's last_ordinal: a new message
     * restores the room without a write.
     */
    archivedAt: count('archived_at'),
    /** The participant sees the room's events from this one on. */
    joinedSeq: count('joined_seq').notNull(),
    joinedMs: time('joined_ms').notNull(),
    /** When the last read receipt was sent: at most one a second. */
    receiptMs: time('receipt_ms').notNull().default(0),
    /**
     * The participant of a direct room has read across a block, and acknowledged nothing since.
     * Others see the pointer as it was before: `readAt`.
     */
    readHidden: boolean('read_hidden').notNull().default(false),
    /** What notifies the participant in this room; null: what does in the hub. */
    notifyLevel: ascii(8)('notify_level').$type<ChosenLevel>(),
    /** Until when `notifyLevel` holds; null: for good. */
    notifyUntilMs: time('notify_until_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.roomId, t.userId] }),
    // Covers what lists and sums read of each of a member's rooms.
    index('participants_member').on(
      t.hubId,
      t.userId,
      t.roomId,
      t.pointer,
      t.postedAt,
      t.hiddenAt,
      t.archivedAt,
      t.ownAfter,
      t.notifyLevel,
      t.notifyUntilMs,
    ),
    // For the few of a room's participants who chose a level, which every post looks for.
    index('participants_level').on(t.hubId, t.roomId, t.notifyLevel),
    index('participants_joined').on(t.hubId, t.roomId, t.joinedMs, t.userId),
    index('participants_owner').on(t.hubId, t.roomId, t.owner),
  ],
);

/** Read receipts to be sent later. A row survives a crash, and is deleted when it is sent. */
export const dueReceipts = mysqlTable(
  'due_receipts',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    userId: uuid('user_id').notNull(),
    dueMs: time('due_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.roomId, t.userId] }),
    index('due_receipts_due').on(t.dueMs),
  ],
);

export const tags = mysqlTable(
  'tags',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    id: uuid('id').notNull(),
    name: givenName('name').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.userId, t.id] })],
);

/** The conversations that have a tag, by the owner's entity_id. */
export const tagMap = mysqlTable(
  'tag_map',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    tagId: uuid('tag_id').notNull(),
    entityId: uuid('entity_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.userId, t.tagId, t.entityId] }),
    index('tag_map_entity').on(t.hubId, t.userId, t.entityId),
  ],
);
