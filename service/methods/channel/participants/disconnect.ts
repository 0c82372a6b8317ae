import type { Spec } from '../../../../acl/index.ts';
import { channelToChange } from '../../../../db/access/channels.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/participants.ts';
import { removeParticipants } from '../../../actions/remove-participants.ts';
import type { Handler } from '../../../core/call.ts';

export const disconnect: Handler<Spec<'channel.disconnect'>> = async (call) => {
  const { hub, user, input, emit, revoke, fail } = call;
  const room = await channelToChange(call, input.channel_id);
  if (room.channelKey === null)
    fail('PERMISSION_DENIED', 'channel_id: use room.remove to leave a group room');
  if ((await listParticipantIds(hub, room.id, [user.id])).length > 0) {
    const events = await removeParticipants(hub, [room], [user.id]);
    revoke({});
    await emit(...events);
  }
  return { ok: 1 };
};
