import { withAliases } from '../../../acl/aliases.ts';
import { cookieNames } from '../../../acl/cookie.ts';
import { methods } from '../../../acl/index.ts';
import { errors, ServiceError } from '../../../acl/language/errors.ts';
import { dayMs } from '../../../acl/language/time.ts';
import type { Received, Receiver } from '../../../uploads/receive.ts';
import type { Dispatcher } from '../../core/dispatch.ts';
import type { Request } from '../../core/request.ts';
import type { Limits } from '../../limits/limits.ts';
import { firstTokenOf } from '../../secrets/tokens.ts';
import { maxBodyBytes, readFiles, readJson } from '../body.ts';
import {
  anonymousBodyOf,
  bodyOf,
  type Context,
  callOf,
  corsHub,
  filesBodyOf,
  queryParams,
} from '../context.ts';
import type { Cors } from '../cors.ts';
import { successBody } from '../envelope.ts';

export interface MethodDependencies {
  dispatcher: Dispatcher;
  receiver: Receiver;
  limits: Pick<Limits, 'bodies' | 'billOf'>;
  cors: Cors;
  clock: () => number;
}

/** For methods that need no token. */
const anonymousBodyBytes = 16 * 1024;
const cookieDays = 30;
const nothing = Buffer.alloc(0);

/** Returns the function that answers a call of one of the contract's methods. */
export function createMethodRoute({
  dispatcher,
  receiver,
  limits,
  cors,
  clock,
}: MethodDependencies) {
  /**
   * Calls the method; returns its reply, and the body of the response. If the method refuses the
   * call, received files are removed.
   */
  async function call(ctx: Context, method: string): Promise<{ data: unknown; body: Buffer }> {
    let received: { hubId: string; files: Received['files'] } | undefined;
    let body: Buffer = nothing;
    const request: Request = {
      ...callOf(ctx, method),
      async params(caller, sender) {
        const spec = methods.get(method);
        if (ctx.method !== 'POST') return queryParams(ctx, spec?.input.shape ?? {});
        if (sender) {
          const { fields, files } = await readFiles(filesBodyOf(ctx), receiver, sender);
          received = { hubId: sender.hubId, files };
          // `file` is always what was received, whatever a field of that name says.
          return { ...fields, file: files };
        }
        return spec?.by === 'anyone'
          ? readJson(anonymousBodyOf(ctx, limits), anonymousBodyBytes)
          : readJson(bodyOf(ctx, limits, caller), maxBodyBytes);
      },
      write(reply) {
        body = successBody(withAliases(method, reply), { method, now: clock() });
        return body.length;
      },
      hasLeft: () => ctx.req.socket.destroyed,
    };
    try {
      const data = await dispatcher.call(request);
      return { data, body };
    } catch (error) {
      // Where it is not known what became of the call, the files are left to the sweeper.
      if (received && isRefusal(error)) await receiver.drop(received.hubId, received.files);
      throw error;
    }
  }

  return async (ctx: Context, method: string): Promise<void> => {
    ctx.state.method = method;
    if (ctx.method === 'OPTIONS') return cors.preflight(ctx);
    if (!['GET', 'HEAD', 'POST'].includes(ctx.method)) throw new ServiceError('METHOD_NOT_ALLOWED');
    const { data, body } = await call(ctx, method);
    await cors.allow(ctx, corsHub(ctx));
    ctx.set('Content-Type', 'application/json; charset=utf-8');
    ctx.body = body;
    updateCookie(ctx, method, data);
  };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof ServiceError && errors[error.code].status < 500;

/** Logging in sets the cookie, logging out removes it, and a page that renews its own gets it. */
function updateCookie(ctx: Context, method: string, data: unknown): void {
  const isOwnRenewal = method === 'session.renew' && isOfCookie(callOf(ctx, method), data);
  if (method !== 'session.login' && method !== 'session.logout' && !isOwnRenewal) return;
  // Koa does not know of the proxy, and would refuse to set a Secure cookie.
  const { isSecure } = ctx.state;
  const cookieName = cookieNames[isSecure ? 'https' : 'http'];
  ctx.cookies.secure = isSecure;
  const options = {
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure,
    path: '/',
    overwrite: true,
  } as const;
  if (method !== 'session.logout') {
    const { token } = data as { token: string };
    ctx.cookies.set(cookieName, token, { ...options, maxAge: cookieDays * dayMs });
  } else ctx.cookies.set(cookieName, '', { ...options, maxAge: 0 });
}

/** Whether a renewal is of the session in the cookie, and not of another one of the same user. */
const isOfCookie = ({ token, page }: Pick<Request, 'token' | 'page'>, data: unknown): boolean =>
  token !== undefined &&
  page !== undefined &&
  firstTokenOf((data as { token: string }).token) === firstTokenOf(token);
