import Router from '@koa/router';
import { ServiceError } from '../../../acl/language/errors.ts';
import type { Owner } from '../../../db/connection/fair-queue.ts';
import type { Dispatcher } from '../../core/dispatch.ts';
import { createGatewayCall } from '../../gateways/call.ts';
import type { Gateway, GatewayReply, GatewayRequest } from '../../gateways/port.ts';
import type { Limits } from '../../limits/limits.ts';
import type { Visit } from '../../limits/strangers.ts';
import { maxBodyBytes, readBytes, readJsonBytes, readPacked } from '../body.ts';
import {
  anonymousBodyOf,
  bodyOf,
  type Context,
  namedHub,
  originOf,
  type State,
} from '../context.ts';
import type { Cors } from '../cors.ts';
import { bearerToken } from '../headers.ts';

export interface GatewayDependencies {
  dispatcher: Dispatcher;
  limits: Pick<Limits, 'strangers' | 'bodies' | 'billOf'>;
  cors: Cors;
}

/** A body of a caller who is not known counts as one more anonymous call for this many bytes. */
const bytesOfCall = 4 * 1024;

/** Returns the routers of a gateway's routes, and of its own errors below its prefixes. */
export function gatewayRoutes(gateway: Gateway, deps: GatewayDependencies): Router<State>[] {
  const routes = new Router<State>();
  const prefixes = new Router<State>();
  for (const { name, path, verb, handle } of gateway.routes)
    routes.register(path, [verb], async (ctx) => {
      ctx.state.method = `${gateway.name}.${name}`;
      const { request, reply } = exchange(ctx, ctx.params, gateway, deps);
      await reply(await handle(request));
    });
  for (const prefix of gateway.prefixes)
    prefixes.all(`${prefix}{/*rest}`, async (ctx) => {
      exchange(ctx, ctx.params, gateway, deps);
      if (ctx.method === 'OPTIONS') return deps.cors.preflight(ctx, gateway.cors);
      const verbs = new Set(routes.match(ctx.path, '').path.flatMap((layer) => layer.methods));
      if (verbs.size === 0) throw new ServiceError('METHOD_NOT_FOUND');
      ctx.set('Allow', [...verbs].join(', '));
      throw new ServiceError('METHOD_NOT_ALLOWED');
    });
  return [routes, prefixes];
}

/** Returns the request for a gateway, and how to reply; errors are answered in its format. */
function exchange(
  ctx: Context,
  params: Record<string, string>,
  gateway: Gateway,
  deps: GatewayDependencies,
): { request: GatewayRequest; reply: (reply: GatewayReply) => Promise<void> } {
  /** Known once the caller is admitted; until then any hub may allow the page to read the reply. */
  let hubId: string | undefined;
  let caller: Owner = { hubId: '', userId: '' };

  async function reply({ status, headers = {}, body = null }: GatewayReply): Promise<void> {
    await deps.cors.allow(ctx, hubId === undefined ? undefined : { id: hubId }, gateway.cors);
    ctx.set({ ...headers });
    ctx.body = body;
    ctx.status = status;
  }

  const { method: verb, path } = ctx;
  const { requestId } = ctx.state;
  ctx.state.fail = (error) => reply(gateway.refuse(error, { verb, path, requestId }));

  const request: GatewayRequest = {
    verb,
    path,
    params,
    query: new URLSearchParams(ctx.querystring),
    header: (name) => ctx.get(name),
    body: () => readJsonBytes(bodyOf(ctx, deps.limits, caller), maxBodyBytes),
    base: ctx.state.ownOrigin ?? '',
    ...anonymousReading(ctx, deps),
    requestId,
    isAborted: () => ctx.req.socket.destroyed,
    call: createGatewayCall(deps.dispatcher, {
      bearer: () => bearerToken(ctx.get('Authorization')),
      hub: { ...namedHub(ctx), prefersOwn: true },
      origin: originOf(ctx),
      onIdentified() {
        ctx.state.isIdentified = true;
      },
      onReading(owner) {
        caller = owner;
      },
      onAdmitted(id) {
        hubId = id || undefined;
      },
    }),
  };
  return { request, reply };
}

/** How a gateway reads requests whose token is in the body. */
function anonymousReading(
  ctx: Context,
  { limits }: Pick<GatewayDependencies, 'limits'>,
): Pick<GatewayRequest, 'visit' | 'anonymousBody'> {
  let visit: Visit | undefined;
  return {
    async visit() {
      const begun = await limits.strangers.visit(ctx.state.address);
      visit = begun;
      return {
        charge: (amount) => begun.charge(amount),
        async identify(...args) {
          const found = await begun.identify(...args);
          ctx.state.isIdentified = true;
          return found;
        },
      };
    },
    async anonymousBody({ limit = maxBodyBytes, encoding }) {
      const read = encoding === 'gzip' ? readPacked : readBytes;
      const bytes = await read(anonymousBodyOf(ctx, limits), Math.min(limit, maxBodyBytes));
      await visit?.charge(Math.floor(bytes.length / bytesOfCall));
      return bytes;
    },
  };
}
