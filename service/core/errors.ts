import { Outage, ServiceError, Unavailable } from '../../acl/language/errors.ts';

/** Returns the declared error that stands for any error; an unexpected one is INTERNAL_ERROR. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof Outage) return new Unavailable(error.details);
  if (isOutOfFiles(error)) return new Unavailable(['no file can be opened now']);
  return new ServiceError('INTERNAL_ERROR');
}

/** The process, or the machine, has as many open files as it may have. */
function isOutOfFiles(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', cause } = error as NodeJS.ErrnoException;
  return ['EMFILE', 'ENFILE'].includes(code) || isOutOfFiles(cause);
}
