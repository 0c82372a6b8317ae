import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Dispatcher } from '../core/dispatch.ts';
import type { Limits } from '../core/limits.ts';
import { foreignCall } from '../gateways/call.ts';
import type { ForeignSocket, Gateway } from '../gateways/port.ts';
import type { Metrics } from '../metrics.ts';
import { realtimePath } from './server.ts';

export interface SocketDependencies {
  dispatcher: Dispatcher;
  limits: Pick<Limits, 'anonymousCall' | 'beforeHandshake'>;
  metrics: Pick<Metrics, 'socketsChanged'>;
  report: (error: unknown, where: string) => void;
  addressOf: (request: IncomingMessage) => string;
}

const largestFrame = 16 * 1024;
/** Bytes that wait for a client that does not read. */
const mostWaiting = 1024 * 1024;
/** A client that does not answer a close is cut. */
const closeWithinMs = 2000;

/** The raw WebSockets of the gateways, beside Socket.IO on the same port. */
export function createSockets(
  http: HttpServer,
  gateways: readonly Gateway[],
  deps: SocketDependencies,
): { close(): void } {
  let isClosing = false;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: largestFrame,
    perMessageDeflate: false,
  });

  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const url = request.url ?? '/';
    if (url.startsWith(`${realtimePath}/`)) return;
    stream.on('error', () => stream.destroy());
    const [path] = url.split('?');
    const gateway = gateways.find(({ sockets }) => sockets?.path === path);
    if (!gateway) return refuse(stream, '404 Not Found');
    if (isClosing) return refuse(stream, '503 Service Unavailable');
    deps.limits.beforeHandshake(deps.addressOf(request)).then(
      () => server.handleUpgrade(request, stream, head, (socket) => open(gateway, socket, request)),
      () => refuse(stream, '429 Too Many Requests'),
    );
  });

  function open(gateway: Gateway, socket: WebSocket, request: IncomingMessage): void {
    const address = deps.addressOf(request);
    let isIdentified = false;
    const origin = { address, userAgent: request.headers['user-agent'] ?? '' };
    const foreign: ForeignSocket = {
      call: foreignCall(deps.dispatcher, {
        bearer: () => undefined,
        hub: { prefersOwn: true },
        origin,
      }),
      send(frame) {
        if (socket.readyState !== WebSocket.OPEN) return;
        if (socket.bufferedAmount > mostWaiting) socket.terminate();
        else socket.send(frame, { binary: true });
      },
      close: () => close(socket, 1000),
      identified() {
        isIdentified = true;
      },
    };
    const listener = gateway.sockets?.open(foreign);
    deps.metrics.socketsChanged(1);
    socket.on('message', (frame: Buffer) => {
      listener?.heard(frame.toString()).catch((error: unknown) => {
        deps.report(error, gateway.name);
        socket.terminate();
      });
    });
    // What breaks the protocol, or is too large, closes it.
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      deps.metrics.socketsChanged(-1);
      listener?.closed();
      if (!isIdentified) deps.limits.anonymousCall(address).catch(() => {});
    });
  }

  return {
    close() {
      isClosing = true;
      for (const gateway of gateways) gateway.stop?.();
      for (const socket of server.clients) close(socket, 1001);
    },
  };
}

function close(socket: WebSocket, code: number): void {
  if (socket.readyState === WebSocket.OPEN) socket.close(code);
  setTimeout(() => socket.terminate(), closeWithinMs).unref();
}

const refuse = (stream: Duplex, status: string): void =>
  void stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    stream.destroy(),
  );
