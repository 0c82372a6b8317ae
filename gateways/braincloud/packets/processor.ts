import { z } from 'zod';
import type { MethodName } from '../../../acl/index.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import type { ForeignRequest, Services } from '../../../service/gateways/port.ts';
import { type Failed, failureOf, Refusal, refusalOf } from '../errors.ts';
import { values } from '../guesses.ts';
import { catalogues } from '../operations/index.ts';
import type { Connections } from '../rtt/connections.ts';
import type { Turns } from '../sessions/queue.ts';
import {
  type Context,
  callerOf,
  type Operation,
  type Session,
  type SessionKind,
  sessionOf,
} from '../sessions/session.ts';

const Packet = z.object({
  packetId: z.int().nonnegative().nullish(),
  sessionId: z.string().nullish(),
  messages: z.array(z.unknown()).min(1).max(values.longestBundle),
});
const Message = z.object({
  service: z.string(),
  operation: z.string(),
  data: z.unknown().optional(),
});

export interface Packet {
  packetId: number;
  /** Empty: none yet. */
  sessionId: string;
  messages: z.output<typeof Message>[];
}

export type Response = { data: unknown; status: 200 } | Failed;

/** Whose packet it is. */
export interface App {
  /** Undefined: of the session's. */
  id: string | undefined;
  /** With which it was signed. */
  secret: string;
}

/** A body in JSON. */
export function readJson(bytes: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('MALFORMED', 'the body is no JSON object in UTF-8');
  if (isDeeper(value, values.deepestPacket))
    throw new Refusal('MALFORMED', 'the body is nested too deeply');
  return value as Record<string, unknown>;
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

const unknownMessage = { service: '', operation: '', data: undefined };

export function packetOf(body: Record<string, unknown>): Packet {
  const { data: packet, error } = Packet.safeParse(body);
  if (!packet)
    throw new Refusal(
      'MALFORMED',
      `${error?.issues[0]?.path.join('.')}: ${error?.issues[0]?.message}`,
    );
  const { packetId, sessionId } = packet;
  const messages = packet.messages.map(
    (message) => Message.safeParse(message).data ?? unknownMessage,
  );
  return { packetId: packetId ?? 0, sessionId: sessionId ?? '', messages };
}

const isLogin = ({ service, operation }: { service: string; operation: string }): boolean =>
  service === 'authenticationV2' && operation === 'AUTHENTICATE';

/** What there is by these names. */
export function operationOf(kind: SessionKind, service: string, name: string): Operation {
  const find = (whose: SessionKind) => {
    const operations = Object.hasOwn(catalogues[whose], service)
      ? catalogues[whose][service]
      : undefined;
    return operations && Object.hasOwn(operations, name) ? operations[name] : undefined;
  };
  const found = find(kind);
  if (found) return found;
  if (kind === 'client' && name.startsWith('SYS_') && find('server'))
    throw new Refusal('CLOUD_CODE_ONLY_METHOD', `${service}.${name} is the application’s server’s`);
  throw new Refusal(
    service === 'lobby' ? 'FEATURE_NOT_ENABLED' : 'INVALID_OPERATION',
    `${service}.${name} is not there`,
  );
}

/** Carry out one message, and nothing else fails with it. */
export async function respond(
  work: () => Promise<unknown>,
  report: Services['report'],
): Promise<Response> {
  try {
    return { data: (await work()) ?? null, status: 200 };
  } catch (error) {
    const refusal = refusalOf(error);
    // The service says nothing of the packet now: all of it is to come again.
    if (refusal.reason === 'PACKET_IN_PROGRESS') throw error;
    // What the dispatcher answers, it has reported.
    if (refusal.reason === 'UNEXPECTED' && !(error instanceof ServiceError))
      report(error, 'braincloud');
    return failureOf(refusal);
  }
}

/** Carries out packets of sessions, of one kind. */
export function createPackets(
  services: Services,
  connections: Connections,
  turns: Turns,
  kind: SessionKind,
) {
  const { apps, clock, report } = services;
  const seconds = kind === 'client' ? values.clientSeconds : values.serverSeconds;

  /** Why there is none, where there is none. */
  async function recall(appId: string | undefined, token: string): Promise<Session | Refusal> {
    const found = token === '' ? undefined : sessionOf(token, await apps.recall(token));
    const isIts = found?.memory.kind === kind && (appId === undefined || found.appId === appId);
    if (isIts && found.expiresMs > clock()) return found;
    if (kind === 'server')
      return token === '' ? none : new Refusal('SERVER_SESSION_EXPIRED', 'the session has expired');
    return isIts ? new Refusal('USER_SESSION_EXPIRED', 'the session has expired') : none;
  }

  async function carryOut(request: ForeignRequest, app: App, packet: Packet) {
    const { packetId, sessionId, messages } = packet;
    const found = await recall(app.id, sessionId);
    const session = found instanceof Refusal ? undefined : found;
    const opens = messages.some(isLogin);
    if (found instanceof Refusal && !opens) throw found;
    if (session && !opens && packetId <= session.memory.packetId) {
      if (packetId < session.memory.packetId)
        throw new Refusal('MISSING_LAST_PACKET_RESPONSE', 'packetId: is before the last one');
      if (session.memory.answer) return session.memory.answer as Response[];
    }

    const context: Context<MethodName> = {
      ...{ kind, apps, clock, connections, session, packetId, echoId: undefined },
      ...{ appId: app.id ?? session?.appId ?? '', appSecret: app.secret, base: request.base },
      call: callerOf(request, () => callingAs(context)),
    };
    const responses: Response[] = [];
    for (const [index, message] of messages.entries()) {
      const { service, operation, data } = message;
      // Made of the packet: what was done, but not remembered, is not done a second time.
      context.echoId = context.session && `bc-${context.session.id}-${packetId}-${index}`;
      const work = async () => {
        if (!context.session && !isLogin(message)) throw found instanceof Refusal ? found : none;
        return operationOf(kind, service, operation).run(context, data);
      };
      responses.push(await respond(work, report));
    }
    // What opens a session holds its token, of which nothing but a hash is kept; it is never asked for again as it was.
    if (context.session) await remember(context.session, packetId, opens ? null : responses);
    return responses;
  }

  async function remember(
    session: Session,
    packetId: number,
    responses: Response[] | null,
  ): Promise<void> {
    const isShort = JSON.stringify(responses).length <= values.longestAnswer;
    const memory = { ...session.memory, packetId, answer: isShort ? responses : null };
    session.expiresMs = await apps.remember(session.id, memory, seconds * 1000);
    connections.prolong(session);
  }

  return (request: ForeignRequest, app: App, packet: Packet): Promise<Response[]> => {
    const work = () => carryOut(request, app, packet);
    return packet.sessionId === '' ? work() : turns.take(packet.sessionId, packet.packetId, work);
  };
}

const none = new Refusal('NO_SESSION', 'no session');

/** A server that has not authenticated yet has not said of which application it is. */
const callingAs = ({ session, appId }: Pick<Context, 'session' | 'appId'>) => ({
  token: session?.token ?? null,
  ...(appId === '' ? {} : { hubId: appId }),
});
