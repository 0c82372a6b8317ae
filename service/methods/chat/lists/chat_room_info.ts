import type { Spec } from '../../../../acl/index.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { listPage } from '../../../../db/reading/rooms/conversation-list.ts';
import { hasBlocked } from '../../../../db/rows/identity/blocks.ts';
import type { Handler } from '../../../core/call.ts';
import { emptyConversation } from '../../../present/room.ts';
import { conversationRows } from './list-conversations.ts';

export const chatRoomInfo: Handler<Spec<'chat.chat_room_info'>> = async (call) => {
  const { hub, user, input, fail } = call;
  const conversation = await roomToRead(call, input.key, 'ROOM_NOT_FOUND', 'key');
  const listed = conversation.room
    ? await listPage(hub, user.id, { roomId: conversation.room.id, limit: 1 })
    : [emptyConversation(conversation.peer, await hasBlocked(hub, user.id, conversation.peerId))];
  const [row] = await conversationRows(hub, user.id, listed);
  return row ?? fail('ROOM_NOT_FOUND');
};
