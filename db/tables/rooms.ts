/** Conversations, and how their participants stand in them. */
import {
  boolean,
  index,
  int,
  mysqlTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/mysql-core';
import { ascii, count, folded, time, uuid } from './columns.ts';

export const rooms = mysqlTable(
  'rooms',
  {
    hubId: uuid('hub_id').notNull(),
    id: uuid('id').notNull(),
    kind: ascii(8)('kind').$type<'direct' | 'group' | 'channel'>().notNull(),
    /** `<lower user id>:<higher user id>` of a direct room. */
    directKey: ascii(73)('direct_key'),
    name: folded('name').notNull(),
    description: text('description').notNull(),
    /** `<type>:<sub id>` of a channel that is there. */
    channelKey: ascii(110)('channel_key'),
    /** How many messages it keeps at most; null: any number. */
    historyLimit: int('history_limit'),
    /** After how many days without a message it is deleted; null: never. */
    expireDays: int('expire_days'),
    /** Any member of the hub may find it and join. */
    isPublic: boolean('is_public').notNull().default(false),
    archived: boolean('archived').notNull().default(false),
    /** Messages are numbered from 1 in their room, deleted ones included; a purged prefix keeps its numbers. */
    lastOrdinal: count('last_ordinal').notNull().default(0),
    lastAtMs: time('last_at_ms').notNull(),
    /** Ordinal of the newest message deleted for all: only pointers before it need to count deletions. */
    removedAt: count('removed_at').notNull().default(0),
    /** Messages up to this ordinal grew older than the hub keeps them: nobody sees them any more. */
    expiredAt: count('expired_at').notNull().default(0),
    /** Messages up to this ordinal have lost text, files and reactions, because they expired. */
    purgedAt: count('purged_at').notNull().default(0),
    /** seq of the last event in the room's stream. */
    lastSeq: count('last_seq').notNull().default(0),
    memberCount: int('member_count').notNull(),
    createdBy: uuid('created_by').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.id] }),
    uniqueIndex('rooms_direct').on(t.hubId, t.directKey),
    uniqueIndex('rooms_channel').on(t.hubId, t.channelKey),
    index('rooms_stale').on(t.expireDays, t.lastAtMs),
    index('rooms_public').on(t.hubId, t.isPublic),
  ],
);

export const participants = mysqlTable(
  'participants',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    userId: uuid('user_id').notNull(),
    owner: boolean('owner').notNull().default(false),
    /** Read pointer: the ordinal up to which he has read. */
    pointer: count('pointer').notNull(),
    /** How far he had read when he marked something as unread: what others see of his reading never goes back. */
    readAt: count('read_at').notNull().default(0),
    /** No own message of his has a greater ordinal: those after the pointer are looked for only when this is beyond it. */
    postedAt: count('posted_at').notNull().default(0),
    /** No message that he hid has a greater ordinal. */
    hiddenAt: count('hidden_at').notNull().default(0),
    /** Archived for himself while this equals the room's last_ordinal: a new message wakes the room and writes nothing. */
    archivedAt: count('archived_at'),
    /** He sees the room's events from this one on. */
    joinedSeq: count('joined_seq').notNull(),
    joinedMs: time('joined_ms').notNull(),
    /** When his last read receipt went out: at most one a second. */
    receiptMs: time('receipt_ms').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.roomId, t.userId] }),
    index('participants_user').on(t.hubId, t.userId),
    index('participants_joined').on(t.hubId, t.roomId, t.joinedMs, t.userId),
    index('participants_owner').on(t.hubId, t.roomId, t.owner),
  ],
);

/** Read receipts that wait for their second to pass. A row outlives a crash; whoever sends it removes it. */
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
    name: folded('name').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.userId, t.id] })],
);

/** A tag's conversations, by the entity_id under which its owner addresses them. */
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
