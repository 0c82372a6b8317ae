import type { Output, Spec } from '../../../../acl/index.ts';
import { messageToRead } from '../../../../db/access/messages.ts';
import { countUnread } from '../../../../db/reading/rooms/counts.ts';
import { entityOf } from '../../../../db/rows/rooms/direct-key.ts';
import { findRoom, type RoomRecord } from '../../../../db/rows/rooms/rooms.ts';
import type { MovedPointer } from '../../../actions/read-marks.ts';
import type { Call } from '../../../core/call.ts';

type Acknowledge = Spec<'chat.acknowledge'>;
type MarkUnread = Spec<'chat.mark_unread'>;

/** Moves the caller's read pointer by a message that they can see, and returns where it is now. */
export async function moveReadPointer<C extends Call<Acknowledge> | Call<MarkUnread>>(
  call: C,
  move: (call: C, room: RoomRecord, ordinal: number, messageId: string) => Promise<MovedPointer>,
): Promise<Output<Acknowledge>> {
  const { hub, user, input, fail } = call;
  const message = await messageToRead(call, input.message_id, 'MESSAGE_NOT_FOUND');
  const room = (await findRoom(hub, message.roomId)) ?? fail('MESSAGE_NOT_FOUND');
  const { pointer, announce } = await move(call, room, message.ordinal, message.id);
  const unread = await countUnread(hub, user.id, room.id);
  await announce();
  return {
    message_id: message.id,
    entity_id: entityOf(room, user.id),
    room_id: room.id,
    user_id: user.id,
    ordinal: pointer,
    unread,
  };
}
