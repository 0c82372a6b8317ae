import { z } from 'zod';
import { bit, count, millis, seconds } from '../language/fields.ts';
import { Card } from './member.ts';

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
