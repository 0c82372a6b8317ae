import type { Spec } from '../../../../acl/index.ts';
import { channelToRead, partsOf } from '../../../../db/access/channels.ts';
import type { Handler } from '../../../core/call.ts';

export const getId: Handler<Spec<'channel.get_id'>> = async (call) => {
  const { hub, input, fail } = call;
  const channelId = `${hub.id}:${input.type}:${input.sub_id}`;
  // Dynamic and system channels have an id before they are created.
  const needsChannel = input.type === 'gl' || input.type === 'gr';
  if (needsChannel) await channelToRead(call, channelId, 'sub_id');
  else if (!partsOf(hub.id, channelId))
    fail('CHANNEL_NOT_FOUND', 'sub_id: must be 1 to 100 letters, digits, _ or -');
  return { channel_id: channelId };
};
