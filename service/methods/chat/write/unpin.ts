import type { Spec } from '../../../../acl/index.ts';
import { roomToUnpin } from '../../../../db/access/messages.ts';
import { unpinMessage } from '../../../actions/pin-messages.ts';
import type { Handler } from '../../../core/call.ts';

export const unpin: Handler<Spec<'chat.unpin'>> = async (call) => {
  const { hub, user, input, emit, lockHubWithNext } = call;
  const { message_id: messageId } = input;
  const { room, entityId, isPinned } = await roomToUnpin(call, messageId, lockHubWithNext);
  if (isPinned) {
    const change = unpinMessage(hub, room, messageId, user.id);
    await emit(change.event);
    change.queue();
  }
  return { message_id: messageId, entity_id: entityId, room_id: room.id, is_pinned: 0 };
};
