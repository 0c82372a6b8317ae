import { z } from 'zod';
import { bit, millis } from '../language/fields.ts';

/** A hub's settings. */
export const HubSettings = z.strictObject({
  /** Days after which a message is deleted for everyone. */
  message_retention_days: z.int(),
  reactions_enabled: bit,
});
export type HubSettings = z.infer<typeof HubSettings>;

export const mobileNotifications = z.literal(['always', 'only_when_inactive']);

/**
 * A member's notification settings in one hub. They decide only `notify` of an event; the member
 * receives every event regardless, and unread messages are counted as ever.
 */
export const UserSettings = z.strictObject({
  user_id: z.string(),
  /** 1: no event notifies. */
  muted: bit,
  /** When `muted` becomes 0 again; null: never, or it is 0 already. */
  muted_until_ms: millis.nullable(),
  /** 1: only mentions and direct messages notify, where chat.notify has not set another level. */
  mentions_only: bit,
  /** 1: reactions to the member's own messages notify. */
  notify_on_reactions: bit,
  /** For an external push service; the chat itself does not use it. */
  mobile_notifications: mobileNotifications,
});
export type UserSettings = z.infer<typeof UserSettings>;
