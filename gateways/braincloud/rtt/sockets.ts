import { z } from 'zod';
import { parseJson } from '../../../acl/language/json.ts';
import type { GatewaySocket, Services, SocketListener } from '../../../service/gateways/port.ts';
import { Refusal, refusalOf } from '../errors.ts';
import { values } from '../guesses.ts';
import { callAs } from '../operation.ts';
import type { SessionQueue } from '../sessions/queue.ts';
import type { Connection, Connections } from './connections.ts';
import { disconnectFrame, frameOf } from './frames.ts';
import { authenticate, ConnectData, onlyReadable, subscribeAll } from './handshake.ts';

const Frame = z.object({
  service: z.string(),
  operation: z.string(),
  data: z.unknown().optional(),
});

interface Dependencies {
  services: Services;
  connections: Connections;
  queue: SessionQueue;
}

/** The WebSockets that sessions open beside their packets. */
export class RttSockets {
  readonly #deps: Dependencies;
  /** Sockets that have not sent CONNECT, by the time at which they opened (Unix ms). */
  readonly #waiting = new Map<RttSocket, number>();

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  open(socket: GatewaySocket): SocketListener {
    const opened = new RttSocket(socket, this.#deps, () => this.#waiting.delete(opened));
    this.#waiting.set(opened, this.#deps.services.clock());
    return opened;
  }

  /** Closes sockets that do not send CONNECT in time. */
  sweep(): void {
    const latest = this.#deps.services.clock() - values.connectTimeoutSeconds * 1000;
    for (const [socket, openedMs] of [...this.#waiting])
      if (openedMs < latest) socket.refuse(new Refusal('MALFORMED', 'CONNECT was not received'));
  }
}

class RttSocket implements SocketListener {
  readonly #socket: GatewaySocket;
  readonly #deps: Dependencies;
  readonly #stopWaiting: () => void;
  #state: 'new' | 'connecting' | 'open' | 'closed' = 'new';
  #connection: Connection | undefined;

  constructor(socket: GatewaySocket, deps: Dependencies, stopWaiting: () => void) {
    this.#socket = socket;
    this.#deps = deps;
    this.#stopWaiting = stopWaiting;
  }

  async received(text: string): Promise<void> {
    if (this.#connection) this.#connection.lastFrameMs = this.#deps.services.clock();
    if (this.#state === 'open' || this.#state === 'closed') return;
    const frame = Frame.safeParse(parseFrame(text)).data;
    const isConnect = frame?.service === 'rtt' && frame.operation === 'CONNECT';
    if (!isConnect || this.#state === 'connecting')
      return this.refuse(new Refusal('MALFORMED', 'CONNECT must be the first and only frame'));
    this.#state = 'connecting';
    this.#stopWaiting();
    const connect = ConnectData.safeParse(frame.data).data;
    if (!connect)
      return this.refuse(new Refusal('MISSING_REQUIRED_PARAMETER', 'CONNECT: is not valid'));
    try {
      // Packets of the session wait: one of them may be about to connect to a channel.
      await this.#deps.queue.run(connect.sessionId, undefined, () => this.#connect(connect));
    } catch (error) {
      const refusal = refusalOf(error);
      this.#disconnect();
      this.refuse(refusal);
      if (refusal.reason === 'UNEXPECTED') throw error;
    }
  }

  closed(): void {
    this.#state = 'closed';
    this.#stopWaiting();
    this.#disconnect();
  }

  refuse(refusal: Refusal): void {
    this.#stopWaiting();
    this.#socket.send(disconnectFrame(refusal));
    this.#socket.close();
  }

  #disconnect(): void {
    if (this.#connection) this.#deps.connections.remove(this.#connection);
  }

  async #connect(connect: ConnectData): Promise<void> {
    const { services, connections } = this.#deps;
    const socket = this.#socket;
    const session = await socket.identify(connect.sessionId, () => authenticate(services, connect));
    if (this.#isClosed()) return;
    if (!connections.hasCapacity(session)) throw new Refusal('RATE_LIMITED', 'too many sockets');
    const connection = connections.add({ session, send: socket.send, close: socket.close });
    this.#connection = connection;

    const { token, appId: hubId } = session;
    const call = callAs(socket, () => ({ token, hubId }));
    const pending = subscribeAll(connections, session);
    await socket.admit(token, hubId);
    const subscriptions = await onlyReadable(call, pending);
    const cxId = `${session.appId}:${connect.profileId}:${session.token}`;
    const { rttHeartbeatSeconds: heartbeatSeconds } = values;
    socket.send(frameOf('rtt', 'CONNECT', { heartbeatSeconds, cxId }));
    connection.isOpen = true;
    this.#state = 'open';
    for (const subscription of subscriptions) subscription.activate();
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}

function parseFrame(text: string): unknown {
  try {
    return parseJson(Buffer.from(text), values.maxPacketDepth);
  } catch {
    return undefined;
  }
}
