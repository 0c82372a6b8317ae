/**
 * Every table. hub_id comes first in every key, so that one hub's rows lie together and a hub is the unit of sharding.
 * Times are unix milliseconds in BIGINT (cheaper to read than DATETIME), flags are 0/1.
 */
import {
  bigint,
  boolean,
  customType,
  index,
  int,
  mysqlTable,
  primaryKey,
  text,
  tinyint,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core';
import type { Category } from '../acl/entities.ts';

/** Compared bytewise: ids, hashes, keys that clients choose. */
const ascii = (length: number) =>
  customType<{ data: string }>({ dataType: () => `varchar(${length}) character set ascii collate ascii_bin` });
/** Compared bytewise to the last space: other columns ignore spaces at the end. */
const bytes = (length: number) => customType<{ data: string }>({ dataType: () => `varbinary(${length})` });
const uuid = ascii(36);
const hash = ascii(64);
/** Compared regardless of case and accents: names that people search. */
const folded = customType<{ data: string }>({
  dataType: () => 'varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci',
});
const mediumtext = customType<{ data: string }>({ dataType: () => 'mediumtext' });
/** JSON as text: MariaDB has no JSON type of its own, and MySQL's would reorder keys. */
const jsonText = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'mediumtext',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value) => JSON.parse(value) as T,
  })(name);
const count = (name: string) => bigint(name, { mode: 'number' });
const time = count;

export const hubs = mysqlTable('hubs', {
  id: uuid('id').primaryKey(),
  name: folded('name').notNull(),
  /** The last event's number; taken in the transaction of the change, so gapless. */
  seq: count('seq').notNull().default(0),
  /** Raised by each removal, block, revocation and change of privilege: a right read under an older one is read anew. */
  aclEpoch: count('acl_epoch').notNull().default(0),
  /** seq of the last event in the hub's own stream, which everybody in it hears. */
  lastSeq: count('last_seq').notNull().default(0),
  /** The event log is complete after this number. */
  logFloor: count('log_floor').notNull().default(0),
  origins: jsonText<string[]>('origins').notNull(),
  /** Days after which a message is gone for everyone. */
  retentionDays: int('retention_days').notNull().default(3650),
  reactionsEnabled: boolean('reactions_enabled').notNull().default(true),
  createdMs: time('created_ms').notNull(),
});

export const hosts = mysqlTable(
  'hosts',
  { host: ascii(253)('host').primaryKey(), hubId: uuid('hub_id').notNull() },
  (t) => [index('hosts_hub').on(t.hubId)],
);

export const users = mysqlTable('users', {
  id: uuid('id').primaryKey(),
  email: varchar('email', { length: 254 }).unique(),
  firstname: folded('firstname').notNull(),
  lastname: folded('lastname').notNull(),
  createdMs: time('created_ms').notNull(),
});

/** How a user proves who he is: issuer `password` (subject = user id, secret = its hash) or an external issuer's subject. */
export const identities = mysqlTable(
  'identities',
  {
    issuer: ascii(191)('issuer').notNull(),
    subject: ascii(191)('subject').notNull(),
    userId: uuid('user_id').notNull(),
    secretHash: ascii(255)('secret_hash'),
  },
  (t) => [primaryKey({ columns: [t.issuer, t.subject] }), index('identities_user').on(t.userId)],
);

/** A removed member keeps his row with privilege 0: his streams go on where they were if he comes back. */
export const members = mysqlTable(
  'members',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    privilege: tinyint('privilege', { unsigned: true }).notNull(),
    /** seq of the last event in the user's own stream. */
    lastSeq: count('last_seq').notNull().default(0),
    joinedMs: time('joined_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.userId] }), index('members_user').on(t.userId)],
);

/** What members have settled for themselves. Who has settled nothing has no row. */
export const memberSettings = mysqlTable(
  'member_settings',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    muted: boolean('muted').notNull().default(false),
    mentionsOnly: boolean('mentions_only').notNull().default(false),
    notifyOnReactions: boolean('notify_on_reactions').notNull().default(true),
    mobileNotifications: ascii(20)('mobile_notifications')
      .$type<'always' | 'only_when_inactive'>()
      .notNull()
      .default('always'),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.userId] })],
);

export const sessions = mysqlTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    tokenHash: hash('token_hash').notNull().unique(),
    kind: ascii(16)('kind').notNull(),
    /** Empty: of a key that acts as nobody. */
    userId: uuid('user_id').notNull(),
    /** Null: good for all hubs of its user. */
    hubId: uuid('hub_id'),
    /** Never more bits than what made it. */
    privilegeCap: tinyint('privilege_cap', { unsigned: true }).notNull(),
    grants: jsonText<string[]>('grants'),
    /** The key that issued it: revoked with it. */
    keyId: uuid('key_id'),
    userAgent: varchar('user_agent', { length: 255 }).notNull(),
    createdMs: time('created_ms').notNull(),
    expiresMs: time('expires_ms').notNull(),
  },
  (t) => [
    index('sessions_user').on(t.userId, t.createdMs),
    index('sessions_key').on(t.keyId),
    index('sessions_expiry').on(t.expiresMs),
  ],
);

export const keys = mysqlTable(
  'keys',
  {
    hubId: uuid('hub_id').notNull(),
    id: uuid('id').notNull(),
    kind: ascii(16)('kind').notNull(),
    name: folded('name').notNull(),
    permission: tinyint('permission', { unsigned: true }).notNull(),
    secretHash: hash('secret_hash').notNull().unique(),
    userId: uuid('user_id'),
    createdBy: uuid('created_by'),
    createdMs: time('created_ms').notNull(),
    revokedMs: time('revoked_ms'),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.id] })],
);

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
  (t) => [primaryKey({ columns: [t.hubId, t.id] }), uniqueIndex('rooms_direct').on(t.hubId, t.directKey)],
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
  (t) => [primaryKey({ columns: [t.hubId, t.roomId, t.userId] }), index('due_receipts_due').on(t.dueMs)],
);

export const messages = mysqlTable(
  'messages',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    ordinal: count('ordinal').notNull(),
    id: uuid('id').notNull(),
    /** The event that announced it, and the one before that in the room's stream. */
    seq: count('seq').notNull(),
    prevSeq: count('prev_seq').notNull(),
    authorId: uuid('author_id').notNull(),
    body: mediumtext('body').notNull(),
    /** The message that it answers, and the one that began the thread. */
    threadId: uuid('thread_id'),
    rootId: uuid('root_id'),
    forwardOf: uuid('forward_of'),
    mentionIds: jsonText<string[]>('mention_ids'),
    attachmentCount: int('attachment_count').notNull().default(0),
    reactionCount: int('reaction_count').notNull().default(0),
    /** As the client sent it, digits or not: only echoed. What makes it a key is the table echoes. */
    echoId: ascii(64)('echo_id'),
    version: int('version').notNull().default(1),
    editedMs: time('edited_ms'),
    /** Deleted for all: the row stays as a tombstone without text. */
    deletedMs: time('deleted_ms'),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.roomId, t.ordinal] }),
    uniqueIndex('messages_id').on(t.hubId, t.id),
    uniqueIndex('messages_seq').on(t.hubId, t.seq),
    index('messages_root').on(t.hubId, t.rootId, t.ordinal),
    index('messages_time').on(t.hubId, t.roomId, t.createdMs),
    // One's own after the pointer: many, for who marks the beginning of a long room as unread.
    index('messages_author').on(t.hubId, t.roomId, t.authorId, t.ordinal),
  ],
);

/**
 * What is subtracted from unread: messages hidden by one user, and, with the empty user id, those deleted for all.
 * A message deleted for all has no other row here, so that counts never overlap.
 */
export const removals = mysqlTable(
  'removals',
  {
    hubId: uuid('hub_id').notNull(),
    roomId: uuid('room_id').notNull(),
    userId: uuid('user_id').notNull(),
    ordinal: count('ordinal').notNull(),
    /** The hider's own message: it never counted as unread. */
    own: boolean('own').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.roomId, t.userId, t.ordinal] }),
    index('removals_message').on(t.hubId, t.roomId, t.ordinal),
  ],
);

/** Idempotency keys: one row for each thing made under an echoId. `room_id` is empty where the thing is a room. */
export const echoes = mysqlTable(
  'echoes',
  {
    hubId: uuid('hub_id').notNull(),
    authorId: uuid('author_id').notNull(),
    roomId: uuid('room_id').notNull(),
    echoKey: bytes(128)('echo_key').notNull(),
    /** What was asked for, hashed: the same again answers the original, another is a conflict. */
    digest: hash('digest').notNull(),
    /** What was made: a message's or a room's id. */
    madeId: uuid('made_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.authorId, t.roomId, t.echoKey] }),
    index('echoes_made').on(t.hubId, t.madeId),
  ],
);

/** Events that are not themselves a message row. */
export const events = mysqlTable(
  'events',
  {
    hubId: uuid('hub_id').notNull(),
    seq: count('seq').notNull(),
    name: ascii(32)('name').notNull(),
    /** The room that it is about. Its participants see it if it is in the room's stream; else only its targets do. */
    roomId: uuid('room_id'),
    /** The message that it is about: it is told as that stands. */
    messageId: uuid('message_id'),
    actorId: uuid('actor_id').notNull(),
    stream: uuid('stream').notNull(),
    prevSeq: count('prev_seq').notNull(),
    echoId: ascii(64)('echo_id'),
    data: jsonText<Record<string, unknown>>('data').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.seq] }), index('events_age').on(t.createdMs)],
);

/** Who sees an event although he is not (or no longer) a participant of its room: his own ones, and those that concern him. */
export const eventTargets = mysqlTable(
  'event_targets',
  { hubId: uuid('hub_id').notNull(), userId: uuid('user_id').notNull(), seq: count('seq').notNull() },
  (t) => [primaryKey({ columns: [t.hubId, t.userId, t.seq] }), index('event_targets_seq').on(t.hubId, t.seq)],
);

export const blocks = mysqlTable(
  'blocks',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    blockedId: uuid('blocked_id').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.userId, t.blockedId] })],
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

/** Files: staged for their uploader until a post attaches them, freed once nothing refers to them and their bytes may go. */
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
    index('attachments_owner').on(t.hubId, t.ownerId, t.state),
    index('attachments_age').on(t.state, t.createdMs),
  ],
);

/** A message's files in order; a file lives as long as one message refers to it. */
export const messageAttachments = mysqlTable(
  'message_attachments',
  {
    hubId: uuid('hub_id').notNull(),
    messageId: uuid('message_id').notNull(),
    position: int('position').notNull(),
    attachmentId: uuid('attachment_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.messageId, t.position] }),
    index('message_attachments_file').on(t.hubId, t.attachmentId),
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

/** What the operator did. */
export const audit = mysqlTable(
  'audit',
  {
    id: uuid('id').primaryKey(),
    hubId: uuid('hub_id'),
    actor: ascii(64)('actor').notNull(),
    method: ascii(64)('method').notNull(),
    outcome: ascii(32)('outcome').notNull(),
    address: ascii(64)('address').notNull(),
    createdMs: time('created_ms').notNull(),
  },
  (t) => [index('audit_hub').on(t.hubId, t.createdMs)],
);
