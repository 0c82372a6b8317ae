import { z } from 'zod';
import { bit } from '../language/fields.ts';

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
