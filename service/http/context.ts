import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ParameterizedContext } from 'koa';
import { defined } from '../../acl/language/defined.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import { readQuery } from '../../acl/language/query.ts';
import type { Owner } from '../../db/connection/fair-queue.ts';
import type { Origin } from '../core/call.ts';
import type { Request } from '../core/request.ts';
import type { Limits } from '../limits/limits.ts';
import type { Body, FilesBody } from './body.ts';
import { bearerToken, type HeaderReader, type Page } from './headers.ts';

/**
 * What is known of each request before its route handles it. What not every route asks for is read
 * from the headers once it is.
 */
export class State {
  readonly requestId = randomUUID();
  /** The caller's token is valid; until then the request counts against its address. */
  isIdentified = false;
  /** The called method or the gateway's route, for metrics and `__ack__`. */
  method: string | undefined;
  /** Answers an error, for routes that do not use our own envelope. */
  fail: ((error: ServiceError) => Promise<void>) | undefined;
  readonly #request: IncomingMessage;
  readonly #read: HeaderReader;
  #address: string | undefined;

  constructor(request: IncomingMessage, read: HeaderReader) {
    this.#request = request;
    this.#read = read;
  }

  get address(): string {
    this.#address ??= this.#read.addressOf(this.#request);
    return this.#address;
  }
  /** The name of the host that it was sent to. */
  get hostName(): string | undefined {
    return this.#read.hostNameOf(this.#request.headers);
  }
  /** The origin of pages of that host. */
  get ownOrigin(): string | undefined {
    return this.#read.ownOriginOf(this.#request.headers);
  }
  /** The page that sent it. */
  get page(): Page {
    return this.#read.pageOf(this.#request.headers);
  }
  /** It was sent by https. */
  get isSecure(): boolean {
    return this.#read.isSecure(this.#request.headers);
  }
  /** The session token in the cookie. */
  get cookieToken(): string | undefined {
    return this.#read.cookieToken(this.#request.headers);
  }
}

type Shape = MethodSpec['input']['shape'];
export type Context = ParameterizedContext<State>;

/** Returns the hubs that the query names; two of them are a mistake of the client. */
const hubsInQuery = (ctx: Context): string[] =>
  ctx.querystring === ''
    ? []
    : [...new Set([ctx.query.hub_id ?? []].flat().filter((id) => id !== ''))];

/**
 * Returns the hub that the request names, by each of the places where it can. Fails with
 * INVALID_INPUT if the query names two.
 */
export function namedHub(ctx: Context): Request['hub'] {
  const [query, ...others] = hubsInQuery(ctx);
  if (others.length > 0)
    throw new ServiceError('INVALID_INPUT', ['hub_id: the query names different hubs']);
  // V8 keeps a getter of an object literal, and so all that it refers to, until a full collection.
  return { query, header: ctx.get('X-Hub-Id') || undefined, host: ctx.state.hostName };
}

export const originOf = (ctx: Context): Origin => ({
  address: ctx.state.address,
  userAgent: ctx.get('User-Agent'),
});

export const filesBodyOf = (ctx: Context): FilesBody => ({
  request: ctx.req,
  begin() {
    if (ctx.get('Expect') !== '') ctx.res.writeContinue();
  },
});

type BodyLimits = Pick<Limits, 'bodies' | 'billOf'>;

/** The body of a known caller; `owner` has no user for the operator. */
export const bodyOf = (ctx: Context, { bodies, billOf }: BodyLimits, owner: Owner): Body => ({
  ...filesBodyOf(ctx),
  reserve(bytes) {
    return bodies.reserve(owner, bytes);
  },
  async received(bytes) {
    await billOf(owner).body(bytes);
    await bodies.turn(owner, bytes);
  },
});

/** The body of a caller who is not known yet. */
export const anonymousBodyOf = (ctx: Context, { bodies }: Pick<Limits, 'bodies'>): Body => ({
  ...filesBodyOf(ctx),
  reserve(bytes) {
    return bodies.reserve(ctx.state, bytes);
  },
  received(bytes) {
    return bodies.turn(ctx.state, bytes);
  },
});

/** Returns the parameters in the query of a method with these parameters. */
export function queryParams(ctx: Context, shape: Shape): Record<string, unknown> {
  const { hub_id: _, ...params } = readQuery(shape, ctx.query);
  return defined({ ...params, hub_id: hubsInQuery(ctx)[0] });
}

/**
 * Returns a call by the request's bearer token or cookie; the route adds how its parameters are
 * read.
 */
export function callOf(ctx: Context, method: string): Omit<Request, 'params'> {
  const authorization = ctx.get('Authorization');
  const cookie = authorization === '' ? ctx.state.cookieToken : undefined;
  const byCookie = cookie !== undefined;
  const readOnly = ctx.method !== 'POST';
  const isSameOrigin = ctx.get('Sec-Fetch-Site') === 'same-origin';
  const purpose = `${ctx.get('Sec-Purpose')} ${ctx.get('Purpose')}`;
  const isPrefetch = /prefetch|prerender/i.test(purpose);
  return {
    method,
    readOnly,
    token: bearerToken(authorization) ?? cookie,
    page: byCookie ? ctx.state.page : undefined,
    user: ctx.get('X-Hub-User-Id') || undefined,
    mayMark: !isPrefetch && (!byCookie || !readOnly || isSameOrigin),
    hub: namedHub(ctx),
    origin: originOf(ctx),
    onIdentified() {
      ctx.state.isIdentified = true;
    },
  };
}

/** The hub whose allowed origins decide whether a page may read the reply. */
export function corsHub(ctx: Context): { id: string | undefined; host: string | undefined } {
  return {
    id: hubsInQuery(ctx)[0] ?? (ctx.get('X-Hub-Id') || undefined),
    host: ctx.state.hostName,
  };
}
