import { setTimeout as sleep } from 'node:timers/promises';
import { protocol, type Ready } from '../../acl/events.ts';
import { RateLimited, ServiceError } from '../../acl/language/errors.ts';
import { jsonBytesOf } from '../../acl/language/size.ts';
import { createGathering } from '../../db/connection/batches.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { inHub, transact } from '../../db/connection/transaction.ts';
import type { NumberedEvent } from '../../db/log/append.ts';
import { findLogBounds } from '../../db/log/read.ts';
import { type Join, listJoins } from '../../db/reading/rooms/participants.ts';
import { payloadFor } from '../events/payload.ts';
import type { Publisher } from '../events/publisher.ts';
import { syncPage } from '../events/replay.ts';
import type { Limits } from '../limits/limits.ts';
import type { Connections } from './connections.ts';
import { isReceiver, type JoinedRooms, updateRooms } from './delivery/audience.ts';
import type { LiveSockets } from './delivery/live-sockets.ts';
import { type Handshake, parseSince } from './handshake.ts';
import { maxUnsentBytes } from './outflow.ts';
import type { SessionEnds } from './session-ends.ts';
import { type ChatSocket, type SocketUser, socketRooms } from './socket.ts';

export interface CatchUpDependencies {
  pool: Pool;
  publisher: Pick<Publisher, 'drained'>;
  connections: Pick<Connections, 'unsentBytes'>;
  handshake: Pick<Handshake, 'confirm'>;
  limits: Pick<Limits, 'billOf' | 'countUserCall' | 'queues'>;
  live: Pick<LiveSockets, 'add'>;
  sessionEnds: Pick<SessionEnds, 'watch'>;
  /** Unix milliseconds. */
  clock: () => number;
}

/**
 * Brings new sockets up to date without a gap. A socket first catches up: it is sent the events
 * since the seq it named, while events published meanwhile are buffered for it. Then, in one step
 * without an await, it is sent the buffer, becomes one of the live sockets, and is sent `ready`.
 */
export interface CatchUp {
  /** Makes the socket live. Rejects where it may not be, or does not read; it is cut then. */
  run(socket: ChatSocket): Promise<void>;
  /** Keeps a published event for the hub's sockets that are catching up. */
  buffer(hubId: string, event: NumberedEvent): void;
  /** Forgets a socket that has disconnected. */
  forget(socket: ChatSocket): void;
}

/** The seq up to which a socket was sent its events, and whether that was possible. */
type Replayed = Pick<Ready, 'seq' | 'recovered'>;

const eventsPerPage = 500;
const readWithinMs = 5000;
/** About what the fields of an event beside its data take. */
const addressBytes = 500;

export function createCatchUp({
  pool,
  publisher,
  connections,
  handshake,
  limits,
  live,
  sessionEnds,
  clock,
}: CatchUpDependencies): CatchUp {
  /** The sockets that are catching up; the others are live. */
  const buffers = new Map<ChatSocket, Buffered>();
  const placeOf = createPlaces(pool, publisher);

  async function run(socket: ChatSocket): Promise<void> {
    const buffered: Buffered = { events: [], bytes: 0, droppedSeq: 0 };
    void socket.join(revocableRooms(socket.data));
    buffers.set(socket, buffered);
    // From here on a revocation cuts the socket; one since the handshake is found by this check.
    await handshake.confirm(socket);
    sessionEnds.watch(socket);

    const since = parseSince(socket);
    const replayFrom = (seq: number) =>
      replay({ pool, connections, limits, clock }, socket, seq, buffered);
    let place = await placeOf(socket.data);
    const isAtEnd = since === place.seq && since >= place.floor;
    let replayed: Replayed = { seq: place.seq, recovered: isAtEnd };
    if (since !== undefined && !isAtEnd) {
      replayed = await replayFrom(since);
      place = await placeOf(socket.data);
    }
    while (buffered.droppedSeq > replayed.seq) {
      const { seq } = await replayFrom(replayed.seq);
      replayed = { ...replayed, seq };
      place = await placeOf(socket.data);
    }
    // Nothing is awaited from here to the end, so no event is published in between.
    buffers.delete(socket);
    if (!socket.connected) return;
    const groups = place.joins.filter(({ kind }) => kind !== 'direct');
    const rooms = new Map(groups.map(({ roomId, joinedSeq }) => [roomId, joinedSeq]));
    const seq = sendBuffered(socket, replayed.seq, rooms, buffered.events);
    live.add(socket, [...rooms.keys()]);
    sendReady(socket, { ...replayed, seq });
  }

  return {
    run,
    buffer(hubId, event) {
      for (const [socket, buffered] of buffers)
        if (socket.data.hubId === hubId) addTo(buffered, event);
    },
    forget: (socket) => void buffers.delete(socket),
  };
}

/**
 * Sends the events after a seq, page by page as the client reads them. Pages of a user are read one
 * at a time, and charged by their bytes; the first is counted by the handshake.
 */
async function replay(
  {
    pool,
    connections,
    limits,
    clock,
  }: Pick<CatchUpDependencies, 'pool' | 'connections' | 'limits' | 'clock'>,
  socket: ChatSocket,
  since: number,
  buffered: Buffered,
): Promise<Replayed> {
  const { hubId, userId } = socket.data;
  const continues = (): void => {
    if (!socket.connected) throw new ServiceError('UNAVAILABLE');
  };
  for (let from = since; ; ) {
    const page = await limits.queues.replays.run({ hubId, userId }, async () => {
      continues();
      const paging = { userId, since: from, limit: eventsPerPage, continues };
      const query = { ...paging, now: clock() };
      const read = await transact(pool, (tx) => syncPage(inHub(tx, hubId), query), {
        hubId,
        userId,
      });
      for (const { name, ...payload } of read.events) socket.emit(name, payload);
      return read;
    });
    const { events, seq, more, recovered } = page;
    await limits.billOf({ userId, hubId }).returned(jsonBytesOf(events));
    await drained(socket, connections);
    dropUpTo(seq, buffered);
    if (!more || !recovered) return { seq, recovered };
    from = seq;
    await countCall(socket, limits);
  }
}

/** Counts a call of the socket's user, once the limit allows it. */
async function countCall(socket: ChatSocket, limits: Pick<Limits, 'countUserCall'>): Promise<void> {
  for (;;)
    try {
      return await limits.countUserCall(socket.data.userId);
    } catch (error) {
      if (!(error instanceof RateLimited) || !socket.connected) throw error;
      await sleep(error.retryAfter * 1000, undefined, { ref: false });
    }
}

/** The rooms of a user, and the bounds of the hub's log, which are read before them. */
interface Place {
  seq: number;
  floor: number;
  joins: readonly Join[];
}

/**
 * Returns a function that reads the place of a user; it resolves once no event that was read by
 * then is published any more.
 */
function createPlaces(pool: Pool, publisher: CatchUpDependencies['publisher']) {
  const read = createGathering((users: readonly SocketUser[]) => readPlaces(pool, users));
  return async (user: SocketUser): Promise<Place> => {
    const place = await read(user);
    // Events that were read before may be published still: a live socket would get them twice.
    await publisher.drained(user.hubId);
    return place;
  };
}

/** Reads the places of users, in their order: of each hub once, in one round trip. */
function readPlaces(pool: Pool, users: readonly SocketUser[]): Promise<Place[]> {
  const hubIds = [...new Set(users.map(({ hubId }) => hubId))];
  return transact(
    pool,
    async (tx) => {
      const found = hubIds.map(async (hubId) => {
        const hub = inHub(tx, hubId);
        const userIds = new Set(users.flatMap((one) => (one.hubId === hubId ? one.userId : [])));
        const [bounds, joins] = await Promise.all([
          findLogBounds(hub),
          listJoins(hub, [...userIds]),
        ]);
        return [hubId, { ...bounds, joins }] as const;
      });
      const byHub = new Map(await Promise.all(found));
      return users.map(({ hubId, userId }) => {
        const { seq = 0, floor = 0, joins = [] } = byHub.get(hubId) ?? {};
        return { seq, floor, joins: joins.filter((join) => join.userId === userId) };
      });
    },
    'lookup',
  );
}

/**
 * Resolves once the client has taken what it was sent, so that a client that does not read costs
 * no more memory than a page. Rejects with UNAVAILABLE if it takes nothing for some seconds.
 */
async function drained(
  socket: ChatSocket,
  connections: CatchUpDependencies['connections'],
): Promise<void> {
  let left = Number.POSITIVE_INFINITY;
  let tookMs = performance.now();
  for (;;) {
    const unsent = connections.unsentBytes(socket.conn);
    if (unsent === 0) return;
    if (unsent < left) tookMs = performance.now();
    left = unsent;
    if (!socket.connected || performance.now() > tookMs + readWithinMs)
      throw new ServiceError('UNAVAILABLE', ['since: the client does not read']);
    await sleep(10);
  }
}

/** The rooms by which a socket is cut; joined first, so that it can be cut at any moment. */
const revocableRooms = ({ hubId, userId, caller }: SocketUser): string[] => [
  socketRooms.member(hubId, userId),
  ...[caller.sessionId, caller.keyId, caller.jwtHash].flatMap((id) =>
    id === null ? [] : socketRooms.session(id),
  ),
];

/**
 * Sends the buffered events after a seq that are for the user, and applies them to the user's
 * rooms. Returns the seq up to which the socket now has its events.
 */
function sendBuffered(
  socket: ChatSocket,
  seq: number,
  rooms: JoinedRooms,
  buffered: readonly NumberedEvent[],
): number {
  const { hubId, userId } = socket.data;
  const missed = buffered.filter((event) => event.seq > seq);
  for (const event of missed) {
    if (isReceiver(event, userId, rooms)) {
      const { name, ...payload } = payloadFor(hubId, event, userId);
      socket.emit(name, payload);
    }
    updateRooms(event, userId, rooms);
  }
  return missed.at(-1)?.seq ?? seq;
}

function sendReady(socket: ChatSocket, replayed: Replayed): void {
  const { hubId, userId } = socket.data;
  const ready: Ready = { protocol, hub_id: hubId, user_id: userId, ...replayed };
  socket.emit('ready', ready);
}

/** The events that were published while a socket catches up. */
interface Buffered {
  events: NumberedEvent[];
  /** Their approximate size. */
  bytes: number;
  /** The last event that was dropped because too much waited: up to it the log is read. */
  droppedSeq: number;
}

/** Adds an event. If too much waits already, drops it; one event is never too much. */
function addTo(buffered: Buffered, event: NumberedEvent): void {
  if (buffered.bytes > maxUnsentBytes) {
    buffered.droppedSeq = buffered.events.at(-1)?.seq ?? 0;
    buffered.events = [];
    buffered.bytes = 0;
  }
  buffered.events.push(event);
  buffered.bytes += sizeOf(event);
}

/** Drops the events that have been replayed from the log. */
function dropUpTo(seq: number, buffered: Buffered): void {
  buffered.events = buffered.events.filter((event) => event.seq > seq);
  buffered.bytes = buffered.events.reduce((sum, event) => sum + sizeOf(event), 0);
}

const sizes = new WeakMap<NumberedEvent, number>();

/** Returns about how many bytes an event has when it is sent; it is measured once. */
function sizeOf(event: NumberedEvent): number {
  const size = sizes.get(event) ?? Buffer.byteLength(JSON.stringify(event.data)) + addressBytes;
  sizes.set(event, size);
  return size;
}
