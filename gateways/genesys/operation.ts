import type { z } from 'zod';
import type { MethodName, Output, Params, Spec } from '../../acl/index.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { Grant } from '../../acl/language/permission.ts';
import type { GatewayReply, GatewayRequest, Identity, Route } from '../../service/gateways/port.ts';
import {
  correlationHeader,
  type ErrorContext,
  notFound,
  presentRefusal,
  Refusal,
  refusalOf,
} from './errors.ts';
import { basePath, roomIdOf, userIdOf } from './ids.ts';
import { readObject, readSchema } from './wire/body.ts';

/**
 * A request to an operation; `M` are the methods that it may call. `hubId`, `userId` and the ids
 * that depend on them are available once the first method has admitted the caller: in the function
 * that makes the parameters of that method, and afterwards.
 */
export interface Context<M extends MethodName = never, B = unknown> {
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  readonly hubId: string;
  readonly userId: string;
  /** The room that the path names; 404 if it cannot be one of this hub. */
  readonly roomId: string;
  /** The user that the path names; 404 if it cannot be one of this hub. */
  readonly pathUserId: string;
  /** The parsed body; 400 if it does not match the operation's schema. */
  readonly body: B;
  call<N extends M>(
    method: N,
    params: Params<Spec<N>> | (() => Params<Spec<N>>),
  ): Promise<Output<Spec<N>>>;
}

interface Declaration<M extends MethodName, B> {
  /** The function's name in the JavaScript SDK. */
  name: string;
  verb: Route['verb'];
  /** Below /api/v2. */
  path: string;
  /** The caller needs one of these permission strings; `any`: a token suffices. */
  grants: readonly Grant[] | 'any';
  /** The methods that it calls. */
  methods: readonly M[];
  body?: z.ZodType<B>;
  /** Names of body fields by the method parameters that are taken from them. */
  fields?: Readonly<Record<string, string>>;
  /** Returns the body of a 200; undefined: 204. */
  run(context: Context<M, B>): Promise<unknown>;
}

export type Operation = Omit<Declaration<MethodName, unknown>, 'run' | 'body'> & {
  route: Route;
};

/** Declares an operation: a route that replies as documented, with errors too. */
export function operation<const M extends MethodName, B = undefined>(
  declaration: Declaration<M, B>,
): Operation {
  const { name, verb, path, grants, methods, fields = {} } = declaration;
  const route: Route = {
    name,
    verb,
    path: basePath + path,
    handle: (request) =>
      replyTo(request, errorContextOf(request, grants, fields), async () => {
        const body = await declaration.run(contextOf(request, declaration));
        return body === undefined ? { status: 204 } : { status: 200, body };
      }),
  };
  return { name, verb, path, grants, methods, fields, route };
}

const errorContextOf = (
  { header, query }: GatewayRequest,
  grants: ErrorContext['grants'],
  fields: ErrorContext['fields'],
): ErrorContext => ({
  grants,
  fields,
  hasToken: /^Bearer +\S/i.test(header('Authorization')),
  namesHub: header('X-Hub-Id') !== '' || query.has('hub_id'),
});

/** Returns the reply of `work` or of its error, with the header that every reply has. */
export async function replyTo(
  { requestId }: Pick<GatewayRequest, 'requestId'>,
  errorContext: ErrorContext | undefined,
  work: () => Promise<GatewayReply>,
): Promise<GatewayReply> {
  try {
    const reply = await work();
    return { ...reply, headers: { ...reply.headers, ...correlationHeader(requestId) } };
  } catch (error) {
    if (error instanceof Refusal) return presentRefusal(error, requestId);
    if (error instanceof ServiceError)
      return presentRefusal(refusalOf(error, errorContext), requestId);
    throw error;
  }
}

function contextOf<M extends MethodName, B>(
  request: GatewayRequest,
  { grants, body: schema }: Declaration<M, B>,
): Context<M, B> {
  const { params, query } = request;
  let caller: Identity | undefined;
  let body: Record<string, unknown> | undefined;
  const admitted = (): Identity => {
    if (!caller) throw new Error('no method has been called yet');
    return caller;
  };
  const prepare = async () => {
    if (schema) body ??= await readObject(request);
  };
  return {
    params,
    query,
    get hubId() {
      return admitted().hubId;
    },
    get userId() {
      return admitted().userId;
    },
    get roomId() {
      return found(roomIdOf(params.roomJid ?? '', admitted().hubId));
    },
    get pathUserId() {
      return found(userIdOf(params.userId ?? '', admitted().hubId));
    },
    get body() {
      if (!schema) throw new Error('the operation declares no body');
      return readSchema(schema, body);
    },
    call(method, methodParams) {
      const makeParams = (who: Identity) => {
        caller = who;
        return typeof methodParams === 'function' ? methodParams() : methodParams;
      };
      return request.call(method, makeParams, { grants, prepare });
    },
  };
}

/** Returns the value, or throws 404 when there is none. */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw notFound();
  return value;
}
