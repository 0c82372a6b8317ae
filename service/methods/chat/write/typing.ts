import type { Output, Spec } from '../../../../acl/index.ts';
import { roomsToPost } from '../../../../db/access/rooms.ts';
import type { Call } from '../../../core/call.ts';

type Typing = Spec<'chat.typing'>;

/** Told to who is there, kept nowhere. In a direct conversation also before its first message. */
export async function typing(call: Call<Typing>): Promise<Output<Typing>> {
  const { user, input, limits, signal, fail } = call;
  const [conversation] = await roomsToPost(call, [input.entity_id], 'ROOM_NOT_FOUND');
  if (!conversation) return fail('ROOM_NOT_FOUND');
  const { entityId, peerId, room } = conversation;
  if (room?.archived) fail('ROOM_ARCHIVED', 'entity_id: the room is archived for all');
  const reply = { entity_id: entityId, state: input.state };
  if (!(await limits.signal(user.id, entityId))) return reply;
  const to = peerId ? { userIds: [user.id, peerId] as const } : { roomId: entityId };
  // A direct room is made before its first message is: until that is there it shows nowhere.
  const roomId = room && room.lastOrdinal > 0 ? room.id : null;
  const data = { room_id: peerId ? roomId : entityId, user_id: user.id, state: input.state };
  signal({ name: 'chat.typing', data, actorId: user.id, to });
  return reply;
}
