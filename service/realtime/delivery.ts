import type { NumberedEvent } from '../../db/log/append.ts';
import { payloadFor, signalFor } from '../events/payload.ts';
import type { Cut, Publication, Signal } from '../events/publication.ts';
import type { Metrics } from '../metrics.ts';
import { addedBy, audiencesOf, removedBy } from './audience.ts';
import { type ChatServer, socketRooms } from './socket.ts';

/** Returns the function that sends a publication to the sockets of this process. */
export function createDelivery(
  io: ChatServer,
  /** Called with each event before it is sent, for sockets that are not live yet. */
  buffer: (hubId: string, event: NumberedEvent) => void,
  metrics: Pick<Metrics, 'observeEvents'>,
): (publication: Publication) => void {
  return ({ hubId, events, cuts, signals }) => {
    for (const event of events) {
      buffer(hubId, event);
      sendEvent(io, hubId, event);
    }
    if (events.length > 0) metrics.observeEvents(events.length);
    for (const signal of signals) sendSignal(io, hubId, signal);
    for (const cut of cuts) disconnect(io, cut);
  };
}

/** Added users receive the event that adds them, removed users the one that removes them. */
function sendEvent(io: ChatServer, hubId: string, event: NumberedEvent): void {
  const chatRoom = socketRooms.chat(hubId, event.room?.id ?? '');
  for (const userId of addedBy(event)) io.in(socketRooms.user(hubId, userId)).socketsJoin(chatRoom);
  for (const { userId, rooms } of audiencesOf(hubId, event)) {
    // Nothing is encoded for rooms without sockets.
    if (!rooms.some((room) => io.sockets.adapter.rooms.has(room))) continue;
    const { name, ...payload } = payloadFor(hubId, event, userId);
    for (const { sockets, notify } of splitByNotify(io, hubId, event, rooms, payload.notify))
      sockets.emit(name, { ...payload, notify });
  }
  for (const userId of removedBy(event))
    io.in(socketRooms.user(hubId, userId)).socketsLeave(chatRoom);
}

/**
 * In a group `notify` is the same for all but the few users that the event names. They are sent
 * their own copy; being named implies that they are in the room.
 */
function splitByNotify(
  io: ChatServer,
  hubId: string,
  { notify: named, room }: NumberedEvent,
  rooms: string[],
  ownNotify: 0 | 1,
): { sockets: ReturnType<ChatServer['to']>; notify: 0 | 1 }[] {
  if (!named || !room || room.directKey) return [{ sockets: io.to(rooms), notify: ownNotify }];
  const isForNamed = 'only' in named;
  const namedRooms = (isForNamed ? named.only : named.allBut).map((userId) =>
    socketRooms.user(hubId, userId),
  );
  const others = { sockets: io.to(rooms).except(namedRooms), notify: isForNamed ? 0 : 1 } as const;
  if (namedRooms.length === 0) return [others];
  return [others, { sockets: io.to(namedRooms), notify: isForNamed ? 1 : 0 }];
}

function sendSignal(io: ChatServer, hubId: string, signal: Signal): void {
  const { to, name } = signal;
  const send = (room: string, entityId: string) =>
    io.to(room).emit(name, signalFor(hubId, signal, entityId));
  if ('roomId' in to) {
    send(socketRooms.chat(hubId, to.roomId), to.roomId);
  } else {
    const [a, b] = to.userIds;
    send(socketRooms.user(hubId, a), b);
    send(socketRooms.user(hubId, b), a);
  }
}

function disconnect(io: ChatServer, { hubId, userId, sessionIds = [] }: Cut): void {
  if (hubId !== undefined && userId !== undefined)
    io.in(socketRooms.member(hubId, userId)).disconnectSockets(true);
  for (const id of sessionIds) io.in(socketRooms.session(id)).disconnectSockets(true);
}
