import type { z } from 'zod';
import { mobileNotifications } from '../../../acl/entities/setting.ts';
import { events as eventSchemas } from '../../../acl/events.ts';
import { methods } from '../../../acl/index.ts';
import {
  echoId,
  emoji,
  host,
  messageText,
  name,
  origin,
  text,
  title,
} from '../../../acl/language/fields.ts';
import { bits, grants, privileges } from '../../../acl/language/permission.ts';
import type { Pool } from '../../../db/connection/connect.ts';
import { unreadCount } from '../../../db/reading/rooms/unread.ts';
import { extensionOf, safeName } from '../../../uploads/names.ts';

type Row = Record<string, unknown>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isId = (value: unknown): boolean => typeof value === 'string' && uuid.test(value);
const isIdOrNull = (value: unknown): boolean => value === null || isId(value);
/** Empty where an id is optional. */
const isIdOrEmpty = (value: unknown): boolean => value === '' || isId(value);
const orNull = (test: (value: unknown) => boolean) => (value: unknown) =>
  value === null || test(value);
const takes = (schema: z.ZodType) => (value: unknown) => schema.safeParse(value).success;
/** Valid, and in the form in which the contract stores it. */
const isAs = (schema: z.ZodType) => (value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success && parsed.data === value;
};
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag = (value: unknown): boolean => value === 0 || value === 1;
const isOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);
const isList = (test: (value: unknown) => boolean) => (value: unknown) => {
  const list = JSON.parse(String(value)) as unknown;
  return Array.isArray(list) && list.every(test);
};
const isJsonObject = (value: unknown): boolean => {
  const object = JSON.parse(String(value)) as unknown;
  return (
    typeof object === 'object' && object !== null && !Array.isArray(object) && isWellFormed(object)
  );
};
const isBits = (value: unknown): boolean => isCount(value) && (value as number) <= 63;
const held = Object.values(privileges);
const every = Object.values(bits).reduce((sum, bit) => sum + bit, 0);

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(
    ([field, inner]) => field.isWellFormed() && isWellFormed(inner),
  );
}

/** The possible values of each column: only what valid calls can store. */
const columns: Record<string, Record<string, (value: unknown) => boolean>> = {
  hubs: {
    id: isId,
    name: takes(name(1, 255)),
    seq: isCount,
    acl_epoch: isCount,
    last_seq: isCount,
    log_floor: isOf(0),
    retention_days: (value) =>
      isCount(value) && (value as number) >= 10 && (value as number) <= 3650,
    reactions_enabled: isFlag,
    origins: isList(takes(origin)),
  },
  hosts: { host: isAs(host), hub_id: isId },
  users: {
    id: isId,
    email: orNull(
      (value) =>
        typeof value === 'string' &&
        value === value.toLowerCase() &&
        value.length <= 254 &&
        /^[^\s@]+@[^\s@]+$/.test(value),
    ),
    // For an application's user until they set a name.
    firstname: takes(name(0, 100)),
    lastname: takes(name(0, 100)),
    picture_url: orNull(takes(text(2000))),
  },
  identities: {
    issuer: (value) => /^(password|braincloud:.{36})$/.test(String(value)),
    subject: (value) => isId(value) || /^[0-9a-f]{64}$/.test(String(value)),
    user_id: isId,
  },
  members: { hub_id: isId, user_id: isId, privilege: isOf(0, ...held), last_seq: isCount },
  member_settings: {
    hub_id: isId,
    user_id: isId,
    muted: isFlag,
    mentions_only: isFlag,
    notify_on_reactions: isFlag,
    mobile_notifications: takes(mobileNotifications),
  },
  sessions: {
    id: isId,
    kind: isOf('password', 'issued', 'client', 'app'),
    // For a key without a member.
    user_id: isIdOrEmpty,
    hub_id: isIdOrNull,
    key_id: isIdOrNull,
    privilege_cap: (value) => isBits(value) && (value as number) <= every,
    grants: orNull(isList((one) => (grants as readonly unknown[]).includes(one))),
    user_agent: takes(text(255)),
  },
  keys: {
    hub_id: isId,
    id: isId,
    kind: isOf('api', 'oauth', 'braincloud'),
    name: takes(name(1, 255)),
    permission: (value) => isBits(value) && value !== 0,
    user_id: isIdOrNull,
    created_by: isIdOrNull,
  },
  rooms: {
    hub_id: isId,
    id: isId,
    kind: isOf('direct', 'group', 'channel'),
    channel_key: orNull((value) => /^(gl|dy|sy):[\w-]{1,100}$/.test(String(value))),
    history_limit: orNull((value) => isCount(value) && value !== 0),
    expire_days: orNull((value) => isCount(value) && value !== 0),
    direct_key: orNull((value) => String(value).split(':').every(isId)),
    description: takes(text(2000)),
    is_public: isFlag,
    archived: isFlag,
    // Only in channels, which keep that many messages.
    expired_at: isCount,
    purged_at: isCount,
    last_ordinal: isCount,
    member_count: isCount,
    created_by: isIdOrEmpty,
  },
  participants: {
    hub_id: isId,
    room_id: isId,
    user_id: isId,
    owner: isFlag,
    pointer: isCount,
    read_at: isCount,
    posted_at: isCount,
    hidden_at: isCount,
    joined_seq: isCount,
  },
  messages: {
    hub_id: isId,
    room_id: isId,
    id: isId,
    author_id: isIdOrEmpty,
    body: takes(messageText),
    content: orNull(isJsonObject),
    sender: orNull(isJsonObject),
    thread_id: isIdOrNull,
    root_id: isIdOrNull,
    forward_of: isIdOrNull,
    mention_ids: orNull(isList(isId)),
    echo_id: orNull(takes(echoId)),
    attachment_count: (value) => isCount(value) && (value as number) <= 100,
    reaction_count: (value) => isCount(value) && (value as number) <= 20_000,
  },
  mail: {
    hub_id: isId,
    id: isId,
    from_id: isIdOrNull,
    from_name: takes(text(255)),
    to_ids: orNull(isList(isId)),
    content: isJsonObject,
    version: isCount,
  },
  mailboxes: {
    hub_id: isId,
    owner_id: isId,
    box: isOf('inbox', 'sent'),
    mail_id: isId,
    is_read: isFlag,
    version: isCount,
  },
  removals: { hub_id: isId, room_id: isId, user_id: isIdOrEmpty, own: isFlag },
  echoes: {
    hub_id: isId,
    author_id: isIdOrEmpty,
    room_id: isIdOrEmpty,
    // For a forward, also the copy's original.
    echo_key: (value) => takes(echoId)(String(value).replace(/\n(mail|.{36}(\n.{36})?)$/, '')),
    made_id: isId,
  },
  events: {
    hub_id: isId,
    name: isOf(...Object.keys(eventSchemas)),
    room_id: isIdOrNull,
    message_id: isIdOrNull,
    actor_id: (value) => isIdOrEmpty(value) || value === 'operator',
    stream: isId,
    echo_id: orNull(takes(echoId)),
    data: (value) => isWellFormed(JSON.parse(String(value))),
  },
  event_targets: { hub_id: isId, user_id: isId, seq: isCount },
  blocks: { hub_id: isId, user_id: isId, blocked_id: isId },
  tags: { hub_id: isId, user_id: isId, id: isId, name: takes(name(1, 100)) },
  tag_map: { hub_id: isId, user_id: isId, tag_id: isId, entity_id: isId },
  attachments: {
    hub_id: isId,
    id: isId,
    owner_id: isId,
    state: isOf('staged', 'attached', 'freed'),
    file_name: (value) => safeName(String(value)) === value,
    mimetype: (value) => /^[\w.+-]+\/[\w.+-]+$/.test(String(value)),
    category: isOf('image', 'video', 'audio', 'document', 'other'),
    filesize: isCount,
  },
  message_attachments: { hub_id: isId, message_id: isId, attachment_id: isId, position: isCount },
  reactions: {
    hub_id: isId,
    message_id: isId,
    emoji: (value) => isAs(emoji)(String(value)),
    user_id: isId,
  },
  pins: { hub_id: isId, room_id: isId, message_id: isId, user_id: isId },
  audit: {
    hub_id: isIdOrNull,
    actor: isOf('operator'),
    method: (value) => methods.has(String(value)) || value === 'file',
    address: isOf('127.0.0.1', '::ffff:127.0.0.1'),
  },
  due_receipts: { hub_id: isId, room_id: isId, user_id: isId },
};

const missing = (table: string, on: string, among: string, also = ''): string =>
  `SELECT a.* FROM ${table} a LEFT JOIN ${among} b ON ${on} WHERE b.hub_id IS NULL ${also}`;
const member = 'b.hub_id = a.hub_id AND b.user_id';
const message = 'b.hub_id = a.hub_id AND b.id';

/**
 * Relations between rows; each query must find nothing. Rows refer only to rows of their own hub.
 */
const queries: Record<string, string> = {
  'a session of no user': `
      SELECT a.id FROM sessions a
        LEFT JOIN users b ON b.id = a.user_id
        WHERE b.id IS NULL AND (a.user_id <> '' OR a.key_id IS NULL)`,
  'a client’s session without its key': `
      SELECT a.id FROM sessions a
        LEFT JOIN \`keys\` b ON b.hub_id = a.hub_id AND b.id = a.key_id
          AND b.kind IN ('oauth', 'braincloud')
        WHERE a.kind = 'client' AND b.id IS NULL`,
  'settings of no member': missing('member_settings', `${member} = a.user_id`, 'members'),
  'a member who is no user':
    'SELECT a.* FROM members a LEFT JOIN users b ON b.id = a.user_id WHERE b.id IS NULL',
  'a participant of no room': missing(
    'participants',
    'b.hub_id = a.hub_id AND b.id = a.room_id',
    'rooms',
  ),
  'a participant who is no member': missing('participants', `${member} = a.user_id`, 'members'),
  'a participant of a group who was removed from the hub': `
      SELECT a.* FROM participants a
        JOIN rooms r ON r.hub_id = a.hub_id AND r.id = a.room_id
        JOIN members b ON b.hub_id = a.hub_id AND b.user_id = a.user_id
        WHERE r.kind = 'group' AND b.privilege = 0`,
  'a message of no room': missing('messages', 'b.hub_id = a.hub_id AND b.id = a.room_id', 'rooms'),
  'a message by no member': missing(
    'messages',
    `${member} = a.author_id`,
    'members',
    "AND a.author_id <> ''",
  ),
  'a message of the system outside channels': `
      SELECT m.id FROM messages m
        JOIN rooms r ON r.hub_id = m.hub_id AND r.id = m.room_id
        WHERE m.author_id = '' AND r.kind = 'direct'`,
  'an entry of no message': missing('mailboxes', `${message} = a.mail_id`, 'mail'),
  'an entry of no member': missing('mailboxes', `${member} = a.owner_id`, 'members'),
  'a message in no box': `
      SELECT m.id FROM mail m
        LEFT JOIN mailboxes e ON e.hub_id = m.hub_id AND e.mail_id = m.id
        WHERE e.hub_id IS NULL AND m.bulk_after IS NULL AND m.to_ids IS NOT NULL`,
  'a channel with more than it keeps': `
      SELECT id FROM rooms
        WHERE history_limit IS NOT NULL AND last_ordinal - expired_at > history_limit`,
  'a reply to no message of its room': missing(
    'messages',
    `${message} = a.thread_id AND b.room_id = a.room_id`,
    'messages',
    'AND a.thread_id IS NOT NULL AND a.deleted_ms IS NULL',
  ),
  'a forward of no message': missing(
    'messages',
    `${message} = a.forward_of`,
    'messages',
    'AND a.forward_of IS NOT NULL',
  ),
  'a text that outlived its message':
    "SELECT id FROM messages WHERE deleted_ms IS NOT NULL AND body <> ''",
  'an attachment of no message': missing(
    'message_attachments',
    `${message} = a.message_id`,
    'messages',
  ),
  'a link to no file': missing(
    'message_attachments',
    `${message} = a.attachment_id AND b.state = 'attached'`,
    'attachments',
  ),
  'a file of no member': missing('attachments', `${member} = a.owner_id`, 'members'),
  'a file that is attached to nothing': `
      SELECT a.id FROM attachments a
        LEFT JOIN message_attachments b ON b.hub_id = a.hub_id AND b.attachment_id = a.id
        WHERE a.state = 'attached' AND b.hub_id IS NULL`,
  'files miscounted': `
      SELECT m.id FROM messages m
        WHERE m.deleted_ms IS NULL AND m.attachment_count <> (SELECT COUNT(*)
          FROM message_attachments b WHERE b.hub_id = m.hub_id AND b.message_id = m.id)`,
  'reactions miscounted': `
      SELECT m.id, m.reaction_count FROM messages m
        WHERE m.deleted_ms IS NULL AND m.reaction_count <> 0 AND NOT EXISTS (SELECT 1
          FROM reactions b WHERE b.hub_id = m.hub_id AND b.message_id = m.id)`,
  'a reaction to no message': missing(
    'reactions',
    `${message} = a.message_id AND b.deleted_ms IS NULL`,
    'messages',
  ),
  'too many emoji': `
      SELECT hub_id, message_id FROM reactions
        GROUP BY hub_id, message_id
        HAVING COUNT(DISTINCT emoji) > 20`,
  'a pin of no message': missing(
    'pins',
    `${message} = a.message_id AND b.room_id = a.room_id AND b.deleted_ms IS NULL`,
    'messages',
  ),
  'too many pins': 'SELECT hub_id, room_id FROM pins GROUP BY hub_id, room_id HAVING COUNT(*) > 5',
  'a removal of no message': missing(
    'removals',
    'b.hub_id = a.hub_id AND b.room_id = a.room_id AND b.ordinal = a.ordinal',
    'messages',
  ),
  'a block of no member': missing('blocks', `${member} = a.blocked_id`, 'members'),
  'a block of oneself': 'SELECT * FROM blocks WHERE user_id = blocked_id',
  'a tag of no member': missing('tags', `${member} = a.user_id`, 'members'),
  'two tags of one name': `
      SELECT hub_id, user_id, name FROM tags
        GROUP BY hub_id, user_id, BINARY name
        HAVING COUNT(*) > 1`,
  'a tagging with no tag': missing(
    'tag_map',
    'b.hub_id = a.hub_id AND b.user_id = a.user_id AND b.id = a.tag_id',
    'tags',
  ),
  'a tagging of no conversation': `
      SELECT a.* FROM tag_map a
        LEFT JOIN rooms r ON r.hub_id = a.hub_id AND r.id = a.entity_id
        LEFT JOIN members m ON m.hub_id = a.hub_id AND m.user_id = a.entity_id
        WHERE r.id IS NULL AND m.user_id IS NULL`,
  'a target who is no member': missing('event_targets', `${member} = a.user_id`, 'members'),
  'a target of no event': `
      SELECT a.* FROM event_targets a
        LEFT JOIN events b ON b.hub_id = a.hub_id AND b.seq = a.seq
        LEFT JOIN messages m ON m.hub_id = a.hub_id AND m.seq = a.seq
        WHERE b.seq IS NULL AND m.seq IS NULL`,
  'an event of no room': missing(
    'events',
    'b.hub_id = a.hub_id AND b.id = a.room_id',
    'rooms',
    'AND a.room_id IS NOT NULL',
  ),
  'an event of no message': missing(
    'events',
    `${message} = a.message_id`,
    'messages',
    'AND a.message_id IS NOT NULL',
  ),
  'an echo of nothing': `
      SELECT a.* FROM echoes a
        LEFT JOIN messages m ON m.hub_id = a.hub_id AND m.id = a.made_id
        LEFT JOIN rooms r ON r.hub_id = a.hub_id AND r.id = a.made_id
        LEFT JOIN mail b ON b.hub_id = a.hub_id AND b.id = a.made_id
        WHERE m.id IS NULL AND r.id IS NULL AND b.id IS NULL
          AND a.echo_key NOT LIKE "%\\nmail"`,
  'a key of no member': missing(
    '`keys`',
    `${member} = a.user_id`,
    'members',
    'AND a.user_id IS NOT NULL',
  ),
  'a room without an owner': `
      SELECT r.id FROM rooms r
        WHERE r.kind = 'group' AND r.member_count > 0 AND NOT EXISTS (SELECT 1
          FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id AND p.owner = 1)`,
  'a direct room that is public': "SELECT id FROM rooms WHERE kind = 'direct' AND is_public = 1",
  'a direct room of other than two': `
      SELECT r.id FROM rooms r
        WHERE r.kind = 'direct' AND (r.direct_key IS NULL OR (SELECT COUNT(*)
          FROM participants p WHERE p.hub_id = r.hub_id AND p.room_id = r.id
          AND LOCATE(p.user_id, r.direct_key) > 0)
          <> IF(LEFT(r.direct_key, 36) = RIGHT(r.direct_key, 36), 1, 2))`,
  'members miscounted': `
      SELECT r.id, r.member_count FROM rooms r
        WHERE r.member_count <> (SELECT COUNT(*) FROM participants p WHERE p.hub_id = r.hub_id
          AND p.room_id = r.id)`,
  'ordinals with gaps': `
      SELECT r.id FROM rooms r
        LEFT JOIN messages m ON m.hub_id = r.hub_id AND m.room_id = r.id
        GROUP BY r.hub_id, r.id, r.last_ordinal
        HAVING COUNT(m.id) <> r.last_ordinal OR COALESCE(MAX(m.ordinal), 0) <> r.last_ordinal`,
  'a pointer beyond the end': `
      SELECT p.* FROM participants p
        JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
        WHERE p.pointer > r.last_ordinal OR p.read_at > r.last_ordinal`,
  'a seq beyond the last': `
      SELECT h.id FROM hubs h
        WHERE h.seq < (SELECT COALESCE(MAX(seq), 0) FROM messages m WHERE m.hub_id = h.id)
          OR h.seq < (SELECT COALESCE(MAX(seq), 0) FROM events e WHERE e.hub_id = h.id)`,
  'a seq that is missing': `
      SELECT h.id, h.seq FROM hubs h
        WHERE h.seq <> (SELECT COUNT(*) FROM messages m
          WHERE m.hub_id = h.id) + (SELECT COUNT(*) FROM events e WHERE e.hub_id = h.id)`,
  'a seq that came twice':
    'SELECT e.hub_id, e.seq FROM events e JOIN messages m ON m.hub_id = e.hub_id AND m.seq = e.seq',
  'unread below zero': `
      SELECT p.hub_id, p.room_id, p.user_id FROM participants p
        JOIN rooms r ON r.hub_id = p.hub_id AND r.id = p.room_id
        WHERE CAST(${unreadCount} AS SIGNED) < 0`,
  'a mention of a user who was never a member': `SELECT m.id, j.user_id FROM messages m
     JOIN JSON_TABLE(m.mention_ids, '$[*]' COLUMNS (user_id VARCHAR(36) PATH '$')) j
     LEFT JOIN members b ON b.hub_id = m.hub_id AND b.user_id = j.user_id WHERE b.user_id IS NULL`,
  'a mention of a user in no event of the room': `SELECT m.id, j.user_id FROM messages m
     JOIN JSON_TABLE(m.mention_ids, '$[*]' COLUMNS (user_id VARCHAR(36) PATH '$')) j
     LEFT JOIN participants p
       ON p.hub_id = m.hub_id AND p.room_id = m.room_id AND p.user_id = j.user_id
     WHERE p.user_id IS NULL AND NOT EXISTS (
       SELECT 1 FROM events e WHERE e.hub_id = m.hub_id AND e.room_id = m.room_id
         AND e.name = 'room.remove' AND LOCATE(j.user_id, e.data) > 0)`,
};

const rowsOf = async (pool: Pool, sql: string, ...params: unknown[]): Promise<Row[]> =>
  (await pool.query(sql, params))[0] as Row[];
const shown = (row: Row): string =>
  JSON.stringify(row, (_, value) => (Buffer.isBuffer(value) ? value.toString() : value))?.slice(
    0,
    300,
  );

/** All stored values that no valid call could have stored. */
export async function auditStored(pool: Pool): Promise<string[]> {
  const found: string[] = [];
  for (const [table, tests] of Object.entries(columns)) {
    const names = Object.keys(tests);
    const wrong = new Map<string, number>();
    for (const row of await rowsOf(
      pool,
      `SELECT ${names.map((column) => `\`${column}\``).join(', ')} FROM \`${table}\``,
    )) {
      for (const column of names) {
        const value = row[column];
        if (tests[column]?.(Buffer.isBuffer(value) ? value.toString() : value)) continue;
        const times = (wrong.get(column) ?? 0) + 1;
        wrong.set(column, times);
        if (times <= 3)
          found.push(
            `${table}.${column} holds ${JSON.stringify(value)?.slice(0, 200)} in ${shown(row)}`,
          );
      }
    }
  }
  const rooms = await rowsOf(pool, "SELECT id, name FROM rooms WHERE kind = 'group'");
  for (const row of rooms)
    if (!takes(title)(row.name)) found.push(`rooms.name holds ${shown(row)}`);
  const files = await rowsOf(pool, 'SELECT id, file_name, extension FROM attachments');
  for (const row of files)
    if (extensionOf(String(row.file_name)) !== row.extension)
      found.push(`attachments.extension holds ${shown(row)}`);
  for (const [what, sql] of Object.entries(queries)) {
    const rows = await rowsOf(pool, sql);
    if (rows.length > 0) found.push(`${what}: ${rows.length}, such as ${shown(rows[0] as Row)}`);
  }
  return found;
}

/** Every row of one hub and of its users, as text. */
export async function snapshotOf(
  pool: Pool,
  hubId: string,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  const tables = await rowsOf(
    pool,
    `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE()
      AND column_name = 'hub_id' AND table_name <> 'due_receipts'`,
  );
  const of = new Map<string, string>();
  const keep = async (name: string, sql: string, value: unknown) =>
    void of.set(
      name,
      JSON.stringify((await rowsOf(pool, sql, value)).map((row) => JSON.stringify(row)).sort()),
    );
  for (const { name: table } of tables)
    await keep(String(table), `SELECT * FROM \`${String(table)}\` WHERE hub_id = ?`, hubId);
  await keep('hubs', 'SELECT * FROM hubs WHERE id = ?', hubId);
  await keep('users', 'SELECT * FROM users WHERE id IN (?)', userIds);
  await keep('identities', 'SELECT * FROM identities WHERE user_id IN (?)', userIds);
  await keep('sessions of users', 'SELECT * FROM sessions WHERE user_id IN (?)', userIds);
  return of;
}
