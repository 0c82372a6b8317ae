import type { MethodName } from '../../../acl/index.ts';
import { jsonBytesOf } from '../../../acl/language/size.ts';
import type { GatewayRequest, Services } from '../../../service/gateways/port.ts';
import { Refusal } from '../errors.ts';
import { values } from '../guesses.ts';
import { type Context, callAs } from '../operation.ts';
import { operationOf } from '../operations/index.ts';
import type { Connections } from '../rtt/connections.ts';
import type { SessionQueue } from '../sessions/queue.ts';
import { type Session, type SessionKind, sessionOf } from '../sessions/session.ts';
import { isLogin, type Message, type Packet, type Response, returnsSecret } from './packet.ts';
import { respond } from './respond.ts';

/** The application that sent a packet. */
export interface App {
  /** Undefined if the packet does not name it: then it is that of its session. */
  id: string | undefined;
  /** The secret that signed the packet; empty if it is not signed. */
  secret: string;
}

export interface ProcessorDependencies {
  services: Services;
  connections: Connections;
  queue: SessionQueue;
}

/** Processes the packets of all sessions of one kind. */
export class PacketProcessor {
  readonly #kind: SessionKind;
  readonly #deps: ProcessorDependencies;

  constructor(kind: SessionKind, deps: ProcessorDependencies) {
    this.#kind = kind;
    this.#deps = deps;
  }

  /** Returns a response for each message of the packet. */
  async process(request: GatewayRequest, app: App, packet: Packet): Promise<Response[]> {
    const work = () => this.#processNow(request, app, packet);
    if (packet.sessionId === '') return work();
    return this.#deps.queue.run(packet.sessionId, packet.packetId, work);
  }

  async #processNow(request: GatewayRequest, app: App, packet: Packet): Promise<Response[]> {
    const found = await this.#findSession(app.id, packet);
    const [session, noSession] =
      found instanceof Refusal ? [undefined, found] : [found, missingSession];
    const hasLogin = packet.messages.some(isLogin);
    if (!session && !hasLogin) throw noSession;
    const remembered = session && !hasLogin ? rememberedResponses(session, packet) : null;
    if (remembered) return remembered;

    const context = this.#contextOf(request, app, packet, session);
    const responses: Response[] = [];
    let bytes = 0;
    for (const [index, message] of packet.messages.entries()) {
      // Nobody reads the reply. What has taken effect has none again when the packet is sent again.
      if (request.isAborted()) throw new Refusal('PACKET_IN_PROGRESS', 'the client has left');
      const isFull = bytes >= values.maxPacketResponseBytes;
      // Made of the packet: a message that took effect in an earlier attempt has none in this one.
      context.echoId = context.session && `bc-${context.session.id}-${packet.packetId}-${index}`;
      const work = isFull ? refuseFull : () => this.#run(context, message, noSession);
      const response = await respond(work, this.#deps.services.report);
      bytes += jsonBytesOf(response);
      responses.push(response);
    }
    const isStored = bytes <= values.maxRememberedBytes && !packet.messages.some(returnsSecret);
    const stored = isStored ? responses : null;
    if (context.session) await this.#remember(context.session, packet.packetId, stored);
    return responses;
  }

  async #run(context: Context<MethodName>, message: Message, noSession: Refusal): Promise<unknown> {
    if (!context.session && !isLogin(message)) throw noSession;
    return operationOf(this.#kind, message.service, message.operation).run(context, message.data);
  }

  /** Returns the packet's session, or the reason why it has none. */
  async #findSession(
    appId: string | undefined,
    { sessionId: token, bytes }: Packet,
  ): Promise<Session | Refusal> {
    if (token === '') return missingSession;
    const { apps, clock } = this.#deps.services;
    const session = sessionOf(token, await apps.recall(token, bytes));
    const isOwn =
      session?.state.kind === this.#kind && (appId === undefined || session.appId === appId);
    if (isOwn && session.expiresMs > clock()) return session;
    if (this.#kind === 'server')
      return new Refusal('SERVER_SESSION_EXPIRED', 'the session has expired');
    return isOwn ? new Refusal('USER_SESSION_EXPIRED', 'the session has expired') : missingSession;
  }

  #contextOf(
    request: GatewayRequest,
    app: App,
    { packetId }: Packet,
    session: Session | undefined,
  ): Context<MethodName> {
    const { services, connections } = this.#deps;
    const { apps, clock } = services;
    // A message may open or end the session: the calls after it are made accordingly.
    const caller = () => ({
      token: context.session?.token ?? null,
      // A server that has not authenticated does not name its application.
      hubId: context.appId === '' ? undefined : context.appId,
    });
    const context: Context<MethodName> = {
      kind: this.#kind,
      apps,
      clock,
      connections,
      session,
      packetId,
      echoId: undefined,
      appId: app.id ?? session?.appId ?? '',
      appSecret: app.secret,
      base: request.base,
      call: callAs(request, caller),
    };
    return context;
  }

  /** Extends the session, and stores the responses in case the client sends the packet again. */
  async #remember(session: Session, packetId: number, responses: Response[] | null): Promise<void> {
    const { services, connections } = this.#deps;
    const state = { ...session.state, packetId, responses };
    const seconds =
      this.#kind === 'client' ? values.clientSessionSeconds : values.serverSessionSeconds;
    session.expiresMs = await services.apps.remember(session.id, state, seconds * 1000);
    connections.extend(session);
  }
}

const refuseFull = async (): Promise<never> => {
  throw new Refusal('RATE_LIMITED', 'messages: the responses of this packet are too large');
};

const missingSession = new Refusal('NO_SESSION', 'no session');

/** Returns the responses to the session's last packet if this is that packet. */
function rememberedResponses({ state }: Session, { packetId }: Packet): Response[] | null {
  if (packetId > state.packetId) return null;
  if (packetId < state.packetId)
    throw new Refusal('MISSING_LAST_PACKET_RESPONSE', 'packetId: is before the last one');
  return state.responses as Response[] | null;
}
