import type { Pin } from '../../../../acl/entities/message.ts';
import type { Spec } from '../../../../acl/index.ts';
import {
  messagesInSight,
  messagesToChange,
  messageToChange,
  roomToRead,
} from '../../../../db/access/rooms.ts';
import type { MessageView } from '../../../../db/rows/messages/messages.ts';
import {
  listPins,
  type PinRecord,
  queuePin,
  queueUnpin,
} from '../../../../db/rows/messages/pins.ts';
import { type ReactionView, reactionsOf } from '../../../../db/rows/messages/reactions.ts';
import type { LockedRoom } from '../../../../db/rows/rooms/rooms.ts';
import type { Call, Handlers } from '../../../core/call.ts';
import { presentMessage } from '../../../present/message.ts';

const mostPins = 5;

export const pins: Pick<Handlers<'chat'>, 'pin' | 'unpin' | 'pins'> = {
  async pin(call) {
    const { hub, emit, fail } = call;
    const ids = idsOf(call);
    const { messages, room, entityId } = await messagesToChange(call, ids);
    const pinned = await listPins(hub, room.id);
    const added = messages.filter((message) => !pinned.some((pin) => pin.messageId === message.id));
    if (pinned.length + added.length > mostPins)
      fail('PIN_LIMIT', `message_id: the conversation has ${pinned.length} pins`);
    const pinnings = await pin(call, room, added, pinned);
    await emit(...pinnings.map((one) => one.event));
    for (const { record } of pinnings) queuePin(hub, room.id, record);
    return { message_id: ids[0] ?? '', entity_id: entityId, room_id: room.id, is_pinned: 1 };
  },

  async unpin(call) {
    const { hub, user, input, emit } = call;
    const { message, room, entityId } = await messageToChange(call, input.message_id);
    const pinned = await listPins(hub, room.id);
    const reply = {
      message_id: message.id,
      entity_id: entityId,
      room_id: room.id,
      is_pinned: 0 as const,
    };
    if (!pinned.some((pin) => pin.messageId === message.id)) return reply;
    await emit(unpinned(room, message.id, user.id));
    queueUnpin(hub, room.id, message.id);
    return reply;
  },

  async pins(call): Promise<Pin[]> {
    const { hub, input } = call;
    const { room, entityId } = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
    if (!room) return [];
    const pinned = await listPins(hub, room.id);
    const views = await messagesInSight(
      call,
      pinned.map((pin) => pin.messageId),
    );
    const reactions = await reactionsOf(hub, [...views.values()]);
    return pinned.flatMap((pin) => {
      const view = views.get(pin.messageId);
      if (!view) return [];
      return {
        ...presentMessage(view, reactions.get(view.id)),
        entity_id: entityId,
        seq: view.seq,
        pinned_by: pin.userId,
        pinned_ms: pin.pinnedMs,
      };
    });
  },
};

function idsOf({ input, fail }: Call<Spec<'chat.pin'>>): string[] {
  const ids = [
    ...new Set([
      ...(input.message_id === undefined ? [] : [input.message_id]),
      ...(input.message_ids ?? []),
    ]),
  ];
  return ids.length > 0 ? ids : fail('INVALID_INPUT', 'message_id: missing, and no message_ids');
}

type Pinning = Pick<Call<Spec<'chat.pin'>>, 'hub' | 'user' | 'now'>;

/** Messages of a locked room as new pins, the first the newest: what is to be told and written. */
export async function pin(
  { hub, user, now }: Pinning,
  room: LockedRoom,
  messages: readonly MessageView[],
  pinned: readonly PinRecord[],
) {
  const reactions = await reactionsOf(hub, messages);
  // Later than every other, so that they have one order.
  const first = Math.max(now, (pinned[0]?.pinnedMs ?? 0) + 1);
  return [...messages].reverse().map((message, index) => {
    const record: PinRecord = { messageId: message.id, userId: user.id, pinnedMs: first + index };
    return { record, event: pinnedEvent(room, message, record, reactions.get(message.id)) };
  });
}

function pinnedEvent(
  room: LockedRoom,
  message: MessageView,
  { userId, pinnedMs }: PinRecord,
  reactions: readonly ReactionView[] | undefined,
) {
  const about = { room_id: room.id, message_id: message.id, user_id: userId, pinned_ms: pinnedMs };
  return {
    name: 'chat.pin' as const,
    room,
    data: { ...about, message: presentMessage(message, reactions) },
    messageId: message.id,
    logged: about,
  };
}

/** What is to be told of a pin that is taken away. */
export const unpinned = (room: LockedRoom, messageId: string, userId: string) => ({
  name: 'chat.unpin' as const,
  room,
  data: { room_id: room.id, message_id: messageId, user_id: userId },
  messageId,
});
