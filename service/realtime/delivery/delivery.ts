import type { NumberedEvent } from '../../../db/log/append.ts';
import { payloadFor, signalFor } from '../../events/payload.ts';
import type { Cut, Publication, Signal } from '../../events/publication.ts';
import type { Metrics } from '../../metrics.ts';
import { type ChatServer, socketRooms } from '../socket.ts';
import { addedBy, audiencesOf, removedBy } from './audience.ts';
import { createFanOut, type FanOut } from './fan-out.ts';

/** Returns the function that sends a publication to the sockets of this process. */
export function createDelivery(
  io: ChatServer,
  /** Called with each event before it is sent, for sockets that are not live yet. */
  buffer: (hubId: string, event: NumberedEvent) => void,
  metrics: Pick<Metrics, 'observeEvents'>,
): (publication: Publication) => void {
  const fanOut = createFanOut(io);
  return ({ hubId, events, cuts, signals }) => {
    for (const event of events) {
      buffer(hubId, event);
      sendEvent(io, fanOut, hubId, event);
    }
    if (events.length > 0) metrics.observeEvents(events.length);
    for (const signal of signals) sendSignal(fanOut, hubId, signal);
    for (const cut of cuts) disconnect(io, cut);
  };
}

/** Added users receive the event that adds them, removed users the one that removes them. */
function sendEvent(io: ChatServer, fanOut: FanOut, hubId: string, event: NumberedEvent): void {
  const chatRoom = socketRooms.chat(hubId, event.room?.id ?? '');
  for (const userId of addedBy(event)) io.in(socketRooms.user(hubId, userId)).socketsJoin(chatRoom);
  for (const { userId, rooms } of audiencesOf(hubId, event)) {
    // Nothing is encoded for rooms without sockets.
    if (!fanOut.reaches(rooms)) continue;
    const { name, ...payload } = payloadFor(hubId, event, userId);
    const exceptions = exceptionsOf(event);
    const roomsOf = ({ userIds }: Exception) => userIds.map((id) => socketRooms.user(hubId, id));
    fanOut.send(rooms, name, payload, exceptions.flatMap(roomsOf));
    for (const exception of exceptions) {
      const { notify, data } = exception;
      fanOut.send(roomsOf(exception), name, { ...payload, notify, data });
    }
  }
  for (const userId of removedBy(event))
    io.in(socketRooms.user(hubId, userId)).socketsLeave(chatRoom);
}

/** Users who get an event of a group in another form than the others. */
interface Exception {
  userIds: readonly string[];
  notify: 0 | 1;
  data: NumberedEvent['data'];
}

/**
 * In a group everyone gets the same, but for the few users that the event names: whom it notifies,
 * or does not, and who hid a message that it quotes. All of them are participants.
 */
function exceptionsOf({ notify, room, data, redacted = [] }: NumberedEvent): Exception[] {
  if (!room || room.directKey) return [];
  const isForNamed = notify !== undefined && 'only' in notify;
  const named = new Set(notify && ('only' in notify ? notify.only : notify.allBut));
  const hiders = new Set(redacted.flatMap(({ userIds }) => userIds));
  const ofNamed = isForNamed ? 1 : 0;
  const ofOthers = notify === undefined || isForNamed ? 0 : 1;
  const exceptions: Exception[] = [
    { userIds: [...named].filter((id) => !hiders.has(id)), notify: ofNamed, data },
  ];
  for (const { userIds, data } of redacted)
    exceptions.push(
      { userIds: userIds.filter((id) => named.has(id)), notify: ofNamed, data },
      { userIds: userIds.filter((id) => !named.has(id)), notify: ofOthers, data },
    );
  return exceptions.filter(({ userIds }) => userIds.length > 0);
}

function sendSignal(fanOut: FanOut, hubId: string, signal: Signal): void {
  const { to, name } = signal;
  const send = (room: string, entityId: string) =>
    fanOut.send([room], name, signalFor(hubId, signal, entityId));
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
