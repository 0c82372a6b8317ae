import type { Spec } from '../../../../acl/index.ts';
import { channelToRead } from '../../../../db/access/channels.ts';
import type { Handler } from '../../../core/call.ts';
import { describeChannel } from './describe-channel.ts';

export const info: Handler<Spec<'channel.info'>> = async (call) =>
  describeChannel(call.hub, await channelToRead(call, call.input.channel_id));
