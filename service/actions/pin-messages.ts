import type { Spec } from '../../acl/index.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import { listHiders } from '../../db/reading/messages/hidden.ts';
import type { MessageView } from '../../db/reading/messages/views.ts';
import { type PinRecord, queuePin, queueUnpins } from '../../db/rows/messages/pins.ts';
import { listReactions, type ReactionView } from '../../db/rows/messages/reactions.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import type { Call } from '../core/call.ts';
import { presentForEvent, presentHidden } from '../present/message.ts';

/** A pin to add or remove: the event to emit, and the write to queue after it. */
export interface PinChange<N extends 'chat.pin' | 'chat.unpin' = 'chat.pin' | 'chat.unpin'> {
  event: Draft<N>;
  queue(): void;
}

type Pinner = Pick<Call<Spec<'chat.pin'>>, 'hub' | 'user' | 'now'>;

/** What the events of pins show besides the messages. */
export interface PinDetails {
  reactions: ReadonlyMap<string, ReactionView[]>;
  /** Who hid a message, or the one that it answers. */
  hiders: ReadonlyMap<string, readonly string[]>;
}

/** Reads what the events of pins show. */
export async function listPinDetails(
  hub: Hub,
  messages: readonly Pick<MessageView, 'id' | 'threadId'>[],
): Promise<PinDetails> {
  const [reactions, hiders] = await Promise.all([
    listReactions(
      hub,
      messages.map(({ id }) => id),
    ),
    listHiders(
      hub,
      messages.flatMap(({ id, threadId }) => (threadId ? [id, threadId] : id)),
    ),
  ]);
  return { reactions, hiders };
}

/** Pins messages of a locked room; the first of them becomes the newest of all its pins. */
export function pinMessages(
  { hub, user, now }: Pinner,
  room: LockedRoom,
  messages: readonly MessageView[],
  pinned: readonly PinRecord[],
  { reactions, hiders }: PinDetails,
): PinChange<'chat.pin'>[] {
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
    const quoted = quote(message, reactions.get(message.id), hiders);
    const data = { ...logged, message: quoted.data };
    const redacted = quoted.redacted.map(({ userIds, data }) => ({
      userIds,
      data: { ...logged, message: data },
    }));
    return {
      event: { name: 'chat.pin', room, data, redacted, messageId: message.id, logged },
      queue: () => queuePin(hub, room.id, pin),
    };
  });
}

/** Returns what the event of a pin shows everyone, and those who hid what it would quote. */
function quote(
  message: MessageView,
  reactions: readonly ReactionView[] | undefined,
  hidersOf: ReadonlyMap<string, readonly string[]>,
) {
  const hiders = hidersOf.get(message.id) ?? [];
  const quoteHiders = hidersOf.get(message.threadId ?? '') ?? [];
  const { data, redacted } = presentForEvent(
    message,
    reactions,
    quoteHiders.filter((id) => !hiders.includes(id)),
  );
  return { data, redacted: [...redacted, { userIds: hiders, data: presentHidden(message.id) }] };
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
  queue: () => queueUnpins(hub, [{ roomId: room.id, id: messageId }]),
});
