import { expect } from 'chai';
import type { EventName, EventPayload } from '../../../acl/events.ts';
import type { Member } from '../../support/hub.ts';
import type { Device } from '../../support/socket.ts';

/** Asserts that the device's next event of this name is about the room; returns the event. */
export async function nextInRoom<N extends EventName>(
  device: Device,
  name: N,
  roomId: string,
  actor: Member,
): Promise<EventPayload<N>> {
  const event = await device.next(name);
  expect(event).to.deep.include({
    room_id: roomId,
    entity_id: roomId,
    actor_id: actor.id,
    stream: roomId,
  });
  return event;
}
