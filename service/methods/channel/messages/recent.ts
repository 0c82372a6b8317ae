import type { Spec } from '../../../../acl/index.ts';
import { channelToRead, historyStart } from '../../../../db/access/channels.ts';
import type { Handler } from '../../../core/call.ts';
import { recentMessages } from './channel-messages.ts';

export const recent: Handler<Spec<'channel.recent'>> = async (call) => {
  const { input } = call;
  const room = await channelToRead(call, input.channel_id);
  return recentMessages(call, room, historyStart(call, room), input.limit);
};
