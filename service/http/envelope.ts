import { methods } from '../../acl/index.ts';
import { errors, ServiceError } from '../../acl/language/errors.ts';
import { DatabaseUnavailable } from '../../db/connection/transaction.ts';

/** The call that is answered. */
interface Called {
  method: string | undefined;
  requestId: string;
  now: number;
}

/** What was answered, as our own clients get it. */
export const successOf = (data: unknown, { method, now }: Omit<Called, 'requestId'>) => ({
  __ack__: method,
  __status__: 'online',
  __timestamp__: now,
  data,
});

/** Why it was not. */
export const failureOf = ({ code, details }: ServiceError, { method, requestId, now }: Called) => ({
  __ack__: method ?? '',
  __timestamp__: now,
  error: code,
  reason: errors[code].reason,
  details,
  request_id: requestId,
  data: null,
});

/** What the framework found wrong with a request (a path that is no URL) is the client's fault, not ours. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof DatabaseUnavailable) return new ServiceError('UNAVAILABLE');
  const status = (error as { status?: number }).status ?? 500;
  return status >= 400 && status < 500
    ? new ServiceError('INVALID_INPUT', ['path: not understood'])
    : new ServiceError('INTERNAL_ERROR');
}

export const allowedVerbs = (method: string | undefined): string => {
  if (method === undefined) return 'GET, HEAD';
  return methods.get(method)?.safe ? 'GET, HEAD, POST' : 'POST';
};
