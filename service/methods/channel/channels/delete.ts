import type { Spec } from '../../../../acl/index.ts';
import { channelToChange } from '../../../../db/access/channels.ts';
import { closeChannel } from '../../../actions/close-channel.ts';
import type { Handler } from '../../../core/call.ts';

export const deleteChannel: Handler<Spec<'channel.delete'>> = async (call) => {
  const { hub, input, emit, revoke, fail } = call;
  const room = await channelToChange(call, input.channel_id);
  if (room.channelKey === null)
    fail('PERMISSION_DENIED', 'channel_id: a group room cannot be deleted as a channel');
  const events = await closeChannel(hub, room);
  revoke({});
  await emit(...events);
  return { ok: 1 };
};
