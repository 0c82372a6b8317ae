import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { ServiceError } from '../../acl/language/errors.ts';
import { socketPath } from '../../acl/paths.ts';
import { asServiceError } from '../core/errors.ts';
import type { Publication } from '../events/publication.ts';
import type { Metrics } from '../metrics.ts';
import { type CatchUpDependencies, createCatchUp } from './catch-up.ts';
import { type ConnectionDependencies, closeSoon, watchConnections } from './connections.ts';
import { createDelivery } from './delivery/delivery.ts';
import { createLiveSockets } from './delivery/live-sockets.ts';
import { createHandshake, type HandshakeDependencies } from './handshake.ts';
import { createSessionEnds } from './session-ends.ts';
import { type ChatServer, type ChatSocket, socketRooms } from './socket.ts';
import { BoundedWebSocketServer, maxFrameBytes } from './websockets.ts';

export interface RealtimeDependencies
  extends Omit<HandshakeDependencies, 'connections' | 'countSockets' | 'limits'>,
    Omit<CatchUpDependencies, 'connections' | 'handshake' | 'limits' | 'live' | 'sessionEnds'>,
    Pick<ConnectionDependencies, 'origins'> {
  limits: HandshakeDependencies['limits'] &
    ConnectionDependencies['limits'] &
    CatchUpDependencies['limits'];
  /** Unix milliseconds. */
  clock: () => number;
  metrics: Metrics;
  report: (error: unknown, where: string) => void;
}

export interface Realtime {
  /**
   * Sends a committed call's events and signals to the sockets of their receivers, and cuts the
   * sockets that have lost their right.
   */
  deliver(publication: Publication): void;
  /** Closes all sockets and the HTTP server; resolves once all connections have ended. */
  close(): Promise<void>;
}

/** Serves Socket.IO on the HTTP server: handshakes, what clients missed, what is published. */
export function createRealtime(http: HttpServer, deps: RealtimeDependencies): Realtime {
  const { metrics, report } = deps;
  const io = listen(http);
  const connections = watchConnections(io, { ...deps, ...deps.headers });
  const handshake = createHandshake({
    ...deps,
    connections,
    countSockets: (hubId, userId) =>
      io.sockets.adapter.rooms.get(socketRooms.member(hubId, userId))?.size ?? 0,
  });
  const live = createLiveSockets();
  const sessionEnds = createSessionEnds(io, deps.clock);
  const catchUp = createCatchUp({ ...deps, connections, handshake, live, sessionEnds });

  io.use((socket, next) => {
    handshake.admit(socket).then(
      () => next(),
      (error: unknown) => {
        next(refusalOf(error, report));
        // Each connection has one try, so that a refused client cannot repeat it on the same one.
        setImmediate(() => closeSoon(socket.conn));
      },
    );
  });

  io.on('connection', (socket: ChatSocket) => {
    metrics.socketsChanged(1);
    socket.on('disconnect', () => {
      metrics.socketsChanged(-1);
      catchUp.forget(socket);
      live.remove(socket);
    });
    // Otherwise the handshake's request stays in memory as long as the socket.
    delete (socket.conn as { request?: unknown }).request;
    catchUp.run(socket).catch((error: unknown) => {
      if (!(error instanceof ServiceError)) report(error, 'catch-up');
      socket.disconnect(true);
      closeSoon(socket.conn);
    });
  });

  const deliver = createDelivery({ io, live, buffer: catchUp.buffer, metrics });
  return {
    deliver(publication) {
      const { cuts, prolonged = [] } = publication;
      if (cuts.length + prolonged.length > 0) handshake.changed();
      for (const session of prolonged) sessionEnds.prolong(session);
      deliver(publication);
    },
    close: () => new Promise((resolve) => void io.close(() => resolve())),
  };
}

function listen(http: HttpServer): ChatServer {
  return new Server(http, {
    path: socketPath,
    // Others are those of raw-sockets.ts.
    destroyUpgrade: false,
    transports: ['websocket', 'polling'],
    serveClient: false,
    // A socket may wait long for its turn; connections.ts cuts those that send no CONNECT.
    connectTimeout: 2 ** 31 - 1,
    perMessageDeflate: false,
    maxHttpBufferSize: maxFrameBytes,
    wsEngine: BoundedWebSocketServer,
  });
}

/** The error as Socket.IO sends it: the code as message, code and details as data. */
function refusalOf(error: unknown, report: RealtimeDependencies['report']): Error {
  const refusal = asServiceError(error);
  if (refusal !== error) report(error, 'handshake');
  // Clients try again after UNAVAILABLE, and should after a fault of the service too.
  const { code, details } =
    refusal.code === 'INTERNAL_ERROR' ? new ServiceError('UNAVAILABLE') : refusal;
  return Object.assign(new Error(code), { data: { error: code, details } });
}
