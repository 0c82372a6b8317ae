import type { Spec } from '../../../../acl/index.ts';
import { roomToRead } from '../../../../db/access/rooms.ts';
import { listPinned } from '../../../../db/reading/messages/history.ts';
import { listReactionsOf } from '../../../../db/rows/messages/reactions.ts';
import type { Handler } from '../../../core/call.ts';
import { presentHidden, presentPin } from '../../../present/message.ts';
import { createLinks } from '../../../secrets/file-links.ts';

export const pins: Handler<Spec<'chat.pins'>> = async (call) => {
  const { hub, user, input } = call;
  const [{ room, entityId }, pinned] = await Promise.all([
    roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND'),
    listPinned(hub, user.id, input.entity_id),
  ]);
  if (!room) return [];
  const reactions = await listReactionsOf(hub, pinned);
  const link = createLinks(call);
  return pinned.map((pin) =>
    pin.isHidden
      ? presentHidden(pin.id)
      : presentPin(pin, reactions.get(pin.id), { entityId, link }),
  );
};
