import { fileURLToPath } from 'node:url';
import Router from '@koa/router';
import sirv from 'sirv';
import { Unavailable } from '../../../acl/language/errors.ts';
import { type Context, corsHub, type State } from '../context.ts';
import type { CorsDependencies } from '../cors.ts';

const isSource = import.meta.url.endsWith('.ts');

/** Where `npm run build` writes the page, seen from this file or from the bundle of the service. */
const folder = fileURLToPath(new URL(isSource ? '../../../dist/web' : '../web', import.meta.url));

/** The page runs its own scripts and styles only, and loads nothing from elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Returns who may show the page in a frame: itself, and the pages that the hub allows. */
async function framePolicy(ctx: Context, { origins, limits }: CorsDependencies): Promise<string> {
  try {
    // The database is asked for nobody whose address has used up its anonymous calls.
    await limits.strangers.count(ctx.state.address);
    const allowed = await origins.of(corsHub(ctx));
    return `frame-ancestors ${allowed ? ["'self'", ...allowed].join(' ') : "'none'"}`;
  } catch {
    return "frame-ancestors 'none'";
  }
}

/** Serves the page at `/` and its assets, whose names change with their content. */
export function pageRoutes(deps: CorsDependencies): Router<State> {
  // Beside the sources, the page may be built again while the service runs.
  const serve = sirv(folder, { etag: true, brotli: true, gzip: true, dev: isSource });
  const router = new Router<State>();
  router.get(['/', '/assets/:name'], async (ctx, next) => {
    const isPage = ctx.path === '/';
    ctx.set('Cache-Control', isPage ? 'no-cache' : 'public, max-age=31536000, immutable');
    const frames = isPage ? await framePolicy(ctx, deps) : "frame-ancestors 'none'";
    ctx.set('Content-Security-Policy', `${policy}; ${frames}`);
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.respond = false;
    await new Promise<void>((resolve) => {
      ctx.res.once('close', resolve);
      serve(ctx.req, ctx.res, resolve);
    });
    if (ctx.res.headersSent) return;
    ctx.respond = true;
    ctx.set('Cache-Control', 'no-store');
    if (isPage) throw new Unavailable(['the page is not built: run npm run build']);
    await next();
  });
  return router;
}
