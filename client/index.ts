import { io, type Socket } from 'socket.io-client';
import type { ServerEvents } from '../acl/events.ts';
import type { Contract, Output, Params } from '../acl/index.ts';
import type { ErrorCode } from '../acl/language/errors.ts';
import type { MethodSpec } from '../acl/language/method.ts';

/** A function for every method of the contract: `client.chat.post({ entity_id, message })`. */
export type Client = {
  [M in keyof Contract]: {
    [V in keyof Contract[M]]: Contract[M][V] extends MethodSpec
      ? (params?: Params<Contract[M][V]>) => Promise<Output<Contract[M][V]>>
      : never;
  };
};

export interface ClientOptions {
  /** Address of hubchat, such as https://chat.example.com. */
  url: string;
  /** A token that does not change. Without it and `getToken`, the browser sends its cookie. */
  token?: string;
  /** Called before each call and each connection of a socket: for tokens that are renewed. */
  getToken?: () => string | undefined | Promise<string | undefined>;
  hubId?: string;
  /** Sends the requests in place of the global `fetch`. */
  fetch?: Fetch;
}

type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body: string | FormData },
) => Promise<Pick<Response, 'ok' | 'status' | 'json'> & { headers: Pick<Headers, 'get'> }>;

interface Refusal {
  error: ErrorCode;
  reason: string;
  details: string[];
}

/** The error of a call. Match on `code`; its message is for people. */
export class CallError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: readonly string[];
  /** Seconds to wait before the next attempt; only for RATE_LIMITED. */
  readonly retryAfter: number | undefined;
  constructor(status: number, body: Refusal, retryAfter: number | undefined) {
    super([body.reason, ...body.details].join(': '));
    this.code = body.error;
    this.status = status;
    this.details = body.details;
    this.retryAfter = retryAfter;
  }
}

/** Creates a client that calls methods over HTTP. */
export function createClient(options: ClientOptions): Client {
  const { url, hubId, getToken = () => options.token, fetch = globalThis.fetch } = options;
  const headersWith = (token: string | undefined) => ({
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(hubId === undefined ? {} : { 'x-hub-id': hubId }),
  });
  const call = async (method: string, params: object = {}): Promise<unknown> => {
    const response = await fetch(`${url}/-/svc/${method}`, {
      method: 'POST',
      ...bodyOf(params, headersWith(await getToken())),
    });
    const body = (await response.json()) as { data: unknown } & Refusal;
    if (!response.ok)
      throw new CallError(
        response.status,
        body,
        Number(response.headers.get('retry-after')) || undefined,
      );
    return body.data;
  };
  const moduleOf = (module: string) =>
    named((verb) => (params?: object) => call(`${module}.${verb}`, params));
  return named(moduleOf) as Client;
}

/** Makes a value for every property name except `then`, so that the object can be awaited. */
const named = (make: (name: string) => unknown): object =>
  new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : make(String(name))) });

/** Encodes parameters as JSON, or as a form if they contain files. */
function bodyOf(
  params: object,
  headers: Record<string, string>,
): { body: string | FormData; headers: Record<string, string> } {
  const entries = Object.entries(params).flatMap(([name, value]) =>
    [value].flat().flatMap((one: unknown) => (one === undefined ? [] : [[name, one] as const])),
  );
  if (!entries.some(([, value]) => value instanceof Blob))
    return {
      body: JSON.stringify(params),
      headers: { ...headers, 'content-type': 'application/json' },
    };
  const body = new FormData();
  for (const [name, value] of entries) {
    if (value instanceof Blob) body.append(name, value);
    else body.append(name, String(value));
  }
  return { body, headers };
}

export type ChatSocket = Socket<ServerEvents, Record<string, never>>;

/**
 * Opens a socket that receives events. With `since`, it first receives the events after that seq;
 * then `ready` reports its position. It reconnects by itself and continues after the last event.
 */
export function connect({
  url,
  token: fixed,
  getToken = () => fixed,
  hubId,
  since,
}: ClientOptions & { since?: number }): ChatSocket {
  let last = since;
  // Called for each connection, so that a reconnect continues after the last event.
  const auth = async (send: (data: object) => void) => {
    // Without a token the service refuses the connection, and the application gets connect_error.
    const token = await Promise.resolve()
      .then(getToken)
      .catch(() => undefined);
    send({
      ...(token === undefined ? {} : { token }),
      ...(hubId === undefined ? {} : { hub_id: hubId }),
      ...(last === undefined ? {} : { since: last }),
    });
  };
  const socket: ChatSocket = io(url, {
    path: '/-/socket.io',
    transports: ['websocket', 'polling'],
    auth,
    forceNew: true,
  });
  socket.onAny((_name: string, { seq }: { seq?: number }) => {
    if (seq !== undefined) last = Math.max(last ?? 0, seq);
  });
  return socket;
}
