/** Messages, and what refers to them. */
import { boolean, index, int, mysqlTable, primaryKey, uniqueIndex } from 'drizzle-orm/mysql-core';
import {
  ascii,
  bytes,
  count,
  hash,
  jsonList,
  jsonText,
  mediumtext,
  time,
  uuid,
} from './columns.ts';

export const messages = mysqlTable(
  'messages',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    ordinal: count('ordinal').notNull(),
    id: uuid('id').notNull(),
    /** The event that announced it, and the event before that in the room's stream. */
    seq: count('seq').notNull(),
    prevSeq: count('prev_seq').notNull(),
    authorId: uuid('author_id').notNull(),
    body: mediumtext('body').notNull(),
    /** The message that it answers, and the message that began the thread. */
    threadId: uuid('thread_id'),
    rootId: uuid('root_id'),
    forwardOf: uuid('forward_of'),
    /** In channels: an object that it contains, and the name under which it was posted. */
    content: jsonText<Record<string, unknown>>('content'),
    sender: jsonText<{ name: string; pic: string | null }>('sender'),
    mentionIds: jsonList('mention_ids'),
    attachmentCount: int('attachment_count').notNull().default(0),
    reactionCount: int('reaction_count').notNull().default(0),
    /** As the client sent it, to be returned only. Idempotency keys are in the table echoes. */
    echoId: ascii(64)('echo_id'),
    version: int('version').notNull().default(1),
    editedMs: time('edited_ms'),
    /** Deleted for all: the row stays, without text. */
    deletedMs: time('deleted_ms'),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.roomId, t.ordinal] }),
    uniqueIndex('messages_id').on(t.hubId, t.id),
    uniqueIndex('messages_seq').on(t.hubId, t.seq),
    index('messages_root').on(t.hubId, t.rootId, t.ordinal),
    index('messages_time').on(t.hubId, t.roomId, t.createdMs),
    // For a reader's own messages after the pointer, which may be many.
    index('messages_author').on(t.hubId, t.roomId, t.authorId, t.ordinal),
  ],
);

/**
 * What unread counts subtract: messages hidden by one user, and with an empty user id messages
 * deleted for all. A message deleted for all has no other row here, so that nothing is subtracted
 * twice.
 */
export const removals = mysqlTable(
  'removals',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    userId: uuid('user_id').notNull(),
    ordinal: count('ordinal').notNull(),
    /** The user hid their own message, which never counts as unread. */
    own: boolean('own').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.roomId, t.userId, t.ordinal] }),
    index('removals_message').on(t.hubId, t.roomId, t.ordinal),
  ],
);

/**
 * How many messages of an author are in a room up to an ordinal, deleted ones included: a row for
 * about a thousand of them, written when they are first counted. Only differences of two rows after
 * the expired messages say anything.
 */
export const ownCounts = mysqlTable(
  'own_counts',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    userId: uuid('user_id').notNull(),
    ordinal: count('ordinal').notNull(),
    total: count('total').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.roomId, t.userId, t.ordinal] })],
);

/** Idempotency keys: a row for each thing made under an echoId. `room_id` is empty for a room. */
export const echoes = mysqlTable(
  'echoes',
  {
    hubId: uuid('hub_id').notNull(),
    authorId: uuid('author_id').notNull(),
    roomId: uuid('room_id').notNull(),
    echoKey: bytes(128)('echo_key').notNull(),
    /** Hash of the request: the same request returns the original, another one is a conflict. */
    digest: hash('digest').notNull(),
    /** The id of the message or room that was made. */
    madeId: uuid('made_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.authorId, t.roomId, t.echoKey] }),
    index('echoes_made').on(t.hubId, t.madeId),
  ],
);

export const reactions = mysqlTable(
  'reactions',
  {
    hubId: uuid('hub_id').notNull(),
    messageId: uuid('message_id').notNull(),
    emoji: bytes(64)('emoji').notNull(),
    userId: uuid('user_id').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.messageId, t.emoji, t.userId] })],
);

export const pins = mysqlTable(
  'pins',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    messageId: uuid('message_id').notNull(),
    userId: uuid('user_id').notNull(),
    pinnedMs: time('pinned_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.roomId, t.messageId] })],
);
