import { methods } from '../../acl/index.ts';
import { errors, ServiceError } from '../../acl/language/errors.ts';
import { asServiceError } from '../core/errors.ts';

/** What the envelope says of the call that it answers. */
interface Called {
  method: string | undefined;
  requestId: string;
  /** Unix milliseconds. */
  now: number;
}

/** Returns the body of a successful reply, in UTF-8. */
export const successBody = (data: unknown, { method, now }: Omit<Called, 'requestId'>): Buffer =>
  Buffer.from(JSON.stringify({ __ack__: method, __status__: 'online', __timestamp__: now, data }));

/** Returns the body of an error reply. */
export const errorBody = (
  { code, details }: ServiceError,
  { method = '', requestId, now }: Called,
) => ({
  __ack__: method,
  __timestamp__: now,
  error: code,
  reason: errors[code].reason,
  details,
  request_id: requestId,
  data: null,
});

/** Returns the error to answer with. A request that Koa refuses is an error of the client. */
export function answerOf(error: unknown): ServiceError {
  const { status = 500 } = error as { status?: number };
  return status >= 400 && status < 500
    ? new ServiceError('INVALID_INPUT', ['path: is malformed'])
    : asServiceError(error);
}

/** Returns the Allow header for a method; without one, for paths that only return something. */
export const allowedVerbs = (method: string | undefined): string => {
  if (method === undefined) return 'GET, HEAD';
  return methods.get(method)?.safe ? 'GET, HEAD, POST' : 'POST';
};
