import { safeMethods } from '../contract.ts';
import { CallError, ConnectionError } from './errors.ts';

const firstDelayMs = 500;
const maxDelayMs = 30_000;

/**
 * Returns whether a call can be repeated without doing twice what it does: it changes nothing, or
 * has an idempotency key. The service takes a key of digits only for a mere label.
 */
export function isRepeatable(method: string, params: object): boolean {
  const { echoId } = params as { echoId?: unknown };
  return safeMethods.has(method) || (typeof echoId === 'string' && /\D/.test(echoId));
}

/** Codes of errors after which another attempt may succeed. */
export const passingCodes: ReadonlySet<string> = new Set(['RATE_LIMITED', 'UNAVAILABLE']);

/** Refusals that pass: without a token, too slow, and too often. */
export const passingStatuses: ReadonlySet<number> = new Set([401, 408, 429]);

/** Returns whether another attempt may succeed. */
export const isPassing = (error: unknown): boolean =>
  error instanceof CallError ? passingCodes.has(error.code) : error instanceof ConnectionError;

/**
 * Returns the pause before another attempt, in milliseconds: what the service asks for, otherwise
 * twice as long each time, with a random part so that many clients do not return together.
 */
export function pauseBefore(attempt: number, error: unknown): number {
  const asked = error instanceof CallError ? error.retryAfter : undefined;
  if (asked !== undefined) return asked * 1000 * (1 + Math.random() / 10);
  const delay = Math.min(firstDelayMs * 2 ** attempt, maxDelayMs);
  return delay * (0.5 + Math.random() / 2);
}

/** Resolves after so many milliseconds, or rejects with the reason of the signal. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    }
    signal?.addEventListener('abort', done);
  });
}
