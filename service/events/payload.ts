import type { EventName, EventPayload, SignalName, SignalPayload } from '../../acl/events.ts';
import { defined } from '../../acl/language/defined.ts';
import type { NumberedEvent } from '../../db/log/append.ts';
import { entityOf } from '../../db/rows/rooms/direct-key.ts';
import { isNotified } from './notify.ts';
import type { Signal } from './publication.ts';

/**
 * Returns an event for one receiver. Only `entity_id` and `notify` depend on the receiver, and
 * `data` on whether they hid a message that it quotes.
 */
export function payloadFor<N extends EventName>(
  hubId: string,
  event: NumberedEvent<N>,
  userId: string,
): EventPayload<N> {
  const room = event.room ?? event.about;
  const { name } = event;
  const redacted = event.redacted?.find(({ userIds }) => userIds.includes(userId));
  return {
    name,
    seq: event.seq,
    hub_id: hubId,
    room_id: room?.id ?? null,
    entity_id: room ? entityOf(room, userId) : event.everyone ? hubId : userId,
    actor_id: event.actorId,
    stream: event.stream,
    prev: event.prev,
    ...defined({ echoId: event.echoId }),
    notify: isNotified(event.notify, userId) ? 1 : 0,
    data: redacted?.data ?? event.data,
  };
}

/** Returns a signal for the receivers that address the conversation by `entityId`. */
export const signalFor = <N extends SignalName>(
  hubId: string,
  { data, actorId }: Signal<N>,
  entityId: string,
): SignalPayload<N> => ({
  hub_id: hubId,
  room_id: data.room_id,
  entity_id: entityId,
  actor_id: actorId,
  data,
});
