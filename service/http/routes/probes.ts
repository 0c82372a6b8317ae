import { setTimeout as sleep } from 'node:timers/promises';
import Router from '@koa/router';
import { ServiceError } from '../../../acl/language/errors.ts';
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

/** Routes for those who run the service or write clients: probes, metrics, the reference. */
export function probeRoutes({ ready, isDraining, metrics }: ProbeDependencies): Router<State> {
  const router = new Router<State>();
  router.get('/-/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/-/readyz', async (ctx) => {
    if (isDraining()) throw new ServiceError('UNAVAILABLE', ['the service is stopping']);
    await Promise.race([ready(), rejectAfter(readyWithinMs)]).catch(() => {
      throw new ServiceError('UNAVAILABLE', ['the database does not answer']);
    });
    ctx.body = { status: 'ready' };
  });
  router.get('/-/metrics', async (ctx) => {
    ctx.type = metrics.contentType;
    ctx.body = await metrics.text();
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
  return router;
}

const rejectAfter = (ms: number): Promise<never> =>
  sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
