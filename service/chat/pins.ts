import type { Pin } from '../../acl/entities.ts';
import { messagesInSight, messageToChange, roomToRead } from '../../db/loaders.ts';
import { listPins, queuePin, queueUnpin } from '../../db/pins.ts';
import { reactionsOf } from '../../db/reactions.ts';
import type { Handlers } from '../call.ts';
import { presentMessage } from '../present.ts';

const mostPins = 5;

export const pins: Pick<Handlers<'chat'>, 'pin' | 'unpin' | 'pins'> = {
  async pin(call) {
    const { hub, user, input, emit, fail, now } = call;
    const { message, room, entityId } = await messageToChange(call, input.message_id);
    const pinned = await listPins(hub, room.id);
    const reply = { message_id: message.id, entity_id: entityId, room_id: room.id, is_pinned: 1 as const };
    if (pinned.some((pin) => pin.messageId === message.id)) return reply;
    if (pinned.length >= mostPins) fail('PIN_LIMIT', `message_id: the conversation has ${mostPins} pins`);
    // Later than every other, so that they have one order.
    const pinnedMs = Math.max(now, (pinned[0]?.pinnedMs ?? 0) + 1);
    const reactions = (await reactionsOf(hub, [message])).get(message.id);
    const about = { room_id: room.id, message_id: message.id, user_id: user.id, pinned_ms: pinnedMs };
    await emit({
      name: 'chat.pin',
      room,
      data: { ...about, message: presentMessage(message, reactions) },
      messageId: message.id,
      logged: about,
    });
    queuePin(hub, room.id, { messageId: message.id, userId: user.id, pinnedMs });
    return reply;
  },

  async unpin(call) {
    const { hub, user, input, emit } = call;
    const { message, room, entityId } = await messageToChange(call, input.message_id);
    const pinned = await listPins(hub, room.id);
    const reply = { message_id: message.id, entity_id: entityId, room_id: room.id, is_pinned: 0 as const };
    if (!pinned.some((pin) => pin.messageId === message.id)) return reply;
    const data = { room_id: room.id, message_id: message.id, user_id: user.id };
    await emit({ name: 'chat.unpin', room, data, messageId: message.id });
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
