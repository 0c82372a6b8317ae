import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, type Client, ConnectionError } from '../../client/index.ts';

const firstDelayMs = 100;
const maxDelayMs = 2000;
/** How long the service may be unavailable, such as during a restart. */
const maxOutageMs = 120_000;

/**
 * Repeats an attempt until it succeeds or fails for good, waiting through rate limits and outages.
 * `isRetry` tells the attempt that an earlier one may have taken effect.
 */
export async function retry<T>(
  attempt: (isRetry: boolean) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let failingSince: number | undefined;
  for (let delay = firstDelayMs, isRetry = false; ; isRetry = true) {
    signal.throwIfAborted();
    try {
      return await attempt(isRetry);
    } catch (error) {
      if (error instanceof CallError && error.code === 'RATE_LIMITED') {
        await sleep((error.retryAfter ?? 1) * 1000, undefined, { signal });
        continue;
      }
      if (!isOutage(error)) throw error;
      failingSince ??= Date.now();
      if (Date.now() - failingSince > maxOutageMs)
        throw new Error('The service has been unavailable for two minutes.');
      await sleep(delay, undefined, { signal });
      delay = Math.min(delay * 2, maxDelayMs);
    }
  }
}

const isOutage = (error: unknown): boolean =>
  error instanceof CallError ? error.code === 'UNAVAILABLE' : error instanceof ConnectionError;

type AnyCall = (params?: object) => Promise<unknown>;

/** Returns a client that retries every call; only for calls that may take effect twice. */
export function retrying(client: Client, signal: AbortSignal): Client {
  const moduleOf = (calls: Record<string, AnyCall>) =>
    new Proxy(
      {},
      { get: (_, verb) => (params?: object) => retry(() => calls[String(verb)]!(params), signal) },
    );
  // The type of a proxy says nothing of its properties; this one has those of the client.
  return new Proxy(
    {},
    { get: (_, module) => moduleOf(client[module as keyof Client] as Record<string, AnyCall>) },
  ) as Client;
}

/**
 * Works on the items in their order, on at most `limit` of them at once. The first failure aborts
 * the others by their signal and is thrown.
 */
export async function forEach<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const remaining = items[Symbol.iterator]();
  const abort = new AbortController();
  const worker = async () => {
    for (let next = remaining.next(); !next.done && !abort.signal.aborted; next = remaining.next())
      await work(next.value, abort.signal).catch((error: unknown) => abort.abort(error));
  };
  await Promise.all(Array.from({ length: limit }, worker));
  abort.signal.throwIfAborted();
}
