import { fileURLToPath } from 'node:url';
import Router from '@koa/router';
import sirv from 'sirv';
import { Unavailable } from '../../../acl/language/errors.ts';
import type { State } from '../context.ts';

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
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Serves the page at `/` and its assets, whose names change with their content. */
export function pageRoutes(): Router<State> {
  // Beside the sources, the page may be built again while the service runs.
  const serve = sirv(folder, { etag: true, brotli: true, gzip: true, dev: isSource });
  const router = new Router<State>();
  router.get(['/', '/assets/:name'], async (ctx, next) => {
    const isPage = ctx.path === '/';
    ctx.set('Cache-Control', isPage ? 'no-cache' : 'public, max-age=31536000, immutable');
    ctx.set('Content-Security-Policy', policy);
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
