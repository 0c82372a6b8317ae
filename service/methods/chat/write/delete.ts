import type { Output, Spec } from '../../../../acl/index.ts';
import { messagesToDelete } from '../../../../db/access/rooms.ts';
import { buryMessages, hideMessages } from '../../../../db/rows/messages/messages.ts';
import type { Call } from '../../../core/call.ts';

type Delete = Spec<'chat.delete'>;

export async function deleteMessages(call: Call<Delete>): Promise<Output<Delete>> {
  const { hub, user, input, emit, now } = call;
  const { option } = input;
  const ids = [...new Set(input.messages)];
  const { messages, rooms, conversations } = await messagesToDelete(call, ids, option);
  if (option === 'all') await buryMessages(hub, rooms, messages, now);
  else await hideMessages(hub, user.id, messages);
  await emit(
    ...messages.flatMap((message) => {
      const room = rooms.get(message.roomId);
      if (!room) return [];
      const { id, authorId, ordinal, roomId } = message;
      const data = {
        room_id: roomId,
        message_id: id,
        author_id: authorId,
        ordinal,
        option,
        deleted: 1 as const,
      };
      return {
        name: 'chat.delete' as const,
        data,
        ...(option === 'all' ? { room } : { about: room, targets: [user.id] }),
      };
    }),
  );
  const entities = new Map(
    messages.map((message) => [message.id, conversations.get(message.roomId)?.entityId ?? '']),
  );
  return ids.map((id) => ({
    message_id: id,
    entity_id: entities.get(id) ?? '',
    delete_status: option,
  }));
}
