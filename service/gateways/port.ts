import type { MethodName, Output, Params, Spec } from '../../acl/index.ts';
import type { ServiceError } from '../../acl/language/errors.ts';
import type { Grant } from '../../acl/language/permission.ts';
import type { SessionMemory } from '../../db/rows/identity/sessions.ts';
import type { Identity } from '../core/call.ts';
import type { Publication } from '../events/publication.ts';

export type { Identity, Publication, SessionMemory };

/** Who calls, and what he must hold. */
export interface CallOptions {
  /** Instead of the bearer token of the request; null: none. */
  token?: string | null;
  /** Instead of the hub of the token. */
  hubId?: string;
  /** One of these permission strings is needed, in place of the method's own list; `any`: none. */
  grants?: readonly Grant[] | 'any';
  /** Done once it is known who calls and before it is asked whether he may: reading what he sent. */
  prepare?: () => Promise<void>;
}

/** A request to a gateway: nothing of the framework is seen behind it. */
export interface ForeignRequest {
  verb: string;
  /** As it was sent. */
  path: string;
  /** The parts of the path that the route names, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Empty when it was not sent. */
  header(name: string): string;
  /** Read now; one of more than the limit, or of more than a mebibyte, is TOO_LARGE. One in gzip is taken only where that is said, and unpacked. */
  body(limit?: number, encoding?: 'gzip'): Promise<Buffer>;
  /** How the caller reached the service: scheme://host[:port]. */
  base: string;
  /** Who is not known is counted by his address. */
  stranger: {
    /** RATE_LIMITED while his calls are spent. */
    check(): Promise<void>;
    /** One more, that could not be told whose it is. */
    count(): Promise<void>;
  };
  requestId: string;
  /**
   * Run a method through the dispatcher, as any other call. The parameters may be made of who calls, once it is known that he may.
   * Rejects with a ServiceError, or with what `prepare` or the making of the parameters threw.
   */
  call<N extends MethodName>(
    method: N,
    params: Params<Spec<N>> | ((caller: Identity) => Params<Spec<N>>),
    options?: CallOptions,
  ): Promise<Output<Spec<N>>>;
}

export interface ForeignReply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; undefined: no body. */
  body?: unknown;
}

export interface Route {
  /** What it is called in the metrics. */
  name: string;
  /** One of GET is asked by HEAD too. */
  verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as /api/v2/chats/rooms/:roomJid. Of two that fit, the first is taken. */
  path: string;
  handle(request: ForeignRequest): Promise<ForeignReply>;
}

/** A raw WebSocket. */
export interface ForeignSocket {
  call: ForeignRequest['call'];
  /** One binary frame. Who does not read is cut. */
  send(frame: Buffer): void;
  /** After what was sent. */
  close(): void;
  /** It is known whose it is: it is not counted against its address. */
  identified(): void;
}

/** What a gateway makes of a WebSocket. */
export interface SocketListener {
  /** A frame, text or binary. Where this fails, the socket is cut. */
  heard(frame: string): Promise<void>;
  closed(): void;
}

/** What a gateway with sessions of its own kind needs beside the dispatcher. */
export interface Apps {
  /** The secrets with which the applications of a hub sign. */
  secretsOf(hubId: string): Promise<string[]>;
  /** What was remembered of a session, for some time also of one that has expired; undefined: it never was, or was ended. Counts as a call of its user. */
  recall(token: string): Promise<SessionMemory | undefined>;
  /** Remember this of a session, and let it live for so long; answers until when. */
  remember(sessionId: string, data: Record<string, unknown>, forMs: number): Promise<number>;
  /** Whether the user can write to the other: a member of the hub, with no block by either. */
  canWriteTo(hubId: string, userId: string, otherId: string): Promise<boolean>;
  /** Calls the listener with what each committed transaction publishes, in order; returns how to stop. */
  listen(listener: (publication: Publication) => void): () => void;
}

/** What a gateway is given beside the requests. */
export interface Services {
  apps: Apps;
  /** Unix milliseconds. */
  clock: () => number;
  report: (error: unknown, where: string) => void;
}

/** A foreign face of the service: its wire format, translated into calls of the dispatcher. It holds no rule and no table. */
export interface Gateway {
  name: string;
  routes: readonly Route[];
  /** The paths that are its own beside its routes: what is not there is told in its way. */
  prefixes: readonly string[];
  /** How it tells an error. */
  refuse(
    error: ServiceError,
    request: Pick<ForeignRequest, 'verb' | 'path' | 'requestId'>,
  ): ForeignReply;
  /** What pages of other origins may send and read beside what every call has. */
  cors: {
    verbs: readonly string[];
    requestHeaders: readonly string[];
    responseHeaders: readonly string[];
  };
  /** The path at which it takes WebSockets. */
  sockets?: { path: string; open(socket: ForeignSocket): SocketListener };
  /** The service stops: say so to whom it concerns, and let go. */
  stop?(): void;
}
