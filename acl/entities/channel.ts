import { z } from 'zod';
import { count } from '../language/fields.ts';
import { MessageData } from './message.ts';

/**
 * - `gl`: global, for every member of the hub, created by an admin.
 * - `gr`: a group room.
 * - `dy`: dynamic, created and deleted by the system.
 * - `sy`: for the system only.
 */
export const channelType = z.enum(['gl', 'gr', 'dy', 'sy']);
export type ChannelType = z.infer<typeof channelType>;

/** A channel, as the caller sees it. */
export const Channel = z.strictObject({
  channel_id: z.string(),
  type: channelType,
  /** For `gr`: the id of the group room. */
  sub_id: z.string(),
  /** The channel's room. After channel.connect, chat.* accepts it as entity_id. */
  entity_id: z.string(),
  name: z.string(),
  description: z.string(),
  num_msgs: count,
  /** Number of connected members; null for global channels. */
  listeners: count.nullable(),
  /** Number of messages that it keeps; null: all. */
  history_limit: z.int().nullable(),
  /** Days without a message after which it is deleted; null: never. */
  expire_days: z.int().nullable(),
});
export type Channel = z.infer<typeof Channel>;

/** A message in a channel's history. */
export const ChannelMessage = z.strictObject({ ...MessageData.shape, channel_id: z.string() });
