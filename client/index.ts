import { io, type Socket } from 'socket.io-client';
import type { ServerEvents } from '../acl/events.ts';
import type { Contract, Output, Params } from '../acl/index.ts';
import type { ErrorCode } from '../acl/language/errors.ts';
import type { MethodSpec } from '../acl/language/method.ts';

/** Every method of the contract: `client.chat.post({ entity_id, message })`. */
export type Client = {
  [M in keyof Contract]: {
    [V in keyof Contract[M]]: Contract[M][V] extends MethodSpec
      ? (params?: Params<Contract[M][V]>) => Promise<Output<Contract[M][V]>>
      : never;
  };
};

export interface ClientOptions {
  /** Where hubchat is reached, such as https://chat.example.com. */
  url: string;
  /** Without one the browser's cookie counts. */
  token?: string;
  hubId?: string;
}

interface Refusal {
  error: ErrorCode;
  reason: string;
  details: string[];
}

/** A call that was refused: its code is what to match on. */
export class CallError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: readonly string[];
  /** Seconds to wait before another try, of RATE_LIMITED. */
  readonly retryAfter: number | undefined;
  constructor(status: number, body: Refusal, retryAfter: number | undefined) {
    super([body.reason, ...body.details].join(': '));
    this.code = body.error;
    this.status = status;
    this.details = body.details;
    this.retryAfter = retryAfter;
  }
}

/** Call methods over HTTP. */
export function createClient({ url, token, hubId }: ClientOptions): Client {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(hubId === undefined ? {} : { 'x-hub-id': hubId }),
  };
  const call = async (method: string, params: object = {}): Promise<unknown> => {
    const response = await fetch(`${url}/-/svc/${method}`, {
      method: 'POST',
      ...bodyOf(params, headers),
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

/** Something for every name, but `then`: what is awaited is itself. */
const named = (make: (name: string) => unknown): object =>
  new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : make(String(name))) });

/** JSON, or where files are among the parameters a form. */
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
 * Hear events. With `since`, first those missed after that seq; then `ready` tells where the socket stands. After a cut connection
 * it goes on by itself from the last event heard.
 */
export function connect({
  url,
  token,
  hubId,
  since,
}: ClientOptions & { since?: number }): ChatSocket {
  let last = since;
  // Asked at each connection anew, so that a reconnect begins where this one ended.
  const auth = (answer: (data: object) => void) =>
    answer({
      ...(token === undefined ? {} : { token }),
      ...(hubId === undefined ? {} : { hub_id: hubId }),
      ...(last === undefined ? {} : { since: last }),
    });
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
