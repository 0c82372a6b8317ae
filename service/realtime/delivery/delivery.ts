import type { NumberedEvent } from '../../../db/log/append.ts';
import { payloadFor, signalFor } from '../../events/payload.ts';
import type { Cut, Publication, Signal } from '../../events/publication.ts';
import type { Metrics } from '../../metrics.ts';
import { type ChatServer, socketRooms } from '../socket.ts';
import { type Audience, addedBy, audiencesOf, removedBy } from './audience.ts';
import { createFanOut, type FanOut } from './fan-out.ts';
import type { LiveSockets, LiveUser } from './live-sockets.ts';

export interface DeliveryDependencies {
  io: ChatServer;
  live: LiveSockets;
  /** Called with each event before it is sent, for sockets that are not live yet. */
  buffer: (hubId: string, event: NumberedEvent) => void;
  metrics: Pick<Metrics, 'observeEvents'>;
}

/** Returns the function that sends a publication to the sockets of this process. */
export function createDelivery({
  io,
  live,
  buffer,
  metrics,
}: DeliveryDependencies): (publication: Publication) => void {
  const fanOut = createFanOut();
  return ({ hubId, events, cuts, signals }) => {
    for (const event of events) {
      buffer(hubId, event);
      sendEvent(live, fanOut, hubId, event);
    }
    if (events.length > 0) metrics.observeEvents(events.length);
    for (const signal of signals) sendSignal(live, fanOut, hubId, signal);
    for (const cut of cuts) disconnect(io, cut);
  };
}

/** Added users receive the event that adds them, removed users the one that removes them. */
function sendEvent(live: LiveSockets, fanOut: FanOut, hubId: string, event: NumberedEvent): void {
  const roomId = event.room?.id ?? '';
  live.join(hubId, roomId, addedBy(event));
  for (const audience of audiencesOf(event)) {
    const users = findUsers(live, hubId, audience);
    // Nothing is encoded where nobody is connected.
    if (users.size === 0) continue;
    const { name, ...payload } = payloadFor(hubId, event, audience.payloadOf);
    for (const { userIds, notify, data } of exceptionsOf(event)) {
      const excepted = takeOut(users, live, hubId, userIds);
      if (excepted.length > 0) fanOut(excepted, name, { ...payload, notify, data });
    }
    if (users.size > 0) fanOut(users, name, payload);
  }
  live.leave(hubId, roomId, removedBy(event));
}

/** Returns a new set of those users of an audience who have live sockets. */
function findUsers(
  live: LiveSockets,
  hubId: string,
  { everyone, roomId, userIds }: Omit<Audience, 'payloadOf'>,
): Set<LiveUser> {
  if (everyone) return new Set(live.inHub(hubId));
  const users = new Set(roomId === undefined ? [] : live.inRoom(hubId, roomId));
  for (const userId of userIds) {
    const user = live.find(hubId, userId);
    if (user) users.add(user);
  }
  return users;
}

/** Takes those with these ids out of users, and returns them. */
function takeOut(
  users: Set<LiveUser>,
  live: LiveSockets,
  hubId: string,
  userIds: readonly string[],
): LiveUser[] {
  return userIds.flatMap((userId) => {
    const user = live.find(hubId, userId);
    return user && users.delete(user) ? user : [];
  });
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

function sendSignal(live: LiveSockets, fanOut: FanOut, hubId: string, signal: Signal): void {
  const { to, name } = signal;
  const send = (to: Omit<Audience, 'payloadOf'>, entityId: string): void => {
    const users = findUsers(live, hubId, to);
    if (users.size > 0) fanOut(users, name, signalFor(hubId, signal, entityId));
  };
  if ('roomId' in to) {
    send({ roomId: to.roomId, userIds: [] }, to.roomId);
  } else {
    const [a, b] = to.userIds;
    send({ userIds: [a] }, b);
    send({ userIds: [b] }, a);
  }
}

function disconnect(io: ChatServer, { hubId, userId, sessionIds = [] }: Cut): void {
  if (hubId !== undefined && userId !== undefined)
    io.in(socketRooms.member(hubId, userId)).disconnectSockets(true);
  for (const id of sessionIds) io.in(socketRooms.session(id)).disconnectSockets(true);
}
