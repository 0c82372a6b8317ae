import type { Spec } from '../../acl/index.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import type { MessageView } from '../../db/reading/messages/views.ts';
import { type PinRecord, queuePin, queueUnpin } from '../../db/rows/messages/pins.ts';
import { listReactionsOf } from '../../db/rows/messages/reactions.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import type { Call } from '../core/call.ts';
import { presentMessage } from '../present/message.ts';

/** A pin to add or remove: the event to emit, and the write to queue after it. */
export interface PinChange<N extends 'chat.pin' | 'chat.unpin' = 'chat.pin' | 'chat.unpin'> {
  event: Draft<N>;
  queue(): void;
}

type Pinner = Pick<Call<Spec<'chat.pin'>>, 'hub' | 'user' | 'now'>;

/** Pins messages of a locked room; the first of them becomes the newest of all its pins. */
export async function pinMessages(
  { hub, user, now }: Pinner,
  room: LockedRoom,
  messages: readonly MessageView[],
  pinned: readonly PinRecord[],
): Promise<PinChange<'chat.pin'>[]> {
  const reactions = await listReactionsOf(hub, messages);
  // Pins are ordered by time, so no two may have the same.
  const oldestMs = Math.max(now, (pinned[0]?.pinnedMs ?? 0) + 1);
  return messages.toReversed().map((message, index) => {
    const pin: PinRecord = {
      messageId: message.id,
      userId: user.id,
      pinnedMs: oldestMs + index,
    };
    const logged = {
      room_id: room.id,
      message_id: message.id,
      user_id: user.id,
      pinned_ms: pin.pinnedMs,
    };
    const data = { ...logged, message: presentMessage(message, reactions.get(message.id)) };
    return {
      event: { name: 'chat.pin', room, data, messageId: message.id, logged },
      queue: () => queuePin(hub, room.id, pin),
    };
  });
}

/** Removes the pin of a message of a locked room. */
export const unpinMessage = (
  hub: Hub,
  room: LockedRoom,
  messageId: string,
  userId: string,
): PinChange<'chat.unpin'> => ({
  event: {
    name: 'chat.unpin',
    room,
    data: { room_id: room.id, message_id: messageId, user_id: userId },
    messageId,
  },
  queue: () => queueUnpin(hub, room.id, messageId),
});
