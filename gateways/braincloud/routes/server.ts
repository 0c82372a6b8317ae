import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MethodName } from '../../../acl/index.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import type {
  GatewayReply,
  GatewayRequest,
  Route,
  Services,
} from '../../../service/gateways/port.ts';
import { type Context, callAs } from '../operation.ts';
import { exchange } from '../operations/authentication.ts';
import { operationOf } from '../operations/index.ts';
import { readPacket } from '../packets/packet.ts';
import type { PacketProcessor } from '../packets/processor.ts';
import { respond } from '../packets/respond.ts';
import type { Connections } from '../rtt/connections.ts';
import { readObject, readSchema } from '../wire/body.ts';
import { ServerCredentials } from '../wire/schemas.ts';
import { isAnonymous, presentBundleError } from './bundle-error.ts';

/** A call without a session, which carries the server's credentials. */
const SessionlessCall = z.object({
  ...ServerCredentials.shape,
  service: z.string(),
  operation: z.string(),
  data: z.unknown().optional(),
});
type SessionlessCall = z.output<typeof SessionlessCall>;

interface Dependencies {
  services: Services;
  connections: Connections;
  processor: PacketProcessor;
}

/** The route for packets of an application's server, and for its calls without a session. */
export function serverRoute(deps: Dependencies): Route {
  const { clock, report } = deps.services;
  const tokens = new TokenCache(clock);

  async function handle(request: GatewayRequest): Promise<GatewayReply> {
    try {
      const visit = await request.visit();
      const bytes = await request.anonymousBody({ encoding: 'gzip' });
      const body = readObject(bytes);
      if (!('messages' in body) && 'service' in body) {
        const call = readSchema(SessionlessCall, body);
        const response = await respond(async () => {
          const logIn = () => tokens.get(request, call);
          await visit.identify(keyOf(call), logIn, isAnonymous);
          return runSessionless(deps, tokens, request, { ...call, bytes: bytes.length });
        }, report);
        return { status: 200, body: response };
      }
      const packet = readPacket(body, bytes.length);
      const process = () => deps.processor.process(request, { id: undefined, secret: '' }, packet);
      const token = packet.sessionId || undefined;
      const messageResponses = await visit.identify(token, process, isAnonymous);
      return { status: 200, body: { packetId: packet.packetId, messageResponses } };
    } catch (error) {
      return presentBundleError(error, report);
    }
  }
  return { name: 's2sdispatcher', verb: 'POST', path: '/s2sdispatcher', handle };
}

const isUnauthenticated = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED';

/** Runs a call with the cached token; if that token has ended, once more with a new one. */
async function runSessionless(
  deps: Dependencies,
  tokens: TokenCache,
  request: GatewayRequest,
  call: SessionlessCall & { bytes: number },
): Promise<unknown> {
  const { apps } = deps.services;
  const attempt = async () => {
    const token = await tokens.get(request, call);
    if (!(await apps.recall(token, call.bytes))) throw new ServiceError('NOT_AUTHENTICATED');
    const context = contextOf(deps, request, call.appId, token);
    return operationOf('server', call.service, call.operation).run(context, call.data);
  };
  try {
    return await attempt();
  } catch (error) {
    if (!isUnauthenticated(error)) throw error;
    tokens.delete(call);
    return attempt();
  }
}

const contextOf = (
  { services: { apps, clock }, connections }: Dependencies,
  request: GatewayRequest,
  appId: string,
  token: string,
): Context<MethodName> => ({
  kind: 'server',
  apps,
  clock,
  connections,
  session: undefined,
  packetId: 0,
  echoId: undefined,
  appId,
  appSecret: '',
  base: request.base,
  call: callAs(request, () => ({ token, hubId: appId })),
});

type Credentials = z.output<typeof ServerCredentials>;

const tokenLifetimeMs = 30 * 60_000;
const maxTokens = 1000;

/** Tokens of servers by their credentials, so that not every call without a session makes one. */
class TokenCache {
  readonly #clock: () => number;
  readonly #tokens = new Map<string, { token: Promise<string>; untilMs: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get(request: GatewayRequest, credentials: Credentials): Promise<string> {
    const key = keyOf(credentials);
    const cached = this.#tokens.get(key);
    if (cached && cached.untilMs > this.#clock()) return cached.token;
    const call = callAs(request, () => ({ token: null }));
    const token = exchange(call, credentials);
    this.#tokens.set(key, { token, untilMs: this.#clock() + tokenLifetimeMs });
    token.catch(() => this.#tokens.delete(key));
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size > maxTokens && oldest !== undefined) this.#tokens.delete(oldest);
    return token;
  }

  delete(credentials: Credentials): void {
    this.#tokens.delete(keyOf(credentials));
  }
}

/** Hashes the credentials: the cache must not hold secrets. */
const keyOf = ({ appId, serverName, serverSecret }: Credentials): string =>
  createHash('sha256')
    .update(JSON.stringify([appId, serverName, serverSecret]))
    .digest('hex');
