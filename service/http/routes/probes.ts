import { setTimeout as sleep } from 'node:timers/promises';
import Router from '@koa/router';
import { Unavailable } from '../../../acl/language/errors.ts';
import { openApi } from '../../docs/openapi.ts';
import { docsPage } from '../../docs/page.ts';
import type { Metrics } from '../../metrics.ts';
import type { State } from '../context.ts';

export interface ProbeDependencies {
  /** Resolves once the database has answered. */
  ready: () => Promise<unknown>;
  isDraining: () => boolean;
  metrics: Pick<Metrics, 'contentType' | 'text'>;
}

const readyWithinMs = 2000;
const metricsAgeMs = 1000;

/**
 * Routes for those who run the service or write clients: probes, metrics, the reference. They need
 * no token, so what costs more than a moment is made once for many requests.
 */
export function probeRoutes({ ready, isDraining, metrics }: ProbeDependencies): Router<State> {
  const router = new Router<State>();
  const checkReady = shared(() => Promise.race([ready(), rejectAfter(readyWithinMs)]));
  const metricsText = shared(() => metrics.text(), metricsAgeMs);
  let description: string | undefined;
  router.get('/-/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/-/readyz', async (ctx) => {
    if (isDraining()) throw new Unavailable(['the service is stopping']);
    await checkReady().catch(() => {
      throw new Unavailable(['the database does not answer']);
    });
    ctx.body = { status: 'ready' };
  });
  router.get('/-/metrics', async (ctx) => {
    ctx.type = metrics.contentType;
    ctx.body = await metricsText();
  });
  router.get('/-/openapi.json', (ctx) => {
    description ??= JSON.stringify(openApi());
    ctx.type = 'json';
    ctx.body = description;
  });
  router.get('/-/docs', (ctx) => {
    ctx.type = 'html';
    ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
    ctx.body = docsPage();
  });
  return router;
}

/**
 * Returns a function that calls `make` unless its last result, or the attempt at one, is under way
 * or younger than `ageMs`.
 */
function shared<T>(make: () => Promise<T>, ageMs = 0): () => Promise<T> {
  let last: Promise<T> | undefined;
  return () => {
    if (last) return last;
    const made = make();
    last = made;
    const forget = () => {
      last = undefined;
    };
    made.then(() => (ageMs > 0 ? void setTimeout(forget, ageMs).unref() : forget()), forget);
    return made;
  };
}

const rejectAfter = (ms: number): Promise<never> =>
  sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
