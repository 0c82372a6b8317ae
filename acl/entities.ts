import { z } from 'zod';
import { privileges } from './language/permission.ts';

/* What goes in. */

const possibleId = /^[0-9A-Za-z_-]{1,64}$/;
/** An id. One that cannot be an id is as unknown as one that never was; so it becomes one. */
export const asId = (value: string): string => (possibleId.test(value) ? value : 'unknown');
export const id = z.string().transform(asId);

/** An integer, also as a numeric string (query parameters are strings). */
export const integer = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  );

/** An integer that is moved into its range rather than refused. */
export const clamped = (min: number, max: number) =>
  integer(0).transform((value) => Math.min(Math.max(value, min), max));

export const flag = z.preprocess(
  (value) => (value === true || value === '1' ? 1 : value === false || value === '0' ? 0 : value),
  z.literal([0, 1]),
);

const wellFormed = (value: string) => value.isWellFormed();
const codePoints = (value: string) => [...value].length;
/** Text of several lines, stored as given. */
export const text = (max: number) =>
  z
    .string()
    .refine(
      (value) => value.length <= max || codePoints(value) <= max,
      `longer than ${max} characters`,
    )
    .refine(wellFormed, 'not well-formed Unicode');

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
/** A name of one line, kept as given. */
export const name = (min: number, max: number) =>
  text(max)
    .refine((value) => value.length >= min && (min === 0 || value.trim() !== ''), 'empty')
    .refine((value) => !controlCharacters.test(value), 'control characters');

export const messageText = text(10_000);
export const roomName = name(1, 255);
export const email = z
  .email('not an e-mail address')
  .max(254)
  .transform((value) => value.toLowerCase());
export const password = z.string().min(8).max(1024).refine(wellFormed, 'not well-formed Unicode');
export const privilege = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : value),
  z.literal(Object.values(privileges)),
);
/** One of digits only is a tab's counter and never a key. */
export const echoId = z.string().regex(/^[\x20-\x7e]{1,64}$/, '1 to 64 printable ASCII characters');
export const isEchoKey = (value: string | undefined): value is string =>
  value !== undefined && !/^\d+$/.test(value);
/** A host name, as in the Host header; a port and case do not matter. */
export const host = z
  .string()
  .max(253)
  .regex(
    /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?)(:\d{1,5})?$/,
    'not a host name',
  )
  .transform((value) => value.replace(/:\d+$/, '').toLowerCase());
/** scheme://host[:port] of a page. */
export const origin = z
  .string()
  .max(300)
  .refine(
    (value) => /^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).origin === value,
    'not an origin such as https://app.example.com',
  );

export const list = <T extends z.ZodType>(item: T, min: number, max: number) =>
  z.array(item).min(min).max(max);
/** Where a page of a list begins: the `cursor` of a row. */
export const cursor = z.string().regex(/^[0-9A-Za-z_.-]{1,128}$/, 'not a cursor');
/** Unix milliseconds. */
export const time = integer(0, 8_640_000_000_000_000);
/** A part of a history by time: from `after_ms` on, before `before_ms`. With `after_ms` alone the page is the oldest. */
export const dates = { before_ms: time.optional(), after_ms: time.optional() };
export const page = integer(1, 1_000_000).default(1);

const emojiSequence = /^\p{RGI_Emoji}$/v;
/** The one way to write an emoji: with the variation selectors that it needs, and no other. */
function qualified(value: string): string {
  const bare = value.replaceAll('\u{fe0f}', '');
  const full = bare.replace(
    /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gv,
    '$&\u{fe0f}',
  );
  return [bare, full, value].find((form) => emojiSequence.test(form)) ?? value;
}
/** One emoji, however it was written. */
export const emoji = z
  .string()
  .max(64)
  .transform(qualified)
  .refine((value) => emojiSequence.test(value), 'not one emoji');

/** A file as it was received: its bytes are in the store, under its id. */
export interface StoredFile {
  id: string;
  fileName: string;
  extension: string;
  mimetype: string;
  category: Category;
  filesize: number;
  width: number | null;
  height: number | null;
  hasThumbnail: boolean;
}
/** What a client sends as a file, and what the handler gets. */
export const file = z
  .custom<StoredFile>()
  .meta({ type: 'string', format: 'binary' }) as unknown as z.ZodType<StoredFile, Blob>;

/* What comes out. */

export const category = z.literal(['image', 'video', 'audio', 'document', 'other']);
export type Category = z.infer<typeof category>;

export const visibility = z.literal(['private', 'public']);
export const bit = z.literal([0, 1]);
export const count = z.int().nonnegative();
export const seconds = z.int().nonnegative();
export const millis = z.int().nonnegative();

/** How a user is shown to others. */
export const Card = z.strictObject({
  id: z.string(),
  firstname: z.string(),
  lastname: z.string(),
  surname: z.string(),
});
export type Card = z.infer<typeof Card>;

/** The message that a reply answers. When it is gone, `message` is "DELETED" and only its id stands beside it. */
export const Thread = z.strictObject({
  message_id: z.string(),
  message: z.string(),
  author_id: z.string().optional(),
  is_attachment: bit.optional(),
  entity: Card.optional(),
});
export type Thread = z.infer<typeof Thread>;

/** Who reacted with one emoji: how many, and the first twenty of them. */
export const Reaction = z.strictObject({
  emoji: z.string(),
  count: z.int().positive(),
  user_ids: z.array(z.string()),
});
export type Reaction = z.infer<typeof Reaction>;

/** A message, the same for everyone who may see it. */
export const messageFields = {
  message_id: z.string(),
  room_id: z.string(),
  message: z.string(),
  author_id: z.string(),
  entity: Card,
  ctime: seconds,
  ctime_ms: millis,
  version: z.int().positive(),
  edited: bit,
  edited_ms: millis.nullable(),
  is_forward: bit,
  forward_message_id: z.string().nullable(),
  is_attachment: bit,
  attachment_count: count,
  /** The message that it answers, and the one that began the thread. */
  thread_id: z.string().nullable(),
  root_id: z.string().nullable(),
  thread: Thread.nullable(),
  /** What a channel's message holds beside its text. */
  content: z.record(z.string(), z.unknown()).nullable(),
  /** As whom it was posted to a channel: how its author was called then, or whom the system named. */
  from: z.strictObject({ name: z.string(), pic: z.string().nullable() }).nullable(),
  mention_ids: z.array(z.string()),
  reactions: z.array(Reaction),
  /** Its number in the room: read pointers and unread counts are in these. */
  ordinal: z.int().positive(),
};
export const MessageData = z.strictObject(messageFields);
export type MessageData = z.infer<typeof MessageData>;

/** What is left of a message in the log after it was deleted for all. */
export const DeletedMessage = z.strictObject({
  message_id: z.string(),
  room_id: z.string(),
  deleted: z.literal(1),
});

/** A message in a caller's history. */
export const MessageRow = z.strictObject({
  ...messageFields,
  entity_id: z.string(),
  seq: z.int().positive(),
  cursor: z.string(),
  page: z.int().positive(),
  status: z.literal('active'),
  /** It was unread for the caller before this call. */
  is_notify: bit,
  is_readed: bit,
  /** Everyone else has read it (rooms of up to 100). */
  is_seen: bit,
  my_reactions: z.array(z.string()),
});
export type MessageRow = z.infer<typeof MessageRow>;

/** Where a reader's pointer stands in a conversation, and what is unread after it. */
export const ReadMark = z.strictObject({
  message_id: z.string(),
  entity_id: z.string(),
  room_id: z.string(),
  user_id: z.string(),
  ordinal: count,
  unread: count,
});

/** A pinned message. */
export const Pin = z.strictObject({
  ...messageFields,
  entity_id: z.string(),
  seq: z.int().positive(),
  pinned_by: z.string(),
  pinned_ms: millis,
});
export type Pin = z.infer<typeof Pin>;

const fileFields = {
  nid: z.string(),
  file_name: z.string(),
  /** Bytes. */
  filesize: count,
  /** Without the dot, lower case. */
  extension: z.string(),
  category,
  /** As its bytes say, never as the sender says. */
  mimetype: z.string(),
  /** Pixels, of images, as they are shown. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  has_thumbnail: bit,
};
/** An uploaded file that waits to be sent. */
export const StagedFile = z.strictObject(fileFields);
export type StagedFile = z.infer<typeof StagedFile>;
/** A file of a message. Its bytes: GET /-/file/<nid>, and /-/file/<nid>/thumb. */
export const Attachment = z.strictObject({
  ...fileFields,
  hub_id: z.string(),
  privilege: z.literal([3, 15]),
  page: z.int().positive(),
});
export type Attachment = z.infer<typeof Attachment>;

/** A conversation in a caller's lists. */
export const RoomRow = z.strictObject({
  entity_id: z.string(),
  room_id: z.string().nullable(),
  hub_id: z.string(),
  flag: z.literal(['contact', 'share']),
  contact_id: z.string().nullable(),
  firstname: z.string().nullable(),
  lastname: z.string().nullable(),
  surname: z.string().nullable(),
  group_name: z.string().nullable(),
  display: z.string(),
  member_count: count,
  last_message: z.string(),
  last_message_id: z.string().nullable(),
  last_author_id: z.string().nullable(),
  is_attachment: bit,
  /** Unix seconds of the last post, or of the room's making. */
  last_activity: seconds,
  last_activity_ms: millis,
  unread_count: count,
  is_archived: bit,
  is_blocked: bit,
  status: z.literal(['active', 'archived']),
  tag_ids: z.array(z.string()),
  /** The caller's read pointer and the room's last ordinal. */
  pointer: count,
  last_ordinal: count,
  page: z.int().positive(),
  cursor: z.string(),
});
export type RoomRow = z.infer<typeof RoomRow>;

export const Member = z.strictObject({
  user_id: z.string(),
  firstname: z.string(),
  lastname: z.string(),
  surname: z.string(),
  privilege: z.int(),
  ctime: seconds,
});

export const Participant = z.strictObject({
  user_id: z.string(),
  firstname: z.string(),
  lastname: z.string(),
  surname: z.string(),
  is_owner: bit,
  pointer: count,
  ctime: seconds,
  cursor: z.string(),
});

/** A group room as such. */
export const RoomInfo = z.strictObject({
  entity_id: z.string(),
  room_id: z.string(),
  name: z.string(),
  description: z.string(),
  created_by: z.string(),
  ctime: seconds,
  owner_ids: z.array(z.string()),
  member_count: count,
  /** `public`: any member of the hub may find it and join. */
  visibility,
  is_archived: bit,
});
export type RoomInfo = z.infer<typeof RoomInfo>;

/** What a hub's admins have settled for all of it. */
export const HubSettings = z.strictObject({
  /** Days after which a message is gone for everyone. */
  message_retention_days: z.int(),
  reactions_enabled: bit,
});
export type HubSettings = z.infer<typeof HubSettings>;

export const mobileNotifications = z.literal(['always', 'only_when_inactive']);

/** What a member has settled for himself: what alerts him. Everything reaches him all the same. */
export const UserSettings = z.strictObject({
  user_id: z.string(),
  /** Nothing alerts him. */
  muted: bit,
  /** Only what mentions him does, and direct messages. */
  mentions_only: bit,
  /** A reaction to a message of his does. */
  notify_on_reactions: bit,
  /** When his telephone is to be told, for whatever sends to it. */
  mobile_notifications: mobileNotifications,
});
export type UserSettings = z.infer<typeof UserSettings>;

/** A member's counters over all his conversations. */
export const Counters = z.strictObject({
  total_cnt: count,
  contact_chat_cnt: count,
  share_chat_cnt: count,
  archive_chat_cnt: count,
  head_chat_cnt: count,
  support_cnt: z.literal(0),
});

export type Counters = z.infer<typeof Counters>;

export const done = z.strictObject({ ok: z.literal(1) });
