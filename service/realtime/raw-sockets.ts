import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { gatewaySocket, socketPath } from '../../acl/paths.ts';
import type { Gate } from '../core/admission.ts';
import type { Dispatcher } from '../core/dispatch.ts';
import { asServiceError } from '../core/errors.ts';
import { createGatewayCall } from '../gateways/call.ts';
import type { Gateway, GatewaySocket, SocketListener } from '../gateways/port.ts';
import type { Limits } from '../limits/limits.ts';
import type { Metrics } from '../metrics.ts';

export interface RawSocketDependencies {
  dispatcher: Dispatcher;
  gate: Pick<Gate, 'check'>;
  limits: Pick<Limits, 'countAnonymousCall' | 'checkAnonymousCalls'>;
  metrics: Pick<Metrics, 'socketsChanged'>;
  report: (error: unknown, where: string) => void;
  addressOf: (request: IncomingMessage) => string;
}

export interface RawSockets {
  /** Refuses new sockets, stops the gateways and closes their sockets. */
  close(): void;
}

const maxFrameBytes = 16 * 1024;
/** Bytes that may wait for a client that does not read. */
const maxWaitingBytes = 1024 * 1024;
/** A client that does not answer a close is cut after this time. */
const closeWithinMs = 2000;

/** Serves the WebSockets of the gateways, beside Socket.IO on the same HTTP server. */
export function createRawSockets(
  http: HttpServer,
  gateways: readonly Gateway[],
  deps: RawSocketDependencies,
): RawSockets {
  let isClosing = false;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });

  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const url = request.url ?? '/';
    if (url.startsWith(`${socketPath}/`)) return;
    stream.on('error', () => stream.destroy());
    const [path] = url.split('?');
    const gateway = gateways.find(({ sockets }) => sockets?.path === path);
    if (!gateway?.sockets) return refuse(stream, '404 Not Found');
    if (isClosing) return refuse(stream, '503 Service Unavailable');
    const { name, sockets } = gateway;
    deps.limits.checkAnonymousCalls(deps.addressOf(request)).then(
      () =>
        server.handleUpgrade(request, stream, head, (socket) =>
          serve(name, sockets.open, socket, request, deps),
        ),
      () => refuse(stream, '429 Too Many Requests'),
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

/** Connects a socket to its gateway until it closes. */
function serve(
  gateway: string,
  open: (socket: GatewaySocket) => SocketListener,
  socket: WebSocket,
  request: IncomingMessage,
  deps: RawSocketDependencies,
): void {
  const origin = {
    address: deps.addressOf(request),
    userAgent: request.headers['user-agent'] ?? '',
  };
  let isIdentified = false;
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
    identified() {
      isIdentified = true;
    },
  });
  deps.metrics.socketsChanged(1);
  forwardFrames(socket, listener, (error) => deps.report(error, gateway));
  socket.on('close', () => {
    deps.metrics.socketsChanged(-1);
    listener.closed();
    if (!isIdentified) deps.limits.countAnonymousCall(origin.address).catch(() => {});
  });
}

const outputOf = (socket: WebSocket): Pick<GatewaySocket, 'send' | 'close'> => ({
  send(frame) {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > maxWaitingBytes) socket.terminate();
    else socket.send(frame, { binary: true });
  },
  close: () => close(socket, 1000),
});

function forwardFrames(
  socket: WebSocket,
  listener: SocketListener,
  report: (error: unknown) => void,
): void {
  socket.on('message', (frame: Buffer) => {
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

const refuse = (stream: Duplex, status: string): void =>
  void stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    stream.destroy(),
  );
