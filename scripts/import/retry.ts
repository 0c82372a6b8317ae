import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, type Client } from '../../client/index.ts';

const firstDelayMs = 100;
const longestDelayMs = 2000;
/** How long a service may be away, such as for its restart. */
const patienceMs = 120_000;

/** Try until it succeeds or is refused for good; `again` tells an attempt that an earlier one may have had its effect. */
export async function persist<T>(
  attempt: (again: boolean) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let failingSince: number | undefined;
  for (let delay = firstDelayMs, again = false; ; again = true) {
    signal.throwIfAborted();
    try {
      return await attempt(again);
    } catch (error) {
      if (error instanceof CallError && error.code === 'RATE_LIMITED') {
        await sleep((error.retryAfter ?? 1) * 1000, undefined, { signal });
        continue;
      }
      if (!isPassing(error)) throw error;
      failingSince ??= Date.now();
      if (Date.now() - failingSince > patienceMs)
        throw new Error('The service has not answered for two minutes.');
      await sleep(delay, undefined, { signal });
      delay = Math.min(delay * 2, longestDelayMs);
    }
  }
}

/** Unavailable, or the connection failed or was cut short: fetch reports these as TypeError, half a reply as SyntaxError. */
const isPassing = (error: unknown): boolean =>
  error instanceof CallError
    ? error.code === 'UNAVAILABLE'
    : error instanceof TypeError || error instanceof SyntaxError;

type AnyCall = (params?: object) => Promise<unknown>;

/** The same client, every call made with patience: for calls that may be repeated. */
export function patient(client: Client, signal: AbortSignal): Client {
  const moduleOf = (calls: Record<string, AnyCall>) =>
    new Proxy(
      {},
      {
        get: (_, verb) => (params?: object) => persist(() => calls[String(verb)]!(params), signal),
      },
    );
  // A proxy has no types of its own; this one answers whatever the client does.
  return new Proxy(
    {},
    { get: (_, module) => moduleOf(client[module as keyof Client] as Record<string, AnyCall>) },
  ) as Client;
}

/** Do something with each item, at most `limit` at once, begun in their order. The first failure ends it, and is told to the others. */
export async function forEach<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, ended: AbortSignal) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const end = new AbortController();
  const worker = async () => {
    for (let next = rest.next(); !next.done && !end.signal.aborted; next = rest.next()) {
      await work(next.value, end.signal).catch((error: unknown) => end.abort(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  end.signal.throwIfAborted();
}
