import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MethodName } from '../../../acl/index.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import type {
  ForeignReply,
  ForeignRequest,
  Route,
  Services,
} from '../../../service/gateways/port.ts';
import { exchange } from '../operations/authentication.ts';
import { type createPackets, operationOf, packetOf, readJson, respond } from '../packets/run.ts';
import type { Connections } from '../rtt/connections.ts';
import { type Context, callerOf } from '../sessions/session.ts';
import { read } from '../wire/body.ts';
import { refusedWith } from './client.ts';

const Call = z.object({
  appId: z.string(),
  serverName: z.string(),
  serverSecret: z.string(),
  service: z.string(),
  operation: z.string(),
  data: z.unknown().optional(),
});

/** A server without a session is known by its credentials for so long. */
const knownMs = 30 * 60_000;
const mostKnown = 1000;

/** Packets of an application's server, and calls that show its credentials each time. */
export function serverRoute(
  services: Services,
  connections: Connections,
  run: ReturnType<typeof createPackets>,
): Route {
  const { apps, clock, report } = services;
  /** The tokens of servers without sessions, by their credentials: not each call makes one. */
  const tokens = new Map<string, { token: Promise<string>; untilMs: number }>();

  function tokenOf(
    request: ForeignRequest,
    sent: z.output<typeof Call>,
  ): { key: string; token: Promise<string> } {
    const { appId, serverName, serverSecret } = sent;
    const key = createHash('sha256')
      .update(JSON.stringify([appId, serverName, serverSecret]))
      .digest('hex');
    const known = tokens.get(key);
    if (known && known.untilMs > clock()) return { key, token: known.token };
    const token = exchange(
      callerOf(request, () => ({ token: null })),
      sent,
    );
    tokens.set(key, { token, untilMs: clock() + knownMs });
    token.catch(() => tokens.delete(key));
    const [oldest] = tokens.keys();
    if (tokens.size > mostKnown && oldest !== undefined) tokens.delete(oldest);
    return { key, token };
  }

  async function once(request: ForeignRequest, sent: z.output<typeof Call>): Promise<unknown> {
    const { key, token } = tokenOf(request, sent);
    const known = await token;
    const context: Context<MethodName> = {
      ...{
        kind: 'server',
        apps,
        clock,
        connections,
        session: undefined,
        packetId: 0,
        echoId: undefined,
      },
      ...{ appId: sent.appId, appSecret: '', base: request.base },
      call: callerOf(request, () => ({ token: known, hubId: sent.appId })),
    };
    return operationOf('server', sent.service, sent.operation)
      .run(context, sent.data)
      .catch((error: unknown) => {
        if (error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED') tokens.delete(key);
        throw error;
      });
  }

  /** Its token may have ended, with the key or by an admin: then its credentials tell whether it may still. */
  async function withoutSession(
    request: ForeignRequest,
    sent: z.output<typeof Call>,
  ): Promise<unknown> {
    return once(request, sent).catch((error: unknown) => {
      if (error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED')
        return once(request, sent);
      throw error;
    });
  }

  async function handle(request: ForeignRequest): Promise<ForeignReply> {
    try {
      await request.stranger.check();
      const body = readJson(await request.body(undefined, 'gzip'));
      if (!('messages' in body) && 'service' in body) {
        const sent = read(Call, body);
        return { status: 200, body: await respond(() => withoutSession(request, sent), report) };
      }
      const packet = packetOf(body);
      const messageResponses = await run(request, { id: undefined, secret: '' }, packet);
      return { status: 200, body: { packetId: packet.packetId, messageResponses } };
    } catch (error) {
      const { failed, status } = await refusedWith(request, error, report);
      return { status, body: failed };
    }
  }
  return { name: 's2sdispatcher', verb: 'POST', path: '/s2sdispatcher', handle };
}
