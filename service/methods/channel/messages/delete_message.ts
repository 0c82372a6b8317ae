import type { Spec } from '../../../../acl/index.ts';
import { channelMessageToChange } from '../../../../db/access/channels.ts';
import { lockMessages } from '../../../../db/rows/messages/messages.ts';
import { deleteForAll } from '../../../../db/writing/deletions.ts';
import type { Handler } from '../../../core/call.ts';

export const deleteMessage: Handler<Spec<'channel.delete_message'>> = async (call) => {
  const { hub, input, emit, now } = call;
  const { message_id: messageId } = input;
  const { room, message } = await channelMessageToChange(call, input, 'delete');
  if (!message) return { message_id: messageId, deleted: 0 };
  await deleteForAll(hub, new Map([[room.id, room]]), await lockMessages(hub, [message.id]), now);
  await emit({
    name: 'chat.delete',
    room,
    data: {
      room_id: room.id,
      message_id: message.id,
      author_id: message.authorId,
      ordinal: message.ordinal,
      option: 'all',
      deleted: 1,
    },
  });
  return { message_id: message.id, deleted: 1 };
};
