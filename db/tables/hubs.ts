/** Hubs, users, members, and what authenticates them. */
import {
  boolean,
  index,
  int,
  mysqlTable,
  primaryKey,
  text,
  tinyint,
  uniqueIndex,
  varchar,
} from 'drizzle-orm/mysql-core';
import {
  ascii,
  count,
  emailAddress,
  externalId,
  givenName,
  hash,
  jsonText,
  searched,
  time,
  uuid,
} from './columns.ts';

export const hubs = mysqlTable('hubs', {
  id: uuid('id').primaryKey(),
  name: givenName('name').notNull(),
  /** The last event's number. It is taken in the change's transaction, so there are no gaps. */
  seq: count('seq').notNull().default(0),
  /**
   * Raised by each removal, block, revocation and change of a privilege. Rights that were read
   * under an older epoch are read again.
   */
  aclEpoch: count('acl_epoch').notNull().default(0),
  /** seq of the last event in the hub's own stream, which all members get. */
  lastSeq: count('last_seq').notNull().default(0),
  /** The event log is complete after this number. */
  logFloor: count('log_floor').notNull().default(0),
  /** The number of its members. */
  memberCount: int('member_count').notNull().default(0),
  origins: jsonText<string[]>('origins').notNull(),
  /** Days after which a message expires. */
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
  email: emailAddress('email').unique(),
  firstname: givenName('firstname').notNull(),
  lastname: givenName('lastname').notNull(),
  /** Of both names together. Null: not filled yet, since the migration. */
  search: searched('search'),
  pictureUrl: text('picture_url'),
  createdMs: time('created_ms').notNull(),
});

/**
 * What authenticates a user in all hubs: the issuer `password` (the subject is the user's id, the
 * secret is hashed), or a subject of an external issuer that the operator joined to the user.
 */
export const identities = mysqlTable(
  'identities',
  {
    issuer: ascii(191)('issuer').notNull(),
    subject: externalId('subject').notNull(),
    userId: uuid('user_id').notNull(),
    secretHash: ascii(255)('secret_hash'),
  },
  (t) => [primaryKey({ columns: [t.issuer, t.subject] }), index('identities_user').on(t.userId)],
);

/** A removed member's row stays with privilege 0: their stream goes on if they come back. */
export const members = mysqlTable(
  'members',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    privilege: tinyint('privilege', { unsigned: true }).notNull(),
    /** seq of the last event in the user's own stream. */
    lastSeq: count('last_seq').notNull().default(0),
    joinedMs: time('joined_ms').notNull(),
    /** When the user last left the hub. JWTs that were issued before stay invalid. */
    leftMs: time('left_ms'),
    /** The user's id in the application that embeds the hub; the `sub` of JWTs for the hub. */
    externalId: externalId('external_id'),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.userId] }),
    index('members_user').on(t.userId),
    // For the owners, and to count the members.
    index('members_privilege').on(t.hubId, t.privilege),
    uniqueIndex('members_external').on(t.hubId, t.externalId),
  ],
);

/**
 * The keys and users who made a member, or gave them a privilege, and since when: what a stolen key
 * has led to is found by it, also after others changed the member.
 */
export const memberMakers = mysqlTable(
  'member_makers',
  {
    hubId: uuid('hub_id').notNull(),
    /** The id of a key or of a user. */
    makerId: uuid('maker_id').notNull(),
    userId: uuid('user_id').notNull(),
    madeMs: time('made_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.makerId, t.userId] })],
);

/**
 * When members last called or connected, to the minute. Not in `members`, whose rows events lock.
 */
export const lastSeen = mysqlTable(
  'last_seen',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    seenMs: time('seen_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hubId, t.userId] })],
);

/** Members' own settings. A member with the defaults may have no row. */
export const memberSettings = mysqlTable(
  'member_settings',
  {
    hubId: uuid('hub_id').notNull(),
    userId: uuid('user_id').notNull(),
    muted: boolean('muted').notNull().default(false),
    /** Until when `muted` holds; null: for good. */
    mutedUntilMs: time('muted_until_ms'),
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
    /** Empty: the session of a key without a user. */
    userId: uuid('user_id').notNull(),
    /** Null: valid in all hubs of the user. */
    hubId: uuid('hub_id'),
    /** The most bits that it grants. */
    privilegeCap: tinyint('privilege_cap', { unsigned: true }).notNull(),
    grants: jsonText<string[]>('grants'),
    /** The key that issued it, and with which it is revoked. */
    keyId: uuid('key_id'),
    /** What a gateway keeps of it. */
    data: jsonText<Record<string, unknown>>('data'),
    userAgent: varchar('user_agent', { length: 255 }).notNull(),
    createdMs: time('created_ms').notNull(),
    expiresMs: time('expires_ms').notNull(),
    /** How it was ended before it expired. */
    endedAs: ascii(8)('ended_as').$type<'ended' | 'revoked'>(),
    /** Of the token that is valid since a renewal; the row is found by the first one's for ever. */
    renewedHash: hash('renewed_hash'),
    /** Of the token before that one, which is valid until `oldEndsMs`. */
    oldHash: hash('old_hash'),
    oldEndsMs: time('old_ends_ms'),
    /** When it was last renewed: its lifetime counts from then. */
    renewedMs: time('renewed_ms'),
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
    name: givenName('name').notNull(),
    permission: tinyint('permission', { unsigned: true }).notNull(),
    secretHash: hash('secret_hash').notNull().unique(),
    /** With which an application signs. Encrypted, not hashed: the service signs with it too. */
    appSecret: varchar('app_secret', { length: 255 }),
    userId: uuid('user_id'),
    /** The user who made it; null: the operator. */
    createdBy: uuid('created_by'),
    /** The key with which it was made, and with which it is revoked. */
    madeByKey: uuid('made_by_key'),
    /** The bits that its maker had when they made it, without those that they have lost since. */
    makerPrivilege: tinyint('maker_privilege', { unsigned: true }).notNull().default(0),
    createdMs: time('created_ms').notNull(),
    revokedMs: time('revoked_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.hubId, t.id] }),
    index('keys_id').on(t.id),
    index('keys_user').on(t.userId),
  ],
);

/** JWTs whose users have logged out, until they expire. */
export const endedJwts = mysqlTable(
  'ended_jwts',
  { hash: hash('hash').primaryKey(), expiresMs: time('expires_ms').notNull() },
  (t) => [index('ended_jwts_expiry').on(t.expiresMs)],
);

/** The networks from which accounts have logged in: others cannot lock them out there. */
export const knownNetworks = mysqlTable(
  'known_networks',
  {
    /** Of account and network together: whoever reads the table learns neither. */
    hash: hash('hash').primaryKey(),
    seenMs: time('seen_ms').notNull(),
  },
  (t) => [index('known_networks_seen').on(t.seenMs)],
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

/** Calls of the operator. */
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
