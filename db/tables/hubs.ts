/** Hubs, who is in them, and what proves it. */
import {
  boolean,
  index,
  int,
  mysqlTable,
  primaryKey,
  text,
  tinyint,
  varchar,
} from 'drizzle-orm/mysql-core';
import { ascii, count, folded, hash, jsonText, time, uuid } from './columns.ts';

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
  pictureUrl: text('picture_url'),
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
    /** What a gateway remembers of it. */
    data: jsonText<Record<string, unknown>>('data'),
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
    /** With which an application signs: encrypted, for we must sign with it too. */
    appSecret: varchar('app_secret', { length: 255 }),
    userId: uuid('user_id'),
    createdBy: uuid('created_by'),
    createdMs: time('created_ms').notNull(),
    revokedMs: time('revoked_ms'),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.id] })],
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
