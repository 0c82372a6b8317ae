import type { Spec } from '../../../../acl/index.ts';
import { channelMessageToRead } from '../../../../db/access/channels.ts';
import type { Handler } from '../../../core/call.ts';
import { channelMessages } from './channel-messages.ts';

export const getMessage: Handler<Spec<'channel.get_message'>> = async (call) => {
  const { hub, input, fail } = call;
  const { room, message } = await channelMessageToRead(call, input.channel_id, input.message_id);
  const [row] = await channelMessages(hub, room, [message]);
  return row ?? fail('MESSAGE_NOT_FOUND');
};
