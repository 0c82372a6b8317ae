import type { Spec } from '../../../../acl/index.ts';
import { maxPins } from '../../../../acl/language/limits.ts';
import { messagesToChange } from '../../../../db/access/messages.ts';
import { listPins } from '../../../../db/rows/messages/pins.ts';
import { listPinDetails, pinMessages } from '../../../actions/pin-messages.ts';
import type { Call, Handler } from '../../../core/call.ts';

type Pin = Spec<'chat.pin'>;

export const pin: Handler<Pin> = async (call) => {
  const { hub, emit, lockHubWithNext, fail } = call;
  const ids = messageIds(call);
  const { messages, room, entityId, more } = await messagesToChange(call, ids, (seen) => {
    lockHubWithNext();
    return Promise.all([listPins(hub, seen[0].roomId), listPinDetails(hub, seen)]);
  });
  const [pinned, details] = more;
  const added = messages.filter(({ id }) => !pinned.some((one) => one.messageId === id));
  if (pinned.length + added.length > maxPins)
    fail('PIN_LIMIT', `message_id: the conversation already has ${pinned.length} pins`);
  const changes = pinMessages(call, room, added, pinned, details);
  await emit(...changes.map((change) => change.event));
  for (const change of changes) change.queue();
  return { message_id: ids[0] ?? '', entity_id: entityId, room_id: room.id, is_pinned: 1 };
};

function messageIds({ input, fail }: Call<Pin>): string[] {
  const { message_id: id, message_ids: ids = [] } = input;
  const all = [...new Set(id === undefined ? ids : [id, ...ids])];
  return all.length > 0
    ? all
    : fail('INVALID_INPUT', 'message_id: either message_id or message_ids is required');
}
