import type { Pin } from '../../../../acl/entities/message.ts';
import type { Spec } from '../../../../acl/index.ts';
import { messagesInSight } from '../../../../db/access/messages.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { listHidden } from '../../../../db/reading/messages/hidden.ts';
import { listPins } from '../../../../db/rows/messages/pins.ts';
import { listReactionsOf } from '../../../../db/rows/messages/reactions.ts';
import type { Handler } from '../../../core/call.ts';
import { presentHidden, presentPin } from '../../../present/message.ts';

export const pins: Handler<Spec<'chat.pins'>> = async (call) => {
  const { hub, user, input } = call;
  const { room, entityId } = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
  if (!room) return [];
  const pinned = await listPins(hub, room.id);
  const ids = pinned.map((pin) => pin.messageId);
  const views = await messagesInSight(call, ids);
  const [reactions, hidden] = await Promise.all([
    listReactionsOf(hub, [...views.values()]),
    listHidden(
      hub,
      user.id,
      ids.filter((id) => !views.has(id)),
    ),
  ]);
  return pinned.flatMap((pin): Pin | [] => {
    const view = views.get(pin.messageId);
    if (view) return presentPin(pin, view, reactions.get(view.id), entityId);
    return hidden.has(pin.messageId) ? presentHidden(pin.messageId) : [];
  });
};
