import type { ServiceError } from '../acl/errors.ts';
import type { MethodName, Output, Params, Spec } from '../acl/index.ts';
import type { Grant } from '../acl/permission.ts';

/** Who calls, and the hub that he came to; empty where there is none. */
export interface Who {
  hubId: string;
  userId: string;
}

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
  /** Read now; one of more than the limit, or of more than a mebibyte, is TOO_LARGE. */
  body(limit?: number): Promise<Buffer>;
  requestId: string;
  /**
   * Run a method through the dispatcher, as any other call. The parameters may be made of who calls, once it is known that he may.
   * Rejects with a ServiceError, or with what `prepare` or the making of the parameters threw.
   */
  call<N extends MethodName>(
    method: N,
    params: Params<Spec<N>> | ((who: Who) => Params<Spec<N>>),
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

/** A foreign face of the service: its wire format, translated into calls of the dispatcher. It holds no rule and no table. */
export interface Gateway {
  name: string;
  routes: readonly Route[];
  /** The paths that are its own beside its routes: what is not there is told in its way. */
  prefixes: readonly string[];
  /** How it tells an error. */
  refuse(error: ServiceError, request: Pick<ForeignRequest, 'verb' | 'path' | 'requestId'>): ForeignReply;
  /** What pages of other origins may send and read beside what every call has. */
  cors: { verbs: readonly string[]; requestHeaders: readonly string[]; responseHeaders: readonly string[] };
}

/** How the details of PERMISSION_DENIED begin that was for want of a permission string, or of a user. */
export const noGrant = 'grants:';
export const noUser = 'user:';
