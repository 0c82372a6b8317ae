import type {
  Server as HttpServer,
  IncomingHttpHeaders,
  IncomingMessage,
  ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DefaultEventsMap, Server, type Socket } from 'socket.io';
import type { EventPayload, Ready, ServerEvents } from '../../acl/events.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import { allows } from '../../acl/language/permission.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { inHub, transact } from '../../db/connection/transaction.ts';
import type { Recorded } from '../../db/log/append.ts';
import { findLogBounds, listJoins } from '../../db/log/read.ts';
import type { HubReference } from '../../db/rows/identity/sessions.ts';
import { otherHub } from '../core/admission.ts';
import type { Authenticator } from '../core/auth.ts';
import type { Caller, Cut, Signal } from '../core/call.ts';
import type { Limits } from '../core/limits.ts';
import { payloadFor, signalFor } from '../events/payload.ts';
import type { Publication, Publisher } from '../events/publisher.ts';
import { syncPage } from '../events/replay.ts';
import { hostName } from '../http/headers.ts';
import type { Metrics } from '../metrics.ts';

interface SocketData {
  hubId: string;
  userId: string;
  caller: Caller;
  /** Set while the socket is still being told what it missed. */
  catchUp?: CatchUp;
}
type ChatServer = Server<DefaultEventsMap, ServerEvents, DefaultEventsMap, SocketData>;
type ChatSocket = Socket<DefaultEventsMap, ServerEvents, DefaultEventsMap, SocketData>;

/** What was published while a socket was catching up: it is told these last, in order, then lives. */
interface CatchUp {
  buffered: Recorded[];
}

export interface RealtimeDependencies {
  pool: Pool;
  publisher: Pick<Publisher, 'told'>;
  authenticator: Authenticator;
  limits: Pick<Limits, 'anonymousCall' | 'beforeHandshake' | 'userCall'>;
  metrics: Metrics;
  clock: () => number;
  socketsPerUser: number;
  allowedOrigins: readonly string[];
  /** Where a request comes from, and the host it was sent to, behind a proxy or not. */
  addressOf: (request: IncomingMessage) => string;
  hostOf: (headers: IncomingHttpHeaders) => string | undefined;
  report: (error: unknown, where: string) => void;
}

export interface Realtime {
  /** Tell a committed call's events to all concerned, follow who joined and left, cut who lost his right. */
  deliver(publication: Publication): void;
  close(): Promise<void>;
}

export const realtimePath = '/-/socket.io';
const replayPage = 500;
const drainWithinMs = 30_000;
const longestTimer = 2 ** 31 - 1;
const userRoom = (hubId: string, userId: string): string => `user:${hubId}:${userId}`;
const memberRoom = (hubId: string, userId: string): string => `member:${hubId}:${userId}`;
const hubRoom = (hubId: string): string => `hub:${hubId}`;
const chatRoom = (hubId: string, roomId: string): string => `room:${hubId}:${roomId}`;

export function createRealtime(http: HttpServer, deps: RealtimeDependencies): Realtime {
  const io: ChatServer = new Server(http, {
    path: realtimePath,
    // Others that ask for a WebSocket are answered in sockets.ts.
    destroyUpgrade: false,
    transports: ['websocket', 'polling'],
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: 64 * 1024,
  });
  // The engine answers other verbs with a fault of its own.
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (request.method === 'GET' || request.method === 'POST') return next();
    response.writeHead(405, { Allow: 'GET, POST' }).end();
  });
  const catchingUp = new Set<ChatSocket>();

  io.use((socket, next) => {
    greet(socket)
      .then(() => next())
      .catch((error: unknown) => {
        const refusal = error instanceof ServiceError ? error : new ServiceError('UNAVAILABLE');
        if (refusal !== error) deps.report(error, 'handshake');
        next(
          Object.assign(new Error(refusal.code), {
            data: { error: refusal.code, details: refusal.details },
          }),
        );
        // One try for each connection: a refused client may not ask again and again on the same one.
        setImmediate(() => socket.conn.close());
      });
  });

  io.on('connection', (socket: ChatSocket) => {
    deps.metrics.socketsChanged(1);
    socket.on('disconnect', () => {
      deps.metrics.socketsChanged(-1);
      catchingUp.delete(socket);
    });
    // Otherwise the handshake's request stays in memory as long as the socket.
    delete (socket.conn as { request?: unknown }).request;
    welcome(socket).catch((error: unknown) => {
      if (!(error instanceof ServiceError)) deps.report(error, 'welcome');
      socket.disconnect(true);
    });
  });

  /** Refused handshakes count as anonymous calls of their address, others as calls of their user. */
  async function greet(socket: ChatSocket): Promise<void> {
    const address = deps.addressOf(socket.request);
    await deps.limits.beforeHandshake(address);
    try {
      sinceOf(socket.handshake.auth.since);
      const data = await identify(socket);
      refuseTooMany(data);
      await deps.limits.userCall(data.userId);
      Object.assign(socket.data, data);
    } catch (error) {
      await deps.limits.anonymousCall(address);
      throw error;
    }
  }

  async function identify(socket: ChatSocket): Promise<SocketData> {
    const { auth, headers } = socket.handshake;
    const cookie = /(?:^|;\s*)regsid=([^;]+)/.exec(headers.cookie ?? '')?.[1];
    const token = typeof auth.token === 'string' ? auth.token : cookie;
    const hub: HubReference =
      typeof auth.hub_id === 'string'
        ? { id: auth.hub_id }
        : { host: hostName(deps.hostOf(headers)) };
    const found =
      token === undefined
        ? undefined
        : await transact(deps.pool, (tx) =>
            deps.authenticator.authenticate(tx, token, hub, deps.clock()),
          );
    if (!found || found.caller.kind === 'anonymous') throw new ServiceError('NOT_AUTHENTICATED');
    const { caller, entry } = found;
    const isNarrow = caller.grants !== null && !caller.grants.includes('chat:chat:access');
    // A cookie opens a socket only for pages of the hub's own host or of an origin that is allowed.
    const isForeign =
      token === cookie && !isAllowed(headers.origin, deps.hostOf(headers), entry?.origins ?? []);
    if (
      !entry ||
      caller.userId === null ||
      isNarrow ||
      isForeign ||
      !allows(entry.privilege, 'write')
    )
      throw new ServiceError(
        'PERMISSION_DENIED',
        hub.id === undefined ? otherHub(caller, entry) : [],
      );
    return { hubId: entry.hubId, userId: caller.userId, caller };
  }

  const isAllowed = (
    origin: string | undefined,
    host: string | undefined,
    origins: readonly string[],
  ): boolean =>
    origin !== undefined &&
    (origins.includes(origin) ||
      deps.allowedOrigins.includes(origin) ||
      (URL.canParse(origin) && new URL(origin).host === host));

  function refuseTooMany({ hubId, userId }: SocketData): void {
    const mine = io.sockets.adapter.rooms.get(memberRoom(hubId, userId))?.size ?? 0;
    if (deps.socketsPerUser > 0 && mine >= deps.socketsPerUser)
      throw new ServiceError('RATE_LIMITED');
  }

  /** Tell what was missed, then go live without a hole: what is published meanwhile is kept and told last. */
  async function welcome(socket: ChatSocket): Promise<void> {
    const { hubId, userId } = socket.data;
    const catchUp: CatchUp = { buffered: [] };
    socket.data.catchUp = catchUp;
    void socket.join(sessionRooms(socket.data));
    catchingUp.add(socket);
    // Asked again now that it can be cut: the right may have gone since the handshake.
    await identify(socket);
    const { expiresMs } = socket.data.caller;
    if (expiresMs !== null) cutAt(socket, expiresMs);

    const since = sinceOf(socket.handshake.auth.since);
    const { seq, recovered } =
      since !== undefined
        ? await replay(socket, since)
        : { seq: await position(hubId), recovered: false };
    const joins = await transact(deps.pool, (tx) => listJoins(inHub(tx, hubId), userId));
    // What was read may not have been told yet: heard live it would come a second time, or from before he joined.
    await deps.publisher.told(hubId);
    // From here to the end nothing is awaited, so nothing is published in between.
    catchingUp.delete(socket);
    delete socket.data.catchUp;
    if (!socket.connected) return;
    const rooms = new Map(
      joins.filter((join) => join.kind !== 'direct').map((join) => [join.roomId, join.joinedSeq]),
    );
    let last = seq;
    for (const event of catchUp.buffered) {
      if (event.seq <= seq) continue;
      if (isFor(event, userId, rooms)) send(socket, event);
      follow(event, userId, rooms);
      last = event.seq;
    }
    void socket.join([
      hubRoom(hubId),
      userRoom(hubId, userId),
      ...[...rooms.keys()].map((roomId) => chatRoom(hubId, roomId)),
    ]);
    const ready: Ready = { hub_id: hubId, user_id: userId, seq: last, recovered };
    socket.emit('ready', ready);
  }

  function cutAt(socket: ChatSocket, timeMs: number): void {
    const timer = setTimeout(
      () => (timeMs > deps.clock() ? cutAt(socket, timeMs) : socket.disconnect(true)),
      Math.min(Math.max(timeMs - deps.clock(), 0), longestTimer),
    );
    timer.unref();
    socket.once('disconnect', () => clearTimeout(timer));
  }

  const position = async (hubId: string): Promise<number> =>
    (await transact(deps.pool, (tx) => findLogBounds(inHub(tx, hubId)))).seq;

  async function replay(
    socket: ChatSocket,
    since: number,
  ): Promise<{ seq: number; recovered: boolean }> {
    const { hubId, userId } = socket.data;
    for (let from = since; ; ) {
      const page = await transact(deps.pool, (tx) =>
        syncPage(inHub(tx, hubId), userId, from, replayPage),
      );
      for (const { name, ...payload } of page.events)
        emitTo(socket, name, payload as Omit<EventPayload, 'name'>);
      await drained(socket);
      if (!page.more || !page.recovered) return { seq: page.seq, recovered: page.recovered };
      from = page.seq;
    }
  }

  /** The next page is read only once the client has taken this one: who does not read costs no more than a page. */
  async function drained(socket: ChatSocket): Promise<void> {
    for (const end = Date.now() + drainWithinMs; packetsWaiting(socket) > 0; await sleep(10)) {
      if (!socket.connected || Date.now() > end)
        throw new ServiceError('UNAVAILABLE', ['since: the client does not read']);
    }
  }

  function send(socket: ChatSocket, event: Recorded): void {
    const { name, ...payload } = payloadFor(socket.data.hubId, event, socket.data.userId);
    emitTo(socket, name, payload);
  }

  /** Membership follows the events: who is added hears the event that adds him, who is removed hears the one that removes him. */
  function deliver({ hubId, events, cuts, signals = [] }: Publication): void {
    for (const event of events) {
      for (const socket of catchingUp)
        if (socket.data.hubId === hubId) socket.data.catchUp?.buffered.push(event);
      const joining = joined(event);
      for (const userId of joining)
        io.in(userRoom(hubId, userId)).socketsJoin(chatRoom(hubId, event.room?.id ?? ''));
      for (const [userId, rooms] of audience(hubId, event)) {
        const { name, ...payload } = payloadFor(hubId, event, userId);
        for (const [sockets, notify] of byAlert(hubId, event, rooms, payload.notify))
          emitTo(sockets, name, { ...payload, notify });
      }
      for (const userId of left(event))
        io.in(userRoom(hubId, userId)).socketsLeave(chatRoom(hubId, event.room?.id ?? ''));
    }
    if (events.length > 0) deps.metrics.observeEvents(events.length);
    for (const signal of signals) deliverSignal(hubId, signal);
    for (const cut of cuts) cutSockets(cut);
  }

  /** In a group the same for all but a few: they are told by themselves. They are in the room, or would not be named. */
  function byAlert(hubId: string, { alert, room }: Recorded, rooms: string[], own: 0 | 1) {
    if (!alert || !room || room.directKey) return [[io.to(rooms), own]] as const;
    const [few, notify] = 'only' in alert ? [alert.only, 1 as const] : [alert.allBut, 0 as const];
    const named = few.map((userId) => userRoom(hubId, userId));
    if (named.length === 0) return [[io.to(rooms), notify ? 0 : 1]] as const;
    return [[io.to(rooms).except(named), notify ? 0 : 1] as const, [io.to(named), notify] as const];
  }

  function deliverSignal(hubId: string, signal: Signal): void {
    const { to } = signal;
    const send = (room: string, entityId: string) =>
      emitTo(io.to(room), signal.name, signalFor(hubId, signal, entityId));
    if ('roomId' in to) send(chatRoom(hubId, to.roomId), to.roomId);
    else {
      const [a, b] = to.userIds;
      send(userRoom(hubId, a), b);
      send(userRoom(hubId, b), a);
    }
  }

  function cutSockets({ hubId, userId, sessionIds = [] }: Cut): void {
    if (hubId !== undefined && userId !== undefined)
      io.in(memberRoom(hubId, userId)).disconnectSockets(true);
    for (const id of sessionIds) io.in(`session:${id}`).disconnectSockets(true);
  }

  return {
    deliver,
    close: () => new Promise((resolve) => void io.close(() => resolve())),
  };
}

/** Joined at once, before the socket lives, so that it can be cut at any moment. */
const sessionRooms = ({ hubId, userId, caller }: SocketData): string[] => [
  memberRoom(hubId, userId),
  ...[caller.sessionId, caller.keyId].flatMap((id) => (id === null ? [] : `session:${id}`)),
];

/** One emit for each way of addressing: both sides of a direct room have their own entity_id, everybody in a group the same. */
function audience(hubId: string, event: Recorded): [userId: string, rooms: string[]][] {
  const { room, targets = [] } = event;
  if (event.everyone) return [['', [hubRoom(hubId)]]];
  if (room?.directKey)
    return room.directKey.split(':').map((userId) => [userId, [userRoom(hubId, userId)]]);
  const aimed = targets.map((userId) => userRoom(hubId, userId));
  if (room) return [['', [chatRoom(hubId, room.id), ...aimed]]];
  return targets.map((userId) => [userId, [userRoom(hubId, userId)]]);
}

const usersIn = (event: Recorded): string[] =>
  (event.data as { user_ids?: string[] }).user_ids ?? [];
const joined = (event: Recorded): string[] =>
  event.name === 'room.create' || event.name === 'room.add' ? usersIn(event) : [];
const left = (event: Recorded): string[] => (event.name === 'room.remove' ? usersIn(event) : []);

function isFor(event: Recorded, userId: string, rooms: ReadonlyMap<string, number>): boolean {
  if (
    event.everyone ||
    event.targets?.includes(userId) ||
    event.room?.directKey?.split(':').includes(userId)
  )
    return true;
  const joinedSeq = rooms.get(event.room?.id ?? '');
  return (joinedSeq !== undefined && event.seq >= joinedSeq) || joined(event).includes(userId);
}

function follow(event: Recorded, userId: string, rooms: Map<string, number>): void {
  const roomId = event.room?.id ?? '';
  if (joined(event).includes(userId)) rooms.set(roomId, event.seq);
  if (left(event).includes(userId)) rooms.delete(roomId);
}

/** Not given: the client knows nothing yet. */
function sinceOf(given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined;
  const since = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
  if (typeof since === 'number' && Number.isSafeInteger(since) && since >= 0) return since;
  throw new ServiceError('INVALID_INPUT', ['since: not a seq']);
}

// engine.io counts what it has not sent yet, and keeps the count to itself.
const packetsWaiting = (socket: ChatSocket): number =>
  (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;

interface Emitter {
  emit(name: string, payload: object): unknown;
}

/** The event's name is data here; that name and payload belong together is checked where they are made. */
const emitTo = (target: unknown, name: string, payload: object): void => {
  (target as Emitter).emit(name, payload);
};
