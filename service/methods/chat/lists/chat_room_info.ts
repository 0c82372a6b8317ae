import type { Spec } from '../../../../acl/index.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { listPage } from '../../../../db/reading/rooms/conversation-list.ts';
import { roomOfEntity } from '../../../../db/reading/rooms/conversations.ts';
import { listTagIds } from '../../../../db/rows/hubs/tag-map.ts';
import { hasBlocked } from '../../../../db/rows/identity/blocks.ts';
import type { Handler } from '../../../core/call.ts';
import { emptyConversation } from '../../../present/room.ts';
import { presentRows } from './list-conversations.ts';

export const chatRoomInfo: Handler<Spec<'chat.chat_room_info'>> = async (call) => {
  const { hub, user, input, fail, now } = call;
  const room = roomOfEntity(hub, user.id, input.key);
  const [conversation, listed, tags] = await Promise.all([
    roomToRead(call, input.key, 'ROOM_NOT_FOUND', 'key'),
    listPage(hub, user.id, { room, limit: 1 }),
    listTagIds(hub, user.id, [input.key]),
  ]);
  const rows = conversation.room
    ? listed
    : [emptyConversation(conversation.peer, await hasBlocked(hub, user.id, conversation.peerId))];
  const [row] = presentRows(rows, { hubId: hub.id, tags, page: 1, now });
  return row ?? fail('ROOM_NOT_FOUND');
};
