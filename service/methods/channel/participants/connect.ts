import type { Spec } from '../../../../acl/index.ts';
import { channelToChange, historyStart, isSystem } from '../../../../db/access/channels.ts';
import { StaleRead } from '../../../../db/log/append.ts';
import { lockMembers } from '../../../../db/rows/identity/members.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/participants.ts';
import { addParticipants } from '../../../actions/add-participants.ts';
import type { Handler } from '../../../core/call.ts';
import { describeChannel } from '../channels/describe-channel.ts';
import { recentMessages } from '../messages/channel-messages.ts';

export const connect: Handler<Spec<'channel.connect'>> = async (call) => {
  const { hub, user, input } = call;
  const room = await channelToChange(call, input.channel_id);
  const messages = await recentMessages(call, room, historyStart(call, room), input.limit);
  const channel = await describeChannel(hub, room);
  const isInside = isSystem(call) || (await listParticipantIds(hub, room.id, [user.id])).length > 0;
  if (isInside) {
    // Nothing is written, but messages were read.
    await call.confirm();
    return { channel, messages };
  }
  // Locks the member's row, as hub.remove_member does: a member who is being removed cannot join
  // after the rooms to leave were listed.
  const joining = await lockMembers(hub, [user.id]);
  if (joining.length === 0) throw new StaleRead();
  await addParticipants(call, room, joining, 'channel_id');
  const listeners = channel.listeners === null ? null : room.memberCount;
  return { channel: { ...channel, listeners }, messages };
};
