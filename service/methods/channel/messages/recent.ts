import type { Spec } from '../../../../acl/index.ts';
import { channelToRead } from '../../../../db/access/channels.ts';
import type { Handler } from '../../../core/call.ts';
import { recentMessages } from './channel-messages.ts';

export const recent: Handler<Spec<'channel.recent'>> = async (call) => {
  const { input } = call;
  return recentMessages(call, await channelToRead(call, input.channel_id), input.limit);
};
