import type { z } from 'zod';
import type { MethodName, Output, Params, Spec } from '../../acl/index.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { Grant } from '../../acl/language/permission.ts';
import type { ForeignReply, ForeignRequest, Route, Who } from '../../service/gateways/port.ts';
import { answerFault, correlated, Fault, faultOf, notFound } from './errors.ts';
import { roomIdOf, userIdOf } from './ids.ts';
import { readObject, readSchema } from './wire/body.ts';

/** An operation as it was asked for; `M` are the methods that it may call. */
export interface Asked<M extends MethodName = never, B = unknown> {
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** What of a call is known once the first method was admitted: in the making of its parameters, and after. */
  readonly hubId: string;
  readonly userId: string;
  /** What the path names; none of this hub can be called so: 404. */
  readonly roomId: string;
  /** The user that the path names. */
  readonly otherId: string;
  /** What was sent, as the operation wants it, or 400. */
  readonly body: B;
  call<N extends M>(
    method: N,
    params: Params<Spec<N>> | (() => Params<Spec<N>>),
  ): Promise<Output<Spec<N>>>;
}

interface Declaration<M extends MethodName, B> {
  /** As the JavaScript SDK calls it. */
  name: string;
  verb: Route['verb'];
  /** Below /api/v2. */
  path: string;
  /** One of these permission strings is needed; `any`: a token suffices. */
  grants: readonly Grant[] | 'any';
  /** What it calls. */
  methods: readonly M[];
  body?: z.ZodType<B>;
  /** What the body calls those parameters of the methods that come from it. */
  fields?: Readonly<Record<string, string>>;
  /** What a 200 answers; nothing: 204. */
  answer(asked: Asked<M, B>): Promise<unknown>;
}

export type Operation = Omit<Declaration<MethodName, unknown>, 'answer' | 'body'> & {
  route: Route;
};

export const base = '/api/v2';

/** Declare an operation: a route that answers as documented, errors too. */
export function operation<const M extends MethodName, B = undefined>(
  declaration: Declaration<M, B>,
): Operation {
  const { name, verb, path, grants, methods, fields = {} } = declaration;
  const route: Route = {
    name,
    verb,
    path: base + path,
    handle: (request) =>
      handled(request, { grants, fields, ...toldBy(request) }, async () => {
        const body = await declaration.answer(askedOf(request, declaration));
        return body === undefined ? { status: 204 } : { status: 200, body };
      }),
  };
  return { name, verb, path, grants, methods, fields, route };
}

const toldBy = ({ header, query }: ForeignRequest) => ({
  hasToken: /^Bearer +\S/i.test(header('Authorization')),
  namesHub: header('X-Hub-Id') !== '' || query.has('hub_id'),
});

/** What was answered, or the fault in its place; with what every reply carries. */
export async function handled(
  request: Pick<ForeignRequest, 'requestId'>,
  circumstances: Parameters<typeof faultOf>[1],
  answer: () => Promise<ForeignReply>,
): Promise<ForeignReply> {
  const { requestId } = request;
  try {
    const reply = await answer();
    return { ...reply, headers: { ...reply.headers, ...correlated(requestId) } };
  } catch (error) {
    if (error instanceof Fault) return answerFault(error, requestId);
    if (error instanceof ServiceError) return answerFault(faultOf(error, circumstances), requestId);
    throw error;
  }
}

function askedOf<M extends MethodName, B>(
  request: ForeignRequest,
  { grants, body }: Declaration<M, B>,
): Asked<M, B> {
  const { params, query } = request;
  let who: Who | undefined;
  let sent: Record<string, unknown> | undefined;
  const known = (): Who => {
    if (!who) throw new Error('nothing was called yet');
    return who;
  };
  const prepare = async () => {
    if (body) sent ??= await readObject(request);
  };
  return {
    params,
    query,
    get hubId() {
      return known().hubId;
    },
    get userId() {
      return known().userId;
    },
    get roomId() {
      return found(roomIdOf(params.roomJid ?? '', known().hubId));
    },
    get otherId() {
      return found(userIdOf(params.userId ?? '', known().hubId));
    },
    get body() {
      if (!body) throw new Error('the operation has no body');
      return readSchema(body, sent);
    },
    call(method, wanted) {
      const make = (caller: Who) => {
        who = caller;
        return typeof wanted === 'function' ? wanted() : wanted;
      };
      return request.call(method, make, { grants, prepare });
    },
  };
}

/** What a path names, or 404. */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw notFound();
  return value;
}
