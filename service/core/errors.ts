import { Outage, ServiceError, Unavailable } from '../../acl/language/errors.ts';

/** Returns the declared error that stands for any error; an unexpected one is INTERNAL_ERROR. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof Outage) return new Unavailable(error.details);
  return new ServiceError('INTERNAL_ERROR');
}
