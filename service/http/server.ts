import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import { v7 as newRequestId } from 'uuid';
import { withAliases } from '../../acl/aliases.ts';
import { cookieName } from '../../acl/cookie.ts';
import type { StoredFile } from '../../acl/entities/file.ts';
import { methods } from '../../acl/index.ts';
import { errors, RateLimited, ServiceError } from '../../acl/language/errors.ts';
import type { Receiver, Sender } from '../../uploads/receive.ts';
import type { Request } from '../core/admission.ts';
import type { Dispatcher } from '../core/dispatch.ts';
import type { Limits } from '../core/limits.ts';
import { openApi } from '../docs/openapi.ts';
import { docsPage } from '../docs/page.ts';
import { foreignCall } from '../gateways/call.ts';
import type { ForeignReply, ForeignRequest, Gateway } from '../gateways/port.ts';
import type { Metrics } from '../metrics.ts';
import {
  anonymousBodyLimit,
  type Body,
  bodyLimit,
  readBytes,
  readFiles,
  readJson,
  readPacked,
} from './body.ts';
import { type CorsDependencies, createCors } from './cors.ts';
import { allowedVerbs, asServiceError, failureOf, successOf } from './envelope.ts';
import { bearerToken, type HeaderReader } from './headers.ts';
import { type Files, isSameCopy, rangeOf, unknownFile } from './routes/files.ts';

export interface HttpDependencies extends CorsDependencies {
  dispatcher: Dispatcher;
  gateways: readonly Gateway[];
  files: Files;
  receiver: Receiver;
  metrics: Metrics;
  limits: Pick<Limits, 'anonymousCall' | 'beforeHandshake'>;
  /** Resolves when the database answers. */
  ready: () => Promise<unknown>;
  isDraining: () => boolean;
  clock: () => number;
  trustProxy: boolean;
  headers: HeaderReader;
}

const cookieDays = 30;
const readyWithinMs = 2000;
const lingerMs = 2000;
/** Who takes nothing of a file for so long is cut. */
const idleDownloadMs = 60_000;

/** What a browser calls the origin of our own pages. Not ctx.origin: since Koa 3 that is the caller's header. */
const ownOrigin = (ctx: Context): string => `${ctx.protocol}://${ctx.host}`.toLowerCase();

export function createHttp(deps: HttpDependencies): Koa {
  const app = new Koa({ proxy: deps.trustProxy });
  const router = new Router();
  const cors = createCors(deps);

  router.get('/-/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/-/readyz', async (ctx) => {
    if (deps.isDraining()) throw new ServiceError('UNAVAILABLE', ['stopping']);
    await Promise.race([deps.ready(), timeout(readyWithinMs)]).catch(() => {
      throw new ServiceError('UNAVAILABLE', ['the database does not answer']);
    });
    ctx.body = { status: 'ready' };
  });
  router.get('/-/metrics', async (ctx) => {
    ctx.type = deps.metrics.contentType;
    ctx.body = await deps.metrics.text();
  });
  router.get('/-/openapi.json', (ctx) => {
    ctx.body = openApi();
  });
  router.get('/-/docs', (ctx) => {
    ctx.type = 'html';
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    ctx.body = docsPage();
  });
  router.get('/', (ctx) => ctx.redirect('/-/docs'));
  // One parameter, looked up as a whole: `a.b.c` and `__proto__.x` are names like any other, and unknown.
  router.all('/-/svc/:method', async (ctx) => {
    const method = ctx.params.method ?? '';
    ctx.state.method = method;
    if (ctx.method === 'OPTIONS') return preflight(ctx);
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD' && ctx.method !== 'POST')
      throw new ServiceError('METHOD_NOT_ALLOWED');
    const data = await deps.dispatcher
      .call(requestOf(ctx, method))
      .catch((error: unknown) => giveUp(ctx, error));
    await answerOrigin(ctx).catch(() => {});
    ctx.body = successOf(withAliases(method, data), called(ctx));
    keepCookie(ctx, method, data);
  });

  router.all('/-/file/:nid{/:variant}', async (ctx) => {
    const { nid = '', variant } = ctx.params;
    if (ctx.method === 'OPTIONS') return preflight(ctx);
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new ServiceError('METHOD_NOT_ALLOWED');
    if (variant !== undefined && variant !== 'thumb') throw unknownFile();
    await sendFile(ctx, nid, variant ? 'thumb' : 'file');
  });
  for (const gateway of deps.gateways) mount(gateway);

  app.use(async (ctx, next) => {
    const started = performance.now();
    ctx.state.requestId = newRequestId();
    ctx.set('X-Request-Id', ctx.state.requestId);
    ctx.set('Cache-Control', 'no-store');
    ctx.set('X-Content-Type-Options', 'nosniff');
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) throw new ServiceError('METHOD_NOT_FOUND');
    } catch (error) {
      await answerError(ctx, error);
    }
    if (!ctx.req.complete) linger(ctx);
    // A connection that stays alive would hold up the stop, and bring calls to a service that ends.
    if (deps.isDraining()) ctx.set('Connection', 'close');
    deps.metrics.observeCall(ctx.state.method, ctx.status, performance.now() - started);
  });
  app.use(router.routes());
  return app;

  function mount(gateway: Gateway): void {
    for (const route of gateway.routes)
      router.register(route.path, [route.verb], async (ctx) => {
        ctx.state.method = `${gateway.name}.${route.name}`;
        await route.handle(foreignRequest(ctx)).then(
          (reply) => answerForeign(ctx, gateway, reply),
          (error: unknown) => refuseForeign(ctx, gateway, error),
        );
      });
    // After all of its routes: of the handlers that fit, the first answers.
    for (const prefix of gateway.prefixes)
      router.all(`${prefix}{/*rest}`, async (ctx) => {
        if (ctx.method === 'OPTIONS')
          return preflight(ctx, gateway.cors).catch((error: unknown) =>
            refuseForeign(ctx, gateway, error),
          );
        const verbs = verbsOf(gateway, ctx.path);
        if (verbs.length > 0) ctx.set('Allow', verbs.join(', '));
        const code = verbs.length > 0 ? 'METHOD_NOT_ALLOWED' : 'METHOD_NOT_FOUND';
        await refuseForeign(ctx, gateway, new ServiceError(code));
      });
  }

  /** With which verbs the gateway's routes would take the path. */
  function verbsOf(gateway: Gateway, path: string): string[] {
    const paths = gateway.routes.map((route) => route.path);
    const layers = router
      .match(path, '')
      .path.filter((layer) => paths.includes(String(layer.path)));
    return [...new Set(layers.flatMap((layer) => layer.methods))];
  }

  function refuseForeign(ctx: Context, gateway: Gateway, error: unknown): Promise<void> {
    const { method: verb, path } = ctx;
    const { requestId } = called(ctx);
    return answerForeign(
      ctx,
      gateway,
      gateway.refuse(asReported(ctx, error), { verb, path, requestId }),
    );
  }

  async function answerForeign(ctx: Context, gateway: Gateway, reply: ForeignReply): Promise<void> {
    ctx.vary('Origin');
    // Before it is known whose call it is, any hub that allows the page does.
    const id = ctx.state.foreignHub as string | undefined;
    const hub = id === undefined ? undefined : { id };
    ctx.set(
      await cors.answer(ctx.get('Origin'), ownOrigin(ctx), hub, gateway.cors).catch(() => ({})),
    );
    ctx.set({ ...reply.headers });
    ctx.body = reply.body ?? null;
    ctx.status = reply.status;
  }

  function foreignRequest(ctx: Context): ForeignRequest {
    const body: Body = {
      request: ctx.req,
      begin: () => ctx.get('Expect') !== '' && ctx.res.writeContinue(),
    };
    const bearer = () => bearerToken(ctx.get('Authorization'));
    const hub = { ...namedHub(ctx), prefersOwn: true };
    const { address } = originOf(ctx);
    return {
      verb: ctx.method,
      path: ctx.path,
      params: ctx.params,
      query: new URLSearchParams(ctx.querystring),
      header: (name) => ctx.get(name),
      body: (limit = bodyLimit, encoding) =>
        (encoding === 'gzip' ? readPacked : readBytes)(body, Math.min(limit, bodyLimit)),
      base: ownOrigin(ctx),
      stranger: {
        check: () => deps.limits.beforeHandshake(address),
        count: () => deps.limits.anonymousCall(address),
      },
      requestId: called(ctx).requestId,
      call: foreignCall(deps.dispatcher, {
        ...{ bearer, hub, origin: originOf(ctx) },
        meet: (hubId) => {
          ctx.state.foreignHub = hubId || undefined;
        },
      }),
    };
  }

  function namedHub(ctx: Context): Request['hub'] {
    return {
      query: one(ctx.query.hub_id),
      header: ctx.get('X-Hub-Id') || undefined,
      host: deps.headers.hostNameOf(ctx.headers),
    };
  }

  function called(ctx: Context) {
    return {
      method: ctx.state.method as string | undefined,
      requestId: ctx.state.requestId as string,
      now: deps.clock(),
    };
  }

  function originOf(ctx: Context): Request['origin'] {
    return { address: deps.headers.addressOf(ctx.req), userAgent: ctx.get('User-Agent') };
  }

  function requestOf(ctx: Context, method: string): Request {
    const bearer = bearerToken(ctx.get('Authorization'));
    const cookie =
      bearer === undefined && ctx.get('Authorization') === ''
        ? deps.headers.cookieToken(ctx.headers)
        : undefined;
    const isByGet = ctx.method !== 'POST';
    const isSameOrigin = ctx.get('Sec-Fetch-Site') === 'same-origin';
    const isPrefetch = /prefetch|prerender/i.test(
      `${ctx.get('Sec-Purpose')} ${ctx.get('Purpose')}`,
    );
    return {
      method,
      readOnly: isByGet,
      token: bearer ?? cookie,
      byCookie: cookie !== undefined,
      isUntrusted: (origins) =>
        cookie !== undefined && !cors.isAllowed(ctx.get('Origin'), ownOrigin(ctx), origins),
      mayMark: !isPrefetch && (cookie === undefined || !isByGet || isSameOrigin),
      hub: namedHub(ctx),
      origin: originOf(ctx),
      params: (sender) => paramsOf(ctx, method, sender),
    };
  }

  async function paramsOf(
    ctx: Context,
    method: string,
    sender?: Sender,
  ): Promise<Record<string, unknown>> {
    if (ctx.method !== 'POST') return queryParams(ctx);
    const body: Body = {
      request: ctx.req,
      begin: () => ctx.get('Expect') !== '' && ctx.res.writeContinue(),
    };
    if (sender) {
      const { fields, files } = await readFiles(body, deps.receiver, sender);
      ctx.state.received = { hubId: sender.hubId, files };
      // Files are what was received, never what a field of that name says.
      return { ...fields, file: files };
    }
    return readJson(body, methods.get(method)?.by === 'anyone' ? anonymousBodyLimit : bodyLimit);
  }

  /** Files of a call that was refused go at once; where it is unknown what became of it they stay for the sweeper. */
  async function giveUp(ctx: Context, error: unknown): Promise<never> {
    const isRefused = error instanceof ServiceError && errors[error.code].status < 500;
    const { received } = ctx.state as { received?: { hubId: string; files: StoredFile[] } };
    if (isRefused && received) await deps.receiver.drop(received.hubId, received.files);
    throw error;
  }

  async function sendFile(ctx: Context, nid: string, variant: 'file' | 'thumb'): Promise<void> {
    const file = await deps.files.open(requestOf(ctx, 'file'), nid, variant);
    const { bytes } = file;
    try {
      await answerOrigin(ctx).catch(() => {});
      ctx.set('Cache-Control', 'private, no-cache');
      ctx.set('Content-Security-Policy', "sandbox; default-src 'none'");
      ctx.set('Cross-Origin-Resource-Policy', 'same-site');
      ctx.set('ETag', file.etag);
      ctx.set('Accept-Ranges', 'bytes');
      ctx.status = 200;
      if (isSameCopy(ctx.get('If-None-Match'), file.etag)) {
        ctx.status = 304;
        return;
      }
      const isPart = ctx.method === 'GET' && ['', file.etag].includes(ctx.get('If-Range'));
      const range = isPart ? rangeOf(ctx.get('Range'), bytes.size) : undefined;
      if (range !== undefined) {
        const part = range ? `${range.start}-${range.end}` : '*';
        ctx.set('Content-Range', `bytes ${part}/${bytes.size}`);
        ctx.status = 206;
      }
      if (range === null)
        throw new ServiceError('INVALID_RANGE', [`Range: the file has ${bytes.size} bytes`]);
      const fallback = file.name.replace(/[^\x20-\x7e]/g, '?');
      ctx.attachment(file.name, { type: file.inline ? 'inline' : 'attachment', fallback });
      ctx.set('Content-Type', file.mimetype);
      ctx.length = range ? range.end - range.start + 1 : bytes.size;
      if (ctx.method === 'HEAD') return;
      ctx.res.setTimeout(idleDownloadMs, () => ctx.res.destroy());
      // Half a file must not look like a whole one.
      ctx.body = bytes.read(range).once('error', () => ctx.res.destroy());
    } finally {
      // Whoever reads them closes them.
      if (!(ctx.body instanceof Readable)) await bytes.close();
    }
  }

  /** Bearer callers of allowed origins may read the answer. */
  async function answerOrigin(ctx: Context): Promise<void> {
    ctx.vary('Origin');
    const { query, header, host } = namedHub(ctx);
    ctx.set(await cors.answer(ctx.get('Origin'), ownOrigin(ctx), { id: query ?? header, host }));
  }

  async function preflight(ctx: Context, extra?: Gateway['cors']): Promise<void> {
    await deps.limits.anonymousCall(deps.headers.addressOf(ctx.req));
    ctx.vary('Origin');
    ctx.set(await cors.preflight(ctx.get('Origin'), extra));
    ctx.status = 204;
  }

  /** Told whoever watches when it is a fault of ours. */
  function asReported(ctx: Context, error: unknown): ServiceError {
    const answer = asServiceError(error);
    if (answer.code === 'INTERNAL_ERROR' && answer !== error) ctx.app.emit('error', error, ctx);
    return answer;
  }

  async function answerError(ctx: Context, error: unknown): Promise<void> {
    const answer = asReported(ctx, error);
    await answerOrigin(ctx).catch(() => {});
    ctx.status = errors[answer.code].status;
    if (answer instanceof RateLimited) ctx.set('Retry-After', String(answer.retryAfter));
    if (answer.code === 'METHOD_NOT_ALLOWED') ctx.set('Allow', allowedVerbs(ctx.state.method));
    ctx.body = failureOf(answer, called(ctx));
  }
}

/** Who was answered before he had sent everything may go on for a moment, so that he reads the answer; then he is cut. */
function linger(ctx: Context): void {
  ctx.res.once('finish', () => {
    ctx.req.resume();
    setTimeout(() => ctx.req.complete || ctx.req.socket.destroy(), lingerMs).unref();
  });
}

const timeout = (ms: number): Promise<never> =>
  sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error('too slow');
  });

/** Logging in sets the cookie, logging out takes it away. */
function keepCookie(ctx: Context, method: string, data: unknown): void {
  const options = {
    httpOnly: true,
    sameSite: 'strict',
    secure: ctx.secure,
    path: '/',
    overwrite: true,
  } as const;
  if (method === 'session.login')
    ctx.cookies.set(cookieName, (data as { token: string }).token, {
      ...options,
      maxAge: cookieDays * 86_400_000,
    });
  if (method === 'session.logout') ctx.cookies.set(cookieName, '', { ...options, maxAge: 0 });
}

const one = (value: string | string[] | undefined): string | undefined =>
  (Array.isArray(value) ? value[0] : value) || undefined;

const queryParams = (ctx: Context): Record<string, unknown> =>
  Object.fromEntries(Object.entries(ctx.query));
