import { z } from 'zod';
import { bit, count, millis, positive, seconds } from '../language/fields.ts';
import { Card, names } from './member.ts';

/**
 * What notifies a member in one conversation. `default`: what their settings in the hub say. `all`:
 * every message. `mentions`: messages that mention them. `none`: nothing.
 */
export const notifyLevel = z.literal(['default', 'all', 'mentions', 'none']);
export type NotifyLevel = z.infer<typeof notifyLevel>;
/** A level that differs from what holds in the hub. */
export type ChosenLevel = Exclude<NotifyLevel, 'default'>;

const notifying = {
  notify_level: notifyLevel,
  /** When the level becomes `default` again; null: never. */
  notify_until_ms: millis.nullable(),
};

export const visibility = z.literal(['private', 'public']);

/** A conversation in the caller's lists. */
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
  /** Time of the last post, or of the room's creation. */
  last_activity: seconds,
  last_activity_ms: millis,
  unread_count: count,
  is_archived: bit,
  is_blocked: bit,
  status: z.literal(['active', 'archived']),
  tag_ids: z.array(z.string()),
  ...notifying,
  /** The caller's read pointer: the ordinal of the last message they have read. */
  pointer: count,
  /** The ordinal of the conversation's last message. */
  last_ordinal: count,
  page: positive,
  cursor: z.string(),
});
export type RoomRow = z.infer<typeof RoomRow>;

/** A participant of a group room. */
export const Participant = z.strictObject({
  user_id: z.string(),
  ...names,
  is_owner: bit,
  pointer: count,
  ctime: seconds,
  cursor: z.string(),
});

/** A group room, independent of who looks at it. */
export const RoomInfo = z.strictObject({
  entity_id: z.string(),
  room_id: z.string(),
  name: z.string(),
  description: z.string(),
  created_by: z.string(),
  ctime: seconds,
  owner_ids: z.array(z.string()),
  member_count: count,
  /** `public`: every member of the hub may find it and join. */
  visibility,
  is_archived: bit,
  /** 1: keys and the operator may read the room's messages, from the time it was set on. */
  system_access: bit,
  /** The room's id in the application that embeds the hub. */
  external_id: z.string().nullable(),
  /** 1: a key or the operator made the room, and may change it. */
  made_by_key: bit,
});
export type RoomInfo = z.infer<typeof RoomInfo>;

/** A member's unread messages over all their conversations. */
export const Counters = z.strictObject({
  total_cnt: count,
  contact_chat_cnt: count,
  share_chat_cnt: count,
  archive_chat_cnt: count,
  head_chat_cnt: count,
  support_cnt: z.literal(0),
});
export type Counters = z.infer<typeof Counters>;

export const RoomWithUsers = z.strictObject({
  ...RoomInfo.shape,
  user_ids: z.array(z.string()),
  users: z.array(Card),
});

/** Whether a conversation is archived, for the caller or for everyone in it. */
export const ConversationStatus = z.strictObject({
  entity_id: z.string(),
  status: z.literal(['archived', 'active']),
  for: z.literal(['me', 'all']),
  is_archived: bit,
});

/** What notifies the caller in a conversation. */
export const ConversationNotify = z.strictObject({ entity_id: z.string(), ...notifying });
