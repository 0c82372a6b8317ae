import { z } from 'zod';

export { content } from '../../../acl/language/fields.ts';
/** -1 matches every version. */
export const version = z.int().min(-1);
export const ids = z.array(z.string());

export const Channel = z.object({ channelId: z.string() });
export const ChannelPage = z.object({ channelId: z.string(), maxReturn: z.int().min(0) });
export const ChannelMessage = z.object({ channelId: z.string(), msgId: z.string() });
export const ChannelPost = z.object({
  channelId: z.string(),
  recordInHistory: z.boolean().nullish(),
});

export const ServerCredentials = z.object({
  appId: z.string(),
  serverName: z.string(),
  serverSecret: z.string(),
});
