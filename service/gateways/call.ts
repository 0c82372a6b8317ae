import { ServiceError } from '../../acl/language/errors.ts';
import type { Request } from '../core/admission.ts';
import type { Dispatcher } from '../core/dispatch.ts';
import type { ForeignRequest } from './port.ts';

/** What every call has that a request to a gateway makes. */
export interface ForeignOrigin {
  /** Throws when what was sent is no bearer token. */
  bearer(): string | undefined;
  hub: Request['hub'];
  origin: Request['origin'];
  /** Told whose call it is, once he may make it. */
  meet?(hubId: string): void;
}

/** How a gateway calls: like anybody with a token, never with the cookie. */
export function foreignCall(
  dispatcher: Dispatcher,
  { bearer, hub, origin, meet }: ForeignOrigin,
): ForeignRequest['call'] {
  return async (method, params, { token, hubId, grants, prepare } = {}) => {
    // The dispatcher lets nothing but a ServiceError through; the gateway's own refusals pass it by.
    let failure: { error: unknown } | undefined;
    const failed = (error: unknown): never => {
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
      ...(grants === undefined ? {} : { grants }),
      origin,
      async params() {
        await prepare?.().catch(failed);
        return {};
      },
      paramsFor(who) {
        meet?.(who.hubId);
        if (typeof params !== 'function') return params;
        try {
          return params(who);
        } catch (error) {
          return failed(error);
        }
      },
    };
    const answer = dispatcher.call(request).catch((error: unknown) => {
      throw failure ? failure.error : error;
    });
    // The registry has joined the method to its handler, and the contract is what its replies are checked against.
    return answer as ReturnType<ForeignRequest['call']> as never;
  };
}
