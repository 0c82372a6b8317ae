import type { z } from 'zod';
import { mobileNotifications } from '../../../acl/entities/setting.ts';
import { events as eventSchemas } from '../../../acl/events.ts';
import { methods } from '../../../acl/index.ts';
import {
  echoId,
  emoji,
  externalId,
  host,
  messageText,
  name,
  origin,
  text,
} from '../../../acl/language/fields.ts';
import { bits, grants, privileges } from '../../../acl/language/permission.ts';
import { safeName } from '../../../uploads/names.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isId = (value: unknown): boolean => typeof value === 'string' && uuid.test(value);
const isIdOrNull = (value: unknown): boolean => value === null || isId(value);
/** Empty where an id is optional. */
const isIdOrEmpty = (value: unknown): boolean => value === '' || isId(value);
const orNull = (test: (value: unknown) => boolean) => (value: unknown) =>
  value === null || test(value);
export const takes = (schema: z.ZodType) => (value: unknown) => schema.safeParse(value).success;
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
export const columns: Record<string, Record<string, (value: unknown) => boolean>> = {
  hubs: {
    id: isId,
    name: takes(name(1, 255)),
    seq: isCount,
    acl_epoch: isCount,
    last_seq: isCount,
    log_floor: isOf(0),
    member_count: isCount,
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
  name_suffixes: {
    hub_id: isId,
    kind: isOf('room', 'member'),
    suffix: (value) => [...String(value)].length <= 16,
    id: isId,
  },
  identities: {
    issuer: (value) => /^(password|braincloud:.{36})$/.test(String(value)),
    subject: (value) => isId(value) || /^[0-9a-f]{64}$/.test(String(value)),
    user_id: isId,
  },
  members: {
    hub_id: isId,
    user_id: isId,
    privilege: isOf(0, ...held),
    last_seq: isCount,
    external_id: orNull(takes(externalId)),
  },
  member_makers: { hub_id: isId, maker_id: isId, user_id: isId },
  member_settings: {
    hub_id: isId,
    user_id: isId,
    muted: isFlag,
    muted_until_ms: orNull(isCount),
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
    ended_as: orNull(isOf('ended', 'revoked')),
  },
  keys: {
    hub_id: isId,
    id: isId,
    kind: isOf('api', 'oauth', 'braincloud'),
    name: takes(name(1, 255)),
    permission: (value) => isBits(value) && value !== 0,
    user_id: isIdOrNull,
    created_by: isIdOrNull,
    made_by_key: isIdOrNull,
    maker_privilege: isOf(...held),
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
    // Null: to be counted.
    own_after: orNull(isCount),
    hidden_at: isCount,
    joined_seq: isCount,
    notify_level: orNull(isOf('all', 'mentions', 'none')),
    notify_until_ms: orNull(isCount),
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
  own_counts: { hub_id: isId, room_id: isId, user_id: isId, ordinal: isCount, total: isCount },
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
