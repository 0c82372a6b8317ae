import type { Output, Spec } from '../../../../acl/index.ts';
import { messageToRead } from '../../../../db/access/messages.ts';
import type { VisibleMessage } from '../../../../db/reading/messages/views.ts';
import { countUnreadAfter } from '../../../../db/reading/rooms/counts.ts';
import { entityOf } from '../../../../db/rows/rooms/direct-key.ts';
import type { MovedPointer } from '../../../actions/read-marks.ts';
import type { Call } from '../../../core/call.ts';

type Acknowledge = Spec<'chat.acknowledge'>;
type MarkUnread = Spec<'chat.mark_unread'>;

/** How a read pointer moves by a message. */
interface Move<C> {
  /** Returns the bound of the pointer that the message at an ordinal sets. */
  bound(ordinal: number): Parameters<typeof countUnreadAfter>[3];
  /** Asks for all locks in the turn in which it is called. */
  move(call: C, message: VisibleMessage): Promise<MovedPointer>;
}

/** Moves the caller's read pointer by a message that they can see, and returns where it is now. */
export async function moveReadPointer<C extends Call<Acknowledge> | Call<MarkUnread>>(
  call: C,
  { move, bound }: Move<C>,
): Promise<Output<Acknowledge>> {
  const { hub, user, input } = call;
  const message = await messageToRead(call, input.message_id, 'MESSAGE_NOT_FOUND');
  const { id, roomId, directKey, ordinal } = message;
  const [{ pointer, announce }, unread] = await Promise.all([
    move(call, message),
    countUnreadAfter(hub, user.id, roomId, bound(ordinal)),
  ]);
  await announce();
  return {
    message_id: id,
    entity_id: entityOf({ id: roomId, directKey }, user.id),
    room_id: roomId,
    user_id: user.id,
    ordinal: pointer,
    unread,
  };
}
