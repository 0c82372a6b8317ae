import type { EventName, EventPayload, SignalPayload } from '../../acl/events.ts';
import type { NumberedEvent } from '../../db/log/append.ts';
import { entityOf } from '../../db/rows/rooms/rooms.ts';
import { isAlerted } from './notify.ts';
import type { Signal } from './publication.ts';

/** An event as one receiver gets it: only entity_id and notify depend on who he is. */
export function payloadFor(hubId: string, event: NumberedEvent, userId: string): EventPayload {
  const room = event.room ?? event.about;
  return {
    name: event.name as EventName,
    seq: event.seq,
    hub_id: hubId,
    room_id: room?.id ?? null,
    entity_id: room ? entityOf(room, userId) : event.everyone ? hubId : userId,
    actor_id: event.actorId,
    stream: event.stream,
    prev: event.prev,
    ...(event.echoId === undefined ? {} : { echoId: event.echoId }),
    notify: isAlerted(event.alert, userId) ? 1 : 0,
    data: event.data as EventPayload['data'],
  };
}

/** A signal, with the conversation as its receiver addresses it. */
export const signalFor = (
  hubId: string,
  { data, actorId }: Signal,
  entityId: string,
): SignalPayload => ({
  hub_id: hubId,
  room_id: data.room_id,
  entity_id: entityId,
  actor_id: actorId,
  data,
});
