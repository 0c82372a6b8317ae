import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { ServiceError } from '../../acl/language/errors.ts';
import { gatewaySocket } from '../../acl/paths.ts';
import type { Gate } from '../core/admission.ts';
import type { Dispatcher } from '../core/dispatch.ts';
import { asServiceError } from '../core/errors.ts';
import { createGatewayCall } from '../gateways/call.ts';
import type { Gateway, GatewaySocket, SocketListener } from '../gateways/port.ts';
import type { Limits } from '../limits/limits.ts';
import type { Opening } from '../limits/openings.ts';
import type { Metrics } from '../metrics.ts';
import { refuseUpgrade } from './connections.ts';
import { maxUnsentBytes } from './outflow.ts';
import {
  BoundedWebSocketServer,
  createPacketCounter,
  maxFrameBytes,
  terminate,
} from './websockets.ts';

export interface RawSocketDependencies {
  dispatcher: Dispatcher;
  gate: Pick<Gate, 'check'>;
  limits: Pick<Limits, 'openings'>;
  metrics: Pick<Metrics, 'socketsChanged'>;
  report: (error: unknown, where: string) => void;
  addressOf: (request: IncomingMessage) => string;
}

export interface RawSockets {
  /** Refuses new sockets, stops the gateways and closes their sockets. */
  close(): void;
}

/** A client that does not answer a close is cut after this time. */
const closeWithinMs = 2000;

/** Serves the WebSockets of the gateways, beside Socket.IO on the same HTTP server. */
export function createRawSockets(
  http: HttpServer,
  gateways: readonly Gateway[],
  deps: RawSocketDependencies,
): RawSockets {
  let isClosing = false;
  const server = new BoundedWebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });

  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const [path] = (request.url ?? '/').split('?');
    const gateway = gateways.find(({ sockets }) => sockets?.path === path);
    if (!gateway?.sockets) return;
    stream.on('error', () => stream.destroy());
    if (isClosing) return refuseUpgrade(stream, '503 Service Unavailable');
    const { name, sockets } = gateway;
    deps.limits.openings
      .open(deps.addressOf(request), () => stream.destroy())
      .then(
        (opening) => {
          stream.once('close', opening.closed);
          server.handleUpgrade(request, stream, head, (socket) =>
            serve({ gateway: name, open: sockets.open, socket, request, opening }, deps),
          );
        },
        () => refuseUpgrade(stream, '429 Too Many Requests'),
      );
  });

  return {
    close() {
      isClosing = true;
      for (const gateway of gateways) gateway.stop?.();
      for (const socket of server.clients) close(socket, 1001);
    },
  };
}

interface Served {
  /** Its name. */
  gateway: string;
  open: (socket: GatewaySocket) => SocketListener;
  socket: WebSocket;
  request: IncomingMessage;
  opening: Opening;
}

/** Connects a socket to its gateway until it closes. */
function serve(
  { gateway, open, socket, request, opening }: Served,
  deps: RawSocketDependencies,
): void {
  const origin = {
    address: deps.addressOf(request),
    userAgent: request.headers['user-agent'] ?? '',
  };
  const listener = open({
    ...outputOf(socket),
    call: createGatewayCall(deps.dispatcher, {
      bearer: () => undefined,
      hub: { prefersOwn: true },
      origin,
    }),
    async admit(token, hubId) {
      const credentials = { token, page: undefined, hub: { query: hubId }, origin };
      await deps.gate
        .check({ name: 'gateway socket', spec: gatewaySocket }, credentials)
        .catch((error: unknown) => {
          const refusal = asServiceError(error);
          if (refusal !== error && refusal.code === 'INTERNAL_ERROR') deps.report(error, gateway);
          throw refusal;
        });
    },
    identify: (token, lookUp) => opening.identify(token, lookUp, isRefused),
  });
  deps.metrics.socketsChanged(1);
  socket.once('message', opening.connecting);
  forwardFrames(socket, listener, (error) => deps.report(error, gateway));
  socket.on('close', () => {
    deps.metrics.socketsChanged(-1);
    listener.closed();
  });
}

/** Errors of the gateway are about the client; those of the service are not. */
const isRefused = (error: unknown): boolean => !(error instanceof ServiceError);

const outputOf = (socket: WebSocket): Pick<GatewaySocket, 'send' | 'close'> => ({
  send(frame) {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > maxUnsentBytes) socket.terminate();
    else socket.send(frame, { binary: true });
  },
  close: () => close(socket, 1000),
});

function forwardFrames(
  socket: WebSocket,
  listener: SocketListener,
  report: (error: unknown) => void,
): void {
  const count = createPacketCounter();
  socket.on('message', (frame: Buffer) => {
    if (!count()) return terminate(socket);
    listener.received(frame.toString()).catch((error: unknown) => {
      report(error);
      socket.terminate();
    });
  });
  // Raised for frames that break the protocol or are too large.
  socket.on('error', () => socket.terminate());
}

function close(socket: WebSocket, code: number): void {
  if (socket.readyState === WebSocket.OPEN) socket.close(code);
  setTimeout(() => socket.terminate(), closeWithinMs).unref();
}
