import { Outage, ServiceError } from '../../../acl/language/errors.ts';
import type { Gate } from '../admission.ts';
import type { Request } from '../request.ts';
import type { Identified } from './identify.ts';
import { StaleCaller } from './predictions.ts';

/**
 * Runs work for the caller that an earlier call found. Where none did, or where the work fails
 * before that caller is confirmed, runs it for the one that the database names. Begins again where
 * the rights of that one have changed before the work was done.
 */
export async function withCaller<T>(
  gate: Pick<Gate, 'predict' | 'identify'>,
  request: Request,
  work: (identified: Identified) => Promise<T>,
): Promise<T> {
  const predicted = await gate.predict(request);
  if (predicted)
    try {
      return await work(predicted);
    } catch (error) {
      if (predicted.prediction?.isConfirmed !== false || !mayDependOnCaller(error)) throw error;
    }
  for (let attempt = 1; ; attempt++)
    try {
      return await work(await gate.identify(request));
    } catch (error) {
      if (!(error instanceof StaleCaller)) throw error;
      if (attempt === mostAttempts)
        throw new Outage('the rights of the caller change all the time');
    }
}

const mostAttempts = 3;

/** Whether work may end in another way for the caller that the database names. */
const mayDependOnCaller = (error: unknown): boolean =>
  error instanceof StaleCaller ||
  (error instanceof ServiceError && !['RATE_LIMITED', 'UNAVAILABLE'].includes(error.code));
