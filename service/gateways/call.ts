import type { Output, Spec } from '../../acl/index.ts';
import { defined } from '../../acl/language/defined.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { Owner } from '../../db/connection/fair-queue.ts';
import type { Dispatcher } from '../core/dispatch.ts';
import type { Credentials } from '../core/identity/credentials.ts';
import type { Request } from '../core/request.ts';
import type { GatewayRequest } from './port.ts';

/** What all calls of one request to a gateway share. */
export interface GatewayOrigin {
  /** Returns the request's token. Fails with NOT_AUTHENTICATED if it is not a bearer token. */
  bearer(): string | undefined;
  hub: Credentials['hub'];
  origin: Credentials['origin'];
  /** Called once the token of a call has turned out to be valid. */
  onIdentified?(): void;
  /** Called with the authenticated caller before the body may be read. */
  onReading?(caller: Owner): void;
  /** Called with the caller's hub once a call is admitted. */
  onAdmitted?(hubId: string): void;
}

/** Returns the function by which a gateway calls methods: with a bearer token, never a cookie. */
export function createGatewayCall(
  dispatcher: Dispatcher,
  { bearer, hub, origin, onIdentified, onReading, onAdmitted }: GatewayOrigin,
): GatewayRequest['call'] {
  return async (method, params, { token, hubId, grants, prepare } = {}) => {
    // The dispatcher rejects with ServiceErrors only; an error of the gateway's own is kept here.
    let failure: { error: unknown } | undefined;
    const fail = (error: unknown): never => {
      failure = { error };
      throw error instanceof ServiceError ? error : new ServiceError('INVALID_INPUT');
    };
    const request: Request = {
      method,
      readOnly: false,
      token: token === undefined ? bearer() : (token ?? undefined),
      page: undefined,
      mayMark: true,
      hub: hubId === undefined ? hub : { query: hubId },
      ...defined({ grants, onIdentified }),
      origin,
      async params(owner) {
        onReading?.(owner);
        await prepare?.().catch(fail);
        return {};
      },
      paramsFor(caller) {
        onAdmitted?.(caller.hubId);
        if (typeof params !== 'function') return params;
        try {
          return params(caller);
        } catch (error) {
          return fail(error);
        }
      },
    };
    try {
      return (await dispatcher.call(request)) as Output<Spec<typeof method>>;
    } catch (error) {
      throw failure ? failure.error : error;
    }
  };
}
