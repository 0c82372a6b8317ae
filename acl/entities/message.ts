import { z } from 'zod';
import { bit, content, count, millis, positive, seconds } from '../language/fields.ts';
import { pageFiles } from '../language/limits.ts';
import { MessageFile, StagedFile } from './file.ts';
import { Card } from './member.ts';

/**
 * The message that a reply refers to. If it is deleted, or the receiver hid it, `message` is
 * "DELETED" and only `message_id` accompanies it.
 */
export const Thread = z.strictObject({
  message_id: z.string(),
  message: z.string(),
  author_id: z.string().optional(),
  is_attachment: bit.optional(),
  entity: Card.optional(),
});
export type Thread = z.infer<typeof Thread>;

/** A message that the receiver hid, where it would be quoted. */
export const HiddenMessage = z.strictObject({
  message_id: z.string(),
  message: z.literal('DELETED'),
});
export type HiddenMessage = z.infer<typeof HiddenMessage>;

/** The users who reacted with one emoji: their number, and the ids of the first of them. */
export const Reaction = z.strictObject({
  emoji: z.string(),
  count: positive,
  user_ids: z.array(z.string()),
});
export type Reaction = z.infer<typeof Reaction>;

/** The sender's name and picture at the time of a post to a channel. */
export const PostedAs = z.strictObject({ name: z.string(), pic: z.string().nullable() });

/** The fields of a message that are the same for every receiver, `thread` of a hidden one aside. */
const messageFields = {
  message_id: z.string(),
  room_id: z.string(),
  message: z.string(),
  author_id: z.string(),
  entity: Card,
  ctime: seconds,
  ctime_ms: millis,
  version: positive,
  edited: bit,
  edited_ms: millis.nullable(),
  is_forward: bit,
  forward_message_id: z.string().nullable(),
  is_attachment: bit,
  attachment_count: count,
  /** The message that this one replies to. */
  thread_id: z.string().nullable(),
  /** The first message of the thread. */
  root_id: z.string().nullable(),
  thread: Thread.nullable(),
  /** Of a channel's message: its JSON object. */
  content: content.nullable(),
  /** Of a channel's message: the author's name then, or the name that the system posted under. */
  from: PostedAs.nullable(),
  mention_ids: z.array(z.string()),
  reactions: z.array(Reaction),
  /** Its number in the room; read pointers and unread counts refer to these numbers. */
  ordinal: positive,
};
/** The first files of a message; chat.attachment pages through all of them. */
const firstOf = <F extends z.ZodType>(file: F) => z.array(file).max(pageFiles);

/** A message as events show it: chat.file_urls returns links to its files. */
export const MessageData = z.strictObject({ ...messageFields, files: firstOf(StagedFile) });
export type MessageData = z.infer<typeof MessageData>;

/** The fields of a message in a reply. */
export const linkedFields = { ...messageFields, files: firstOf(MessageFile) };

/** What the event log keeps of a message that was deleted for everyone. */
export const DeletedMessage = z.strictObject({
  message_id: z.string(),
  room_id: z.string(),
  deleted: z.literal(1),
});

/** A message in a caller's history. */
export const MessageRow = z.strictObject({
  ...linkedFields,
  entity_id: z.string(),
  seq: positive,
  cursor: z.string(),
  page: positive,
  status: z.literal('active'),
  /** 1: the caller had not read it before this call. */
  is_notify: bit,
  is_readed: bit,
  /**
   * 1: everyone else has read it. Only in rooms small enough for read receipts, and not what is
   * read across a block.
   */
  is_seen: bit,
  my_reactions: z.array(z.string()),
  /** Of the caller's own messages: the idempotency key of the post. */
  echoId: z.string().optional(),
});
export type MessageRow = z.infer<typeof MessageRow>;

/** A reader's pointer in a conversation, and the number of unread messages after it. */
export const ReadMark = z.strictObject({
  message_id: z.string(),
  entity_id: z.string(),
  room_id: z.string(),
  user_id: z.string(),
  ordinal: count,
  unread: count,
});

/**
 * A pinned message. Of one that the caller hid there are only `message_id`, and "DELETED" as its
 * `message`.
 */
export const Pin = z
  .strictObject({
    ...linkedFields,
    entity_id: z.string(),
    seq: positive,
    pinned_by: z.string(),
    pinned_ms: millis,
  })
  .partial()
  .required({ message_id: true, message: true });
export type Pin = z.infer<typeof Pin>;
