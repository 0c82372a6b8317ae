import type { Spec } from '../../../../acl/index.ts';
import { messagesToDelete } from '../../../../db/access/messages.ts';
import { deleteForAll, queueHidden } from '../../../../db/writing/deletions.ts';
import type { Handler } from '../../../core/call.ts';

export const deleteMessages: Handler<Spec<'chat.delete'>> = async (call) => {
  const { hub, user, input, emit, lockHubWithNext, now } = call;
  const { option } = input;
  const ids = [...new Set(input.messages)];
  const { messages, rooms, conversations } = await messagesToDelete(
    call,
    ids,
    option,
    lockHubWithNext,
  );
  if (option === 'all') await deleteForAll(hub, rooms, messages, now);
  else queueHidden(hub, user.id, messages);
  await emit(
    ...messages.flatMap((message) => {
      const room = rooms.get(message.roomId);
      if (!room) return [];
      const data = {
        room_id: message.roomId,
        message_id: message.id,
        author_id: message.authorId,
        ordinal: message.ordinal,
        option,
        deleted: 1 as const,
      };
      const stream = option === 'all' ? { room } : { about: room, targets: [user.id] };
      return { name: 'chat.delete' as const, data, ...stream };
    }),
  );
  const entityIds = new Map(
    messages.map((message) => [message.id, conversations.get(message.roomId)?.entityId ?? '']),
  );
  return ids.map((id) => ({
    message_id: id,
    entity_id: entityIds.get(id) ?? '',
    delete_status: option,
  }));
};
