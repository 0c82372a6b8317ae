import { CallError } from './errors.ts';
import type { Fetch } from './fetch.ts';
import { isPassing, isRepeatable, pause, pauseBefore } from './retry.ts';
import { send } from './send.ts';
import { createTokens, type TokenSource, type Tokens } from './token.ts';
import type { CallOptions, Client } from './types.ts';

export interface ClientOptions extends TokenSource, Pick<CallOptions, 'timeoutMs' | 'retryForMs'> {
  /** Address of hubchat, such as https://chat.example.com. */
  url: string;
  /** The hub; without it the host name or the token decides. */
  hubId?: string | undefined;
  /** The member who calls: the service refuses the token, or cookie, of anyone else. */
  userId?: string | undefined;
  /** Sends the requests in place of the global `fetch`. */
  fetch?: Fetch | undefined;
}

export type CallByName = (
  method: string,
  params?: object,
  options?: CallOptions,
) => Promise<unknown>;

const attemptMs = 30_000;
const retryMs = 60_000;

/** Creates a client that calls methods over HTTP. */
export const createClient = (options: ClientOptions): Client =>
  clientOf(createCall(options, createTokens(options)));

/** Returns the function that calls a method by its name. */
export function createCall(options: ClientOptions, tokens: Tokens): CallByName {
  const { url, hubId, userId, fetch = globalThis.fetch.bind(globalThis) } = options;
  function headersWith(token: string | undefined): Record<string, string> {
    const headers: Record<string, string> = {};
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (hubId !== undefined) headers['x-hub-id'] = hubId;
    if (userId !== undefined) headers['x-hub-user-id'] = userId;
    return headers;
  }

  /** Sends a call, and once more with another token if the service refuses the first. */
  async function attempt(method: string, params: object, call: CallOptions): Promise<unknown> {
    const { signal, timeoutMs = options.timeoutMs ?? attemptMs } = call;
    const sendAs = (token: string | undefined) =>
      send(call.fetch ?? fetch, {
        url: `${url}/-/svc/${method}`,
        headers: headersWith(token),
        params,
        signal,
        timeoutMs,
      });
    const token = await tokens.current();
    try {
      return await sendAs(token);
    } catch (error) {
      if (!(error instanceof CallError && error.code === 'NOT_AUTHENTICATED')) throw error;
      const another = await tokens.replace(token);
      if (another === undefined || another === token) throw error;
      return sendAs(another);
    }
  }

  return async (method, params = {}, call = {}) => {
    const { signal, retryForMs = options.retryForMs ?? retryMs } = call;
    const untilMs = isRepeatable(method, params) ? Date.now() + retryForMs : 0;
    for (let n = 0; ; n++)
      try {
        return await attempt(method, params, call);
      } catch (error) {
        const pauseMs = pauseBefore(n, error);
        if (!isPassing(error) || Date.now() + pauseMs > untilMs) throw error;
        await pause(pauseMs, signal);
      }
  };
}

/** Returns the methods as functions. */
export function clientOf(call: CallByName): Client {
  const moduleOf = (module: string) =>
    named(
      (verb) => (params?: object, options?: CallOptions) =>
        call(`${module}.${verb}`, params, options),
    );
  // The type of a proxy says nothing of its properties; this one has those of the client.
  return named(moduleOf) as Client;
}

/** Makes a value for every property name except `then`, so that the object can be awaited. */
const named = (make: (name: string) => unknown): object =>
  new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : make(String(name))) });
