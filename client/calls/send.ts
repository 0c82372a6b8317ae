import type { GeneralError } from '../contract.ts';
import { CallError, ConnectionError, type Refusal } from './errors.ts';
import type { Fetch, FetchInit } from './fetch.ts';

export interface Attempt {
  url: string;
  headers: Record<string, string>;
  params: object;
  signal: AbortSignal | undefined;
  timeoutMs: number;
}

/**
 * Sends a call once; returns its `data`. Fails with CallError if the service refuses it, with
 * ConnectionError without an answer, and with the reason of an aborted signal.
 */
export async function send(
  fetch: Fetch,
  { url, headers, params, signal, timeoutMs }: Attempt,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signals = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      ...encode(params, headers),
      signal: signals,
    });
    const { ok, status } = answer;
    const body = (await answer.json().catch((error) => {
      if (ok) throw error;
    })) as ({ data: unknown } & Refusal) | undefined;
    if (ok) return body?.data;
    const refusal = Array.isArray(body?.details) ? body : refusalOf(status);
    throw new CallError(status, refusal, secondsOf(answer.headers.get('retry-after')));
  } catch (error) {
    if (error instanceof CallError) throw error;
    signal?.throwIfAborted();
    const { message } = timeout.aborted
      ? { message: `no answer within ${timeoutMs} ms` }
      : (error as Error);
    throw new ConnectionError(`${url}: ${message}`, { cause: error });
  }
}

/** What a proxy says of the request itself, which it would say again. */
const codesOfProxies: Readonly<Record<number, GeneralError>> = {
  400: 'INVALID_INPUT',
  413: 'TOO_LARGE',
};

/**
 * Returns the refusal that an answer of a proxy is; throws if another attempt may pass, as after
 * 404 while the service is being replaced.
 */
function refusalOf(status: number): Refusal {
  const message = `a proxy answered with status ${status}`;
  const error = codesOfProxies[status];
  if (!error) throw new Error(message);
  return { error, reason: 'The service was not reached', details: [`request: ${message}`] };
}

/** Proxies may send a date, which is left out. */
function secondsOf(retryAfter: string | null): number | undefined {
  const seconds = Number.parseInt(retryAfter ?? '', 10);
  return seconds > 0 ? seconds : undefined;
}

/** Encodes parameters as JSON, or as a form if they contain files. */
function encode(
  params: object,
  headers: Record<string, string>,
): Pick<FetchInit, 'body' | 'headers'> {
  const entries = Object.entries(params).flatMap(([name, value]) =>
    [value].flat().flatMap((one: unknown) => (one === undefined ? [] : [[name, one] as const])),
  );
  if (!entries.some(([, value]) => value instanceof Blob))
    return {
      body: JSON.stringify(params),
      headers: { ...headers, 'content-type': 'application/json' },
    };
  const body = new FormData();
  for (const [name, value] of entries)
    body.append(name, value instanceof Blob ? value : String(value));
  return { body, headers };
}
