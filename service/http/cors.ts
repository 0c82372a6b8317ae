import type { Origins } from '../core/origins.ts';
import type { Limits } from '../limits/limits.ts';
import type { Context } from './context.ts';

export interface CorsDependencies {
  origins: Origins;
  limits: Pick<Limits, 'strangers'>;
}

/** A hub as a call names it. */
type HubName = Parameters<Origins['isAllowed']>[1];

/** The CORS verbs and headers that one gateway has beside those of every call. */
export interface CorsExtras {
  verbs: readonly string[];
  requestHeaders: readonly string[];
  responseHeaders: readonly string[];
}

export interface Cors {
  /**
   * Lets a page of another origin read the reply if the hub allows that origin; without a hub, if
   * any hub does. Nobody is allowed while the hub's origins cannot be read.
   */
  allow(ctx: Context, hub: HubName, extras?: CorsExtras): Promise<void>;
  /** Answers the OPTIONS request that a browser sends before a call from another origin. */
  preflight(ctx: Context, extras?: CorsExtras): Promise<void>;
}

const noExtras: CorsExtras = { verbs: [], requestHeaders: [], responseHeaders: [] };
const verbs = ['GET', 'POST'];
const requestHeaders = [
  'Authorization',
  'Content-Type',
  'X-Hub-Id',
  'X-Hub-User-Id',
  'Range',
  'If-Range',
  'If-None-Match',
];
const responseHeaders = [
  'X-Request-Id',
  'Retry-After',
  'ETag',
  'Accept-Ranges',
  'Content-Range',
  'Content-Disposition',
];
const maxAgeSeconds = 600;

const list = (...names: (readonly string[])[]): string => [...new Set(names.flat())].join(', ');

/** Creates the CORS rules: for callers with a bearer token, never with credentials. */
export function createCors(deps: CorsDependencies): Cors {
  async function mayRead(ctx: Context, hub: HubName): Promise<boolean> {
    const { origin, isOwn } = ctx.state.page;
    if (origin === '' || isOwn) return false;
    // The database is asked for nobody whose address has used up its anonymous calls.
    if (!ctx.state.isIdentified && !deps.origins.isConfigured(origin))
      await deps.limits.strangers.count(ctx.state.address);
    return deps.origins.isAllowed(origin, hub);
  }

  return {
    async allow(ctx, hub, extras = noExtras) {
      ctx.set('Vary', 'Origin');
      if (ctx.get('Origin') === '') return;
      if (!(await mayRead(ctx, hub).catch(() => false))) return;
      ctx.set('Access-Control-Allow-Origin', ctx.get('Origin'));
      ctx.set('Access-Control-Expose-Headers', list(responseHeaders, extras.responseHeaders));
    },

    async preflight(ctx, extras = noExtras) {
      await deps.limits.strangers.count(ctx.state.address);
      ctx.set('Vary', 'Origin');
      // It does not name the hub. Whether that hub allows the origin is decided by the call itself.
      if (await deps.origins.isAllowed(ctx.state.page.origin, undefined))
        ctx.set('Access-Control-Allow-Origin', ctx.get('Origin'));
      ctx.set('Access-Control-Allow-Methods', list(verbs, extras.verbs));
      ctx.set('Access-Control-Allow-Headers', list(requestHeaders, extras.requestHeaders));
      ctx.set('Access-Control-Max-Age', String(maxAgeSeconds));
      ctx.status = 204;
    },
  };
}
