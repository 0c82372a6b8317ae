import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseUpgrade } from './connections.ts';

/**
 * Leaves to the server's `upgrade` listeners only requests for a WebSocket at one of our paths. Any
 * other offer to change the protocol, such as `h2c`, is ignored as RFC 9110 §7.8 has it: the
 * request is answered like one without the offer. Those for which `takeSocket` returns false are
 * refused with 503. Call it when the listeners are there.
 */
export function ignoreOtherUpgrades(
  server: Server,
  isOurs: (path: string) => boolean,
  takeSocket: (stream: Duplex) => boolean,
): void {
  const accepts = (request: IncomingMessage): boolean =>
    request.method === 'GET' &&
    protocolsOf(request).includes('websocket') &&
    isOurs(request.url?.split('?')[0] ?? '');
  server.prependListener('request', ({ headers }: IncomingMessage) => {
    // Nobody is to take an ignored offer for a WebSocket.
    delete headers.upgrade;
  });
  const listeners = server.listeners('upgrade');
  const accept = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (!takeSocket(stream)) return refuseUpgrade(stream, '503 Service Unavailable', 10);
    request.headers.upgrade = 'websocket';
    for (const listener of listeners) listener.call(server, request, stream, head);
  };
  server.removeAllListeners('upgrade');
  // Node drops headers beyond a number. Without them a body could pass for other requests.
  server.maxHeadersCount = 0;
  const responses = watchResponses(server);
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (accepts(request)) return accept(request, stream, head);
    const cut = () => void stream.destroy();
    stream.on('error', cut);
    // Responses to requests before this one are sent first.
    void responses.sent(stream).then(() => {
      stream.removeListener('error', cut);
      if (!stream.destroyed) readAgain(server, request, stream, head);
    });
  });
}

/** The protocols of the `Upgrade` header, without their versions. */
const protocolsOf = ({ headers: { upgrade = '' } }: IncomingMessage): string[] =>
  upgrade.split(',').map((protocol) => (protocol.split('/')[0] ?? '').trim().toLowerCase());

/** Watches the last response of each connection: those before it are sent first. */
function watchResponses(server: Server) {
  const last = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    last.set(socket, response);
  });
  return {
    async sent(stream: Duplex): Promise<void> {
      const response = last.get(stream);
      if (response && !response.closed) await once(response, 'close');
    },
  };
}

/** Has the server read a request again, without its offer, and what the client sent after it. */
function readAgain(server: Server, request: IncomingMessage, stream: Duplex, rest: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() !== 'upgrade')
      lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  stream.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), rest]));
  server.emit('connection', stream);
}
