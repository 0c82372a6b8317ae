import type { Spec } from '../../../../acl/index.ts';
import { messagesInSight } from '../../../../db/access/messages.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { listPins } from '../../../../db/rows/messages/pins.ts';
import { listReactionsOf } from '../../../../db/rows/messages/reactions.ts';
import type { Handler } from '../../../core/call.ts';
import { presentPin } from '../../../present/message.ts';

export const pins: Handler<Spec<'chat.pins'>> = async (call) => {
  const { hub, input } = call;
  const { room, entityId } = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
  if (!room) return [];
  const pinned = await listPins(hub, room.id);
  const ids = pinned.map((pin) => pin.messageId);
  const views = await messagesInSight(call, ids);
  const reactions = await listReactionsOf(hub, [...views.values()]);
  return pinned.flatMap((pin) => {
    const view = views.get(pin.messageId);
    return view ? presentPin(pin, view, reactions.get(view.id), entityId) : [];
  });
};
