import type { MethodName, Output, Params, Spec } from '../../acl/index.ts';
import type { ServiceError } from '../../acl/language/errors.ts';
import type { Grant } from '../../acl/language/permission.ts';
import type { SessionMemory } from '../../db/rows/identity/sessions.ts';
import type { Identity } from '../core/call.ts';
import type { Publication } from '../events/publication.ts';
import type { Visit } from '../limits/strangers.ts';

export type { Identity, Publication, SessionMemory };

/** By which credentials a gateway calls a method, in place of those of its request. */
export interface CallOptions {
  /** In place of the request's bearer token; null: no token. */
  token?: string | null;
  /** In place of the token's hub. */
  hubId?: string;
  /** One of these is needed, in place of the method's own grants; `any`: none is. */
  grants?: readonly Grant[] | 'any';
  /** Reads the body: after the caller is authenticated, and before they are admitted. */
  prepare?: () => Promise<void>;
}

/** A request to a gateway, independent of the HTTP framework. */
export interface GatewayRequest {
  verb: string;
  /** Not decoded. */
  path: string;
  /** The parameters of the route's path, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Returns a header's value; empty if it was not sent. */
  header(name: string): string;
  /**
   * Reads the JSON body of a known caller, none without one. Fails with TOO_LARGE beyond 1 MiB,
   * with UNSUPPORTED_TYPE for another content type or a compressed body.
   */
  body(): Promise<Buffer>;
  /**
   * Reads the body of a caller who is not known yet: the bytes that an address has under way are
   * limited, a silent client is cut, and a large body counts as several anonymous calls of the
   * visit. Fails with TOO_LARGE beyond `limit` bytes, at most 1 MiB, and with RATE_LIMITED. A body
   * in gzip is accepted only with `encoding`, and returned unpacked.
   */
  anonymousBody(options: { limit?: number; encoding?: 'gzip' }): Promise<Buffer>;
  /** The service's address as the caller used it: scheme://host[:port]. */
  base: string;
  /**
   * Counts the request as an anonymous call of its address until the visit has identified the
   * caller: for gateways whose tokens are in the body.
   */
  visit(): Promise<Visit>;
  requestId: string;
  /** Whether the client has closed its connection, so that nobody receives the reply. */
  isAborted(): boolean;
  /**
   * Calls a method like any other caller. The parameters may be a function of the caller; it runs
   * once they are admitted. Rejects with a ServiceError, or with what `prepare` or that function
   * threw.
   */
  call<N extends MethodName>(
    method: N,
    params: Params<Spec<N>> | ((caller: Identity) => Params<Spec<N>>),
    options?: CallOptions,
  ): Promise<Output<Spec<N>>>;
}

export interface GatewayReply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; absent: no body. */
  body?: unknown;
}

export interface Route {
  /** For the metrics. */
  name: string;
  /** GET includes HEAD. */
  verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as /api/v2/chats/rooms/:roomJid. The first route that matches is used. */
  path: string;
  handle(request: GatewayRequest): Promise<GatewayReply>;
}

/** A raw WebSocket. */
export interface GatewaySocket {
  call: GatewayRequest['call'];
  /** Fails with a ServiceError unless the owner of the token may have a socket in the hub. */
  admit(token: string, hubId: string): Promise<void>;
  /** Sends one binary frame. A client that does not read is disconnected. */
  send(frame: Buffer): void;
  /** Closes the socket once everything sent has left. */
  close(): void;
  /**
   * Runs the look-up of the caller. Until it succeeds, the socket counts as an anonymous call of
   * its address. Fails with RATE_LIMITED once those are used up.
   */
  identify<T>(token: string, lookUp: () => Promise<T>): Promise<T>;
}

/** Handles one WebSocket of a gateway. */
export interface SocketListener {
  /** Handles a frame, text or binary. If it rejects, the socket is disconnected. */
  received(frame: string): Promise<void>;
  closed(): void;
}

/** What gateways with sessions of their own kind need beside calls. */
export interface Apps {
  /** Returns the secrets with which the applications of a hub sign. */
  secretsOf(hubId: string): Promise<string[]>;
  /**
   * Returns what is kept of a session, for some time also after it has expired; undefined for an
   * unknown or ended one. Counts as a call of its user with a body of `bodyBytes`.
   */
  recall(token: string, bodyBytes?: number): Promise<SessionMemory | undefined>;
  /**
   * Keeps data of a session and prolongs it by `forMs`; returns its expiry in Unix milliseconds.
   */
  remember(sessionId: string, data: Record<string, unknown>, forMs: number): Promise<number>;
  /** Returns whether the user can write to the other: a member, and neither blocks the other. */
  canWriteTo(hubId: string, userId: string, otherId: string): Promise<boolean>;
  /** Calls `listener` with every publication, in order; returns how to unsubscribe. */
  listen(listener: (publication: Publication) => void): () => void;
}

/** What a gateway is given at the start. */
export interface Services {
  apps: Apps;
  /** Unix milliseconds. */
  clock: () => number;
  report: (error: unknown, where: string) => void;
}

/**
 * Another API of the service: translates a vendor's wire format into calls of methods. It has no
 * rules and no tables of its own.
 */
export interface Gateway {
  name: string;
  routes: readonly Route[];
  /** Below these paths requests without a route get an error in the gateway's format. */
  prefixes: readonly string[];
  /** Returns an error in the gateway's format. */
  refuse(
    error: ServiceError,
    request: Pick<GatewayRequest, 'verb' | 'path' | 'requestId'>,
  ): GatewayReply;
  /** Extra CORS verbs and headers of this gateway. */
  cors: {
    verbs: readonly string[];
    requestHeaders: readonly string[];
    responseHeaders: readonly string[];
  };
  /** Where it accepts WebSockets. */
  sockets?: { path: string; open(socket: GatewaySocket): SocketListener };
  /** The service stops: informs clients and releases resources. */
  stop?(): void;
}
