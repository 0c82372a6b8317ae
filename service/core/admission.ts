import { ServiceError } from '../../acl/language/errors.ts';
import type { Pool } from '../../db/connection/connect.ts';
import type { Owner } from '../../db/connection/fair-queue.ts';
import { type Transaction, transact } from '../../db/connection/transaction.ts';
import { createGathering } from '../../db/reading/batches.ts';
import { findHostHubId, findSessions } from '../../db/reading/identity/entries.ts';
import type { Bill } from '../limits/cost.ts';
import type { Limits } from '../limits/limits.ts';
import type { Actor, Caller, Identity, Registered, TokenRefusal } from './call.ts';
import type { Authenticated, Authenticator, FindSession } from './identity/auth.ts';
import type { Credentials } from './identity/credentials.ts';
import { checkRights, type EnteredHub } from './rights.ts';

/** What is admitted: a method, or a path or the socket, which are declared like one. */
export type Admissible = Pick<Registered, 'name' | 'spec'>;

/** A call as it arrives. */
export interface Request extends Credentials {
  method: string;
  /** It came by GET, which only safe methods may. */
  readOnly: boolean;
  /** False for a GET that the user did not intend, such as a prefetch: it marks nothing as read. */
  mayMark: boolean;
  /** Reads the parameters for the caller. With a sender also files, in the name of that sender. */
  params(caller: Owner, sender?: Identity): Promise<Record<string, unknown>>;
  /** Called once the token has turned out to be valid. */
  onIdentified?(): void;
  /**
   * Writes the reply, and returns its bytes, which the caller pays for; otherwise they are
   * estimated.
   */
  write?(reply: unknown): number;
  /** Makes the parameters once the caller is admitted, in place of those that were read. */
  paramsFor?(caller: Identity): Record<string, unknown>;
}

/** A request whose token is valid, or that has none. */
export interface Identified extends Authenticated {
  /** The hub that the query or the header names. */
  namedHub: string | undefined;
}

/** A request whose caller has the rights that it needs. */
export interface Admitted<R extends Admissible = Registered> {
  registered: R;
  credentials: Credentials;
  caller: Caller;
  hub: EnteredHub | null;
  user: Actor;
  /** What the call costs beyond one point. */
  bill: Bill;
}

export interface Gate {
  /** Authenticates a request and counts it for its caller. Fails with NOT_AUTHENTICATED. */
  identify(request: Request): Promise<Identified>;
  /**
   * Admits an identified request, and reads its parameters: only once the caller has the rights, or
   * if nothing but the parameters may name the hub.
   */
  admit<R extends Admissible>(
    registered: R,
    request: Request,
    identified: Identified,
  ): Promise<{ admitted: Admitted<R>; params: Record<string, unknown> }>;
  /**
   * Admits a socket, without counting it. Sessions of sockets that arrive together are read
   * together: thousands may come back at once.
   */
  check<R extends Admissible>(registered: R, credentials: Credentials): Promise<Admitted<R>>;
  /** Admits the same request by the rights that the transaction reads. */
  admitAgain<R extends Admissible>(tx: Transaction, admitted: Admitted<R>): Promise<Admitted<R>>;
}

export interface GateDependencies {
  pool: Pool;
  authenticator: Authenticator;
  limits: Pick<Limits, 'strangers' | 'countHubCall' | 'countUserCall' | 'billOf'>;
  /** The origins that the configuration allows in every hub. */
  allowedOrigins: readonly string[];
  clock: () => number;
}

/** Creates the one gate that calls, file downloads and sockets pass. */
export function createGate(deps: GateDependencies): Gate {
  const findSession: FindSession = createGathering((uses) =>
    read(deps, (tx) => findSessions(tx, uses)),
  );
  return {
    async identify(request) {
      const { query, header } = request.hub;
      const namedHub = onlyHub('the query and x-hub-id', query, header);
      const found = await identify(deps, request, namedHub);
      if (found.caller.kind !== 'anonymous') request.onIdentified?.();
      const id = found.caller.userId || found.caller.keyId;
      if (id) await deps.limits.countUserCall(id);
      return { ...found, namedHub };
    },

    async admit(registered, request, identified) {
      refuseAnonymous(registered, identified.caller);
      return registered.spec.multipart
        ? admitFiles(deps, registered, request, identified)
        : admitParams(deps, registered, request, identified);
    },

    async check(registered, credentials) {
      const { query } = credentials.hub;
      const found = await read(deps, (tx) =>
        authenticate(deps, tx, credentials, query, findSession),
      );
      return judge(deps, registered, credentials, accepted(found), query !== undefined);
    },

    admitAgain: (tx, admitted) => admitAgain(deps, tx, admitted),
  };
}

/** Reads who calls, on connections that callers cannot hold. */
const read = <T>({ pool }: GateDependencies, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  transact(pool, work, 'lookup');

/** A cookie does not make anybody the operator. */
async function authenticate(
  { authenticator, clock }: GateDependencies,
  tx: Transaction,
  { token, hub: { host, prefersOwn }, page }: Credentials,
  hubId: string | undefined,
  findSession?: FindSession,
): Promise<Authenticated | TokenRefusal> {
  const hub = hubId === undefined ? { host, prefersOwn } : { id: hubId };
  // Asked for together, so it is one round trip to the database.
  const [found, hostHubId] = await Promise.all([
    authenticator.authenticate(tx, token, hub, clock(), findSession),
    page && findHostHubId(tx, host),
  ]);
  if (!page || isRefused(found)) return found;
  if (found.caller.kind === 'operator') return 'unknown';
  if (hostHubId === undefined) return found;
  const entry =
    found.entry?.hubId === hostHubId
      ? found.entry
      : await authenticator.enter(tx, found.caller, { id: hostHubId });
  return { ...found, hostHub: { id: hostHubId, isOfCaller: (entry?.privilege ?? 0) > 0 } };
}

const isRefused = (found: Authenticated | TokenRefusal): found is TokenRefusal =>
  typeof found === 'string';

/** Returns the caller; fails with NOT_AUTHENTICATED if their token is not accepted. */
function accepted(found: Authenticated | TokenRefusal): Authenticated {
  if (isRefused(found)) throw new ServiceError('NOT_AUTHENTICATED', [`token: ${found}`]);
  return found;
}

/** Counts the request as anonymous, before the database is asked, unless its token is valid. */
async function identify(
  deps: GateDependencies,
  { token, ...request }: Request,
  hubId: string | undefined,
): Promise<Authenticated> {
  const { strangers } = deps.limits;
  const { address } = request.origin;
  const lookUp = async () => {
    const credentials = { ...request, token };
    return accepted(await read(deps, (tx) => authenticate(deps, tx, credentials, hubId)));
  };
  if (token === undefined) {
    await strangers.count(address);
    return lookUp();
  }
  const visit = await strangers.visitWith(address, token);
  return visit.identify(token, lookUp, isUnknown);
}

const isUnknown = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED';

function refuseAnonymous({ spec }: Admissible, { kind }: Caller): void {
  if (spec.by !== 'anyone' && kind === 'anonymous') throw new ServiceError('NOT_AUTHENTICATED');
}

function judge<R extends Admissible>(
  { allowedOrigins, limits }: GateDependencies,
  registered: R,
  credentials: Credentials,
  found: Authenticated,
  isHubNamed: boolean,
): Admitted<R> {
  const { caller, entry } = found;
  refuseAnonymous(registered, caller);
  const hub = checkRights(registered.spec, credentials, found, isHubNamed, allowedOrigins);
  const { privilege = 0, firstname = '', lastname = '' } = entry ?? {};
  const user = { id: caller.userId ?? '', privilege, firstname, lastname };
  const payer = { userId: caller.userId || caller.keyId || '', hubId: hub?.id ?? '' };
  return { registered, credentials, caller, hub, user, bill: limits.billOf(payer) };
}

async function admitAgain<R extends Admissible>(
  deps: GateDependencies,
  tx: Transaction,
  { registered, credentials, hub, caller, bill }: Admitted<R>,
): Promise<Admitted<R>> {
  const found = accepted(await authenticate(deps, tx, credentials, hub?.id));
  if (found.caller.kind !== caller.kind) throw new ServiceError('NOT_AUTHENTICATED');
  return { ...judge(deps, registered, credentials, found, hub !== null), bill };
}

/** The caller needs their right before a body of files, which may take long, and after it. */
async function admitFiles<R extends Admissible>(
  deps: GateDependencies,
  registered: R,
  request: Request,
  identified: Identified,
) {
  const before = judge(deps, registered, request, identified, identified.namedHub !== undefined);
  const hubId = before.hub?.id ?? '';
  await deps.limits.countHubCall(hubId);
  const params = await request.params(ownerOf(identified), { hubId, userId: before.user.id });
  onlyHub('the body and what the call came to', hubId, takeHub(registered, params));
  const admitted = await read(deps, (tx) => admitAgain(deps, tx, before));
  return { admitted, params };
}

/** Where the query or a header names the hub, the caller needs their right before the body. */
async function admitParams<R extends Admissible>(
  deps: GateDependencies,
  registered: R,
  request: Request,
  identified: Identified,
) {
  const { caller, namedHub } = identified;
  if (namedHub !== undefined) judge(deps, registered, request, identified, true);
  const params = await request.params(ownerOf(identified));
  const inParams = takeHub(registered, params);
  const hubId = onlyHub('the body and the query or x-hub-id', namedHub, inParams);
  const isOther = hubId !== undefined && hubId !== identified.entry?.hubId;
  const entry = isOther
    ? await read(deps, (tx) => deps.authenticator.enter(tx, caller, { id: hubId }))
    : identified.entry;
  const found = { ...identified, entry };
  const admitted = judge(deps, registered, request, found, hubId !== undefined);
  if (admitted.hub) await deps.limits.countHubCall(admitted.hub.id);
  const identity = { hubId: entry?.hubId ?? '', userId: caller.userId ?? '' };
  return { admitted, params: request.paramsFor?.(identity) ?? params };
}

/** Returns who pays for the body; the user is empty for the operator. */
const ownerOf = ({ caller, entry }: Identified): Owner => ({
  hubId: entry?.hubId ?? '',
  userId: caller.userId || caller.keyId || '',
});

/** Returns the hub that two places name, if any does. Fails with INVALID_INPUT if they differ. */
function onlyHub(
  places: string,
  first: string | undefined,
  second: string | undefined,
): string | undefined {
  if (first !== undefined && second !== undefined && first !== second)
    throw new ServiceError('INVALID_INPUT', [`hub_id: ${places} name different hubs`]);
  return first ?? second;
}

/** Returns the hub that the parameters name, and removes it unless the method declares `hub_id`. */
function takeHub({ spec }: Admissible, params: Record<string, unknown>): string | undefined {
  const { hub_id: hubId } = params;
  if (hubId === undefined) return undefined;
  if (hubId === null) {
    delete params.hub_id;
    return undefined;
  }
  if (typeof hubId !== 'string')
    throw new ServiceError('INVALID_INPUT', ['hub_id: must be a string']);
  if (!('hub_id' in spec.input.shape)) delete params.hub_id;
  return spec.by === 'anyone' ? undefined : hubId;
}
