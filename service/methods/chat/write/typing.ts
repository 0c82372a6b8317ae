import type { Spec } from '../../../../acl/index.ts';
import { refuseArchived } from '../../../../db/access/archived.ts';
import { roomsToPost } from '../../../../db/access/rooms.ts';
import type { Handler } from '../../../core/call.ts';

export const typing: Handler<Spec<'chat.typing'>> = async (call) => {
  const { user, input, limits, signal, fail } = call;
  const [conversation] = await roomsToPost(call, [input.entity_id], 'ROOM_NOT_FOUND');
  if (!conversation) return fail('ROOM_NOT_FOUND');
  const { entityId, peerId, room } = conversation;
  refuseArchived({ fail }, room);
  const reply = { entity_id: entityId, state: input.state };
  if (!(await limits.allowsSignal(user.id, entityId))) return reply;
  const to = peerId ? { userIds: [user.id, peerId] as const } : { roomId: entityId };
  // A direct room may exist before its first message; until then nobody sees it.
  const directRoomId = room && room.lastOrdinal > 0 ? room.id : null;
  const roomId = peerId ? directRoomId : entityId;
  const data = { room_id: roomId, user_id: user.id, state: input.state };
  signal({ name: 'chat.typing', data, actorId: user.id, to });
  return reply;
};
