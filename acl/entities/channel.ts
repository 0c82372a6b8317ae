import { z } from 'zod';
import { count } from '../language/fields.ts';
import { MessageData } from './message.ts';

/** `gl`: of the whole hub, made by an admin. `gr`: a group room. `dy`: made and deleted by the system. `sy`: the system's own. */
export const channelType = z.literal(['gl', 'gr', 'dy', 'sy']);
export type ChannelType = z.infer<typeof channelType>;
export const Channel = z.strictObject({
  channel_id: z.string(),
  type: channelType,
  /** Of a group room: its id. */
  sub_id: z.string(),
  /** The room that it is: entity_id in chat.*, for whoever has connected. */
  entity_id: z.string(),
  name: z.string(),
  description: z.string(),
  num_msgs: count,
  /** Who has connected; not told of global channels. */
  listeners: count.nullable(),
  /** How many messages it keeps at most; null: any number. */
  history_limit: z.int().nullable(),
  /** After how many days without a message it is deleted; null: never. */
  expire_days: z.int().nullable(),
});
export type Channel = z.infer<typeof Channel>;

/** A message as a channel's history shows it. */
export const ChannelMessage = z.strictObject({ ...MessageData.shape, channel_id: z.string() });
