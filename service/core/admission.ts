import type { By } from '../../acl/language/by.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { MethodSpec } from '../../acl/language/method.ts';
import {
  allows,
  type Grant,
  heldGrants,
  noGrant,
  noUser,
  type Permission,
} from '../../acl/language/permission.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { type Transaction, transact } from '../../db/connection/transaction.ts';
import type { Entry } from '../../db/rows/identity/sessions.ts';
import type { Authenticated, Authenticator } from './auth.ts';
import type { Actor, Caller, Identity, Origin, Registered } from './call.ts';
import type { Limits } from './limits.ts';

/** What is to be admitted: a method, or a path that is like one. */
type Admissible = Pick<Registered, 'name' | 'spec'>;

/** A call as it arrives, whatever brought it. */
export interface Request {
  method: string;
  /** By GET: only safe methods. */
  readOnly: boolean;
  token: string | undefined;
  /** The token came as a cookie: the operator's counts as none then. */
  byCookie: boolean;
  /** A page of an origin that is not allowed here sent its user's cookie: it may change nothing. Told the hub's own origins. */
  isUntrusted(origins: readonly string[]): boolean;
  /** A GET that nobody meant (a prefetch, another site's image) marks nothing as read. */
  mayMark: boolean;
  hub: {
    query?: string | undefined;
    header?: string | undefined;
    host?: string | undefined;
    /** The token's own hub comes before the host's: for clients that cannot name one. */
    prefersOwn?: boolean;
  };
  /** The caller must hold one of these, in place of what the method says: a gateway's operations have lists of their own. `any`: whatever he holds. */
  grants?: readonly Grant[] | 'any';
  origin: Origin;
  /** Reads the parameters; asked for only once the caller is known. Files are taken only from a sender who may send them. */
  params(sender?: Identity): Promise<Record<string, unknown>>;
  /** The parameters where they depend on who calls: asked for once it is known that he may, in place of what was read. */
  paramsFor?(who: Identity): Record<string, unknown>;
}

/** A call whose caller may make it. */
export interface Admitted<R extends Admissible = Registered> {
  registered: R;
  request: Request;
  caller: Caller;
  hub: { id: string; epoch: number } | null;
  user: Actor;
}

export interface Gate {
  /** Who calls, and may he; his parameters are read only when he may, or when they alone can tell the hub. Tells who it is first. */
  admit<R extends Admissible>(
    registered: R,
    request: Request,
    meet: (caller: Caller) => void,
  ): Promise<{ admitted: Admitted<R>; params: Record<string, unknown> }>;
  /** The same caller's rights as they are now, read inside the transaction. */
  admitAgain<R extends Admissible>(tx: Transaction, admitted: Admitted<R>): Promise<Admitted<R>>;
}

export function createGate(
  pool: Pool,
  authenticator: Authenticator,
  limits: Limits,
  clock: () => number,
): Gate {
  async function lookUp(
    tx: Transaction,
    request: Request,
    hubId: string | undefined,
  ): Promise<Authenticated | undefined> {
    const { host, prefersOwn } = request.hub;
    const reference = hubId === undefined ? { host, prefersOwn } : { id: hubId };
    const found = await authenticator.authenticate(tx, request.token, reference, clock());
    return request.byCookie && found?.caller.kind === 'operator' ? undefined : found;
  }

  async function limitCaller(request: Request, found: Authenticated | undefined): Promise<void> {
    if (found?.caller.userId || found?.caller.keyId)
      await limits.countUserCall(found.caller.userId ?? found.caller.keyId ?? '');
    else if (found?.caller.kind !== 'operator')
      await limits.countAnonymousCall(request.origin.address);
  }

  const admitAgain: Gate['admitAgain'] = async (tx, { registered, request, hub, caller }) => {
    const found = await lookUp(tx, request, hub?.id);
    if (found?.caller.kind !== caller.kind) throw new ServiceError('NOT_AUTHENTICATED');
    return judge(registered, request, found, hub !== null);
  };

  /** Before a body of files the caller must have his right; after it, which may be long after, he must have it still. */
  async function takeFiles<R extends Admissible>(
    registered: R,
    request: Request,
    found: Authenticated,
    isHubNamed: boolean,
  ) {
    const before = judge(registered, request, found, isHubNamed);
    const hubId = before.hub?.id ?? '';
    await limits.countHubCall(hubId);
    const params = await request.params({ hubId, userId: before.user.id });
    agreed('the body and what the call came to', [hubId, hubInBody(registered, params)]);
    return { admitted: await transact(pool, (tx) => admitAgain(tx, before)), params };
  }

  return {
    async admit(registered, request, meet) {
      const { spec } = registered;
      const named = agreed('the query and x-hub-id', [request.hub.query, request.hub.header]);
      const found = await transact(pool, (tx) => lookUp(tx, request, named));
      await limitCaller(request, found);
      if (!found) throw new ServiceError('NOT_AUTHENTICATED');
      meet(found.caller);
      if (spec.by !== 'anyone' && found.caller.kind === 'anonymous')
        throw new ServiceError('NOT_AUTHENTICATED');
      if (spec.multipart) return takeFiles(registered, request, found, named !== undefined);
      if (named !== undefined) judge(registered, request, found, true);

      const params = await request.params();
      const hubId = agreed('the body and the query or x-hub-id', [
        named,
        hubInBody(registered, params),
      ]);
      const isElsewhere = hubId !== undefined && hubId !== found.entry?.hubId;
      const entry = isElsewhere
        ? await transact(pool, (tx) => authenticator.enter(tx, found.caller, { id: hubId }))
        : found.entry;
      const admitted = judge(
        registered,
        request,
        { caller: found.caller, entry },
        hubId !== undefined,
      );
      if (admitted.hub) await limits.countHubCall(admitted.hub.id);
      const who = { hubId: entry?.hubId ?? '', userId: found.caller.userId ?? '' };
      return { admitted, params: request.paramsFor?.(who) ?? params };
    },

    admitAgain,
  };
}

/**
 * Decides whether the caller may make the call: compares the method's `by` and `grants` with what
 * the caller holds in the hub. Throws PERMISSION_DENIED, or INVALID_INPUT when no hub was found.
 */
function judge<R extends Admissible>(
  registered: R,
  request: Request,
  { caller, entry }: Authenticated,
  isHubNamed: boolean,
): Admitted<R> {
  const { by } = registered.spec;
  const { privilege = 0, firstname = '', lastname = '' } = entry ?? {};
  const user = { id: caller.userId ?? '', privilege, firstname, lastname };
  const outside: Admitted<R> = { registered, request, caller, hub: null, user };
  if (by === 'anyone') return outside;
  checkOrigin(registered.spec, request, entry);
  checkGrants(registered.spec, request, caller, privilege);

  const needed = bitNeeded(by, caller);
  if (needed === undefined)
    throw new ServiceError(
      'PERMISSION_DENIED',
      caller.userId === null ? [`${noUser} the caller must be a user`] : [],
    );
  if ('user' in by) {
    if (needed === true || allows(caller.cap, needed)) return outside;
    throw new ServiceError('PERMISSION_DENIED');
  }
  const isOnPlatform = caller.kind === 'operator' && by.operator === 'platform';
  if (isOnPlatform && !(isHubNamed && entry)) return outside;
  if (!entry && !isHubNamed)
    throw new ServiceError('INVALID_INPUT', [
      'hub_id: required, because neither the host nor the token names a hub',
    ]);
  if (!entry || !(needed === true || allows(entry.privilege, needed)))
    throw new ServiceError('PERMISSION_DENIED', isHubNamed ? [] : otherHub(caller, entry));
  return { ...outside, hub: { id: entry.hubId, epoch: entry.epoch } };
}

/** Returns the bit that this caller needs; true: none; undefined: such callers are refused. */
function bitNeeded(by: Exclude<By, 'anyone'>, caller: Caller): Permission | true | undefined {
  const isUser = caller.userId !== null;
  if ('user' in by) return isUser ? by.user : undefined;
  if (isUser && by.member) return by.member;
  if (caller.kind === 'key') return by.key;
  return caller.kind === 'operator' && by.operator ? true : undefined;
}

/** Refuses changes by a web page of an origin that is not allowed, sent with its user's cookie. */
function checkOrigin({ by, safe }: MethodSpec, request: Request, entry: Entry | null): void {
  const origins = typeof by === 'object' && 'user' in by ? [] : (entry?.origins ?? []);
  if (!safe && request.isUntrusted(origins))
    throw new ServiceError('PERMISSION_DENIED', ['origin: not in the hub’s allowed origins']);
}

/**
 * Requires one of the grants. A method's own list applies only to tokens that were issued with
 * grants, because for all others `by` says the same; a gateway's list applies to every token.
 */
function checkGrants(spec: MethodSpec, request: Request, caller: Caller, privilege: number): void {
  const needed = request.grants ?? spec.grants ?? [];
  const held = request.grants === undefined ? caller.grants : heldGrants(caller.grants, privilege);
  if (!held || needed === 'any' || needed.some((grant) => held.includes(grant))) return;
  throw new ServiceError('PERMISSION_DENIED', [
    needed.length > 0
      ? `${noGrant} the token needs one of ${needed.join(', ')}`
      : `${noGrant} a token with restricted grants cannot call this method`,
  ]);
}

/** The trap of who tries on localhost: the host leads to one hub, the token is good for another. Not told of a hub that was named. */
export const otherHub = (caller: Caller, entry: { hubId: string } | null): string[] =>
  caller.hubId !== null && entry !== null && caller.hubId !== entry.hubId
    ? ['hub_id: the token is good for another hub than this call came to; name it by x-hub-id']
    : [];

/** The one hub that the places name, if any does. */
function agreed(places: string, named: readonly (string | undefined)[]): string | undefined {
  const hubs = named.filter((hub) => hub !== undefined);
  if (new Set(hubs).size > 1)
    throw new ServiceError('INVALID_INPUT', [`hub_id: ${places} name different hubs`]);
  return hubs[0];
}

/** The hub that the parameters name; taken out of them unless the method has a parameter of that name. */
function hubInBody({ spec }: Admissible, params: Record<string, unknown>): string | undefined {
  const hubId = params.hub_id;
  if (hubId === undefined) return undefined;
  if (typeof hubId !== 'string')
    throw new ServiceError('INVALID_INPUT', ['hub_id: must be a string']);
  if (!('hub_id' in spec.input.shape)) delete params.hub_id;
  return spec.by === 'anyone' ? undefined : hubId;
}
