import Router from '@koa/router';
import Koa from 'koa';
import { methods } from '../../acl/index.ts';
import { errors, ServiceError } from '../../acl/language/errors.ts';
import type { Receiver } from '../../uploads/receive.ts';
import type { Dispatcher } from '../core/dispatch.ts';
import type { Gateway } from '../gateways/port.ts';
import type { Limits } from '../limits/limits.ts';
import type { Metrics } from '../metrics.ts';
import { type Context, corsHub, State } from './context.ts';
import { type Cors, type CorsDependencies, createCors } from './cors.ts';
import type { Downloads } from './downloads.ts';
import { allowedVerbs, answerOf, errorBody } from './envelope.ts';
import type { HeaderReader } from './headers.ts';
import { createFileRoute } from './routes/files.ts';
import { gatewayRoutes } from './routes/gateways.ts';
import { createMethodRoute } from './routes/methods.ts';
import { pageRoutes } from './routes/page.ts';
import { type ProbeDependencies, probeRoutes } from './routes/probes.ts';

export interface HttpDependencies extends CorsDependencies, ProbeDependencies {
  dispatcher: Dispatcher;
  gateways: readonly Gateway[];
  downloads: Downloads;
  receiver: Receiver;
  metrics: Metrics;
  limits: Pick<Limits, 'strangers' | 'bodies' | 'billOf'>;
  headers: HeaderReader;
  clock: () => number;
}

const lingerMs = 2000;

const methodsPath = '/-/svc/';

/** Creates the Koa app. It emits `error` for what should not have happened. */
export function createHttp(deps: HttpDependencies): Koa<State> {
  const cors = createCors(deps);
  const answerMethod = createMethodRoute({ ...deps, cors });
  const app = new Koa<State>();
  app.use(async (ctx, next) => {
    const started = performance.now();
    prepare(ctx, deps.headers);
    try {
      // Routers would cost these calls more time than all else here.
      const name = ctx.path.startsWith(methodsPath) ? ctx.path.slice(methodsPath.length) : '';
      await (methods.has(name) ? answerMethod(ctx, name) : next());
      if (ctx.status === 404 && ctx.body === undefined) throw new ServiceError('METHOD_NOT_FOUND');
    } catch (error) {
      const answer = answerOf(error);
      if (answer.code === 'INTERNAL_ERROR' && answer !== error) app.emit('error', error, ctx);
      await answerError(ctx, answer, cors, deps);
    }
    if (!ctx.req.complete) linger(ctx);
    // A connection kept alive would delay the stop, and bring calls to a service that is stopping.
    if (deps.isDraining()) ctx.set('Connection', 'close');
    deps.metrics.observeCall(ctx.state.method, ctx.status, performance.now() - started);
  });
  const routers = [
    contractRoutes(answerMethod, createFileRoute({ ...deps, cors })),
    probeRoutes(deps),
    pageRoutes(deps),
    ...deps.gateways.flatMap((gateway) => gatewayRoutes(gateway, { ...deps, cors })),
  ];
  for (const router of routers) app.use(router.routes());
  return app;
}

/** The bytes of files, and paths of methods that are written in another way or name no method. */
function contractRoutes(
  answerMethod: ReturnType<typeof createMethodRoute>,
  answerFile: ReturnType<typeof createFileRoute>,
): Router<State> {
  const router = new Router<State>();
  // One parameter, looked up as a whole: `a.b.c` and `__proto__.x` are unknown names like others.
  router.all(`${methodsPath}:method`, (ctx) => answerMethod(ctx, ctx.params.method ?? ''));
  router.all('/-/file/:nid{/:variant}', (ctx) =>
    answerFile(ctx, ctx.params.nid ?? '', ctx.params.variant),
  );
  return router;
}

function prepare(ctx: Context, headers: HeaderReader): void {
  ctx.state = new State(ctx.req, headers);
  ctx.set('X-Request-Id', ctx.state.requestId);
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Content-Type-Options', 'nosniff');
}

/** Answers an error in the format of the route; if that fails, in our own envelope. */
async function answerError(
  ctx: Context,
  error: ServiceError,
  cors: Cors,
  { clock }: HttpDependencies,
): Promise<void> {
  if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
  try {
    if (ctx.state.fail) return await ctx.state.fail(error);
  } catch (failure) {
    ctx.app.emit('error', failure, ctx);
    return fail(ctx, new ServiceError('INTERNAL_ERROR'), cors, clock());
  }
  await fail(ctx, error, cors, clock());
}

/** Answers an error in our own envelope. */
async function fail(ctx: Context, error: ServiceError, cors: Cors, now: number): Promise<void> {
  const { method, requestId } = ctx.state;
  await cors.allow(ctx, corsHub(ctx));
  ctx.status = errors[error.code].status;
  if (error.code === 'METHOD_NOT_ALLOWED') ctx.set('Allow', allowedVerbs(method));
  ctx.body = errorBody(error, { method, requestId, now });
}

/** A client answered before the end of its body may go on for a moment, to read the reply. */
function linger(ctx: Context): void {
  const { req, res } = ctx;
  res.once('finish', () => {
    const timer = setTimeout(() => req.socket.destroy(), lingerMs).unref();
    req.once('close', () => clearTimeout(timer)).resume();
  });
}
