import type { By } from '../../acl/language/by.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import type { Owner } from '../../db/connection/fair-queue.ts';
import type { Transaction } from '../../db/connection/transaction.ts';
import type { Bill } from '../limits/cost.ts';
import type { Limits } from '../limits/limits.ts';
import type { Actor, Caller, Registered } from './call.ts';
import type { Authenticated } from './identity/auth.ts';
import type { Credentials } from './identity/credentials.ts';
import {
  createIdentities,
  type Identified,
  type IdentityDependencies,
} from './identity/identify.ts';
import { onlyHub } from './identity/named-hub.ts';
import type { Prediction } from './identity/predictions.ts';
import type { LastSeen } from './last-seen.ts';
import type { Request } from './request.ts';
import { checkRights, type EnteredHub } from './rights.ts';

/** What is admitted: a method, or a path or the socket, which are declared like one. */
export type Admissible = Pick<Registered, 'name' | 'spec'>;

/** A request whose caller has the rights that it needs. */
export interface Admitted<R extends Admissible = Registered> {
  registered: R;
  credentials: Credentials;
  caller: Caller;
  hub: EnteredHub | null;
  user: Actor;
  /** What the call costs beyond one point. */
  bill: Bill;
  /** Who the caller was found to be, where the call must confirm it. */
  prediction?: Prediction;
}

/** What a body names beside the parameters. */
export interface Parameters {
  params: Record<string, unknown>;
  hubId: string | undefined;
}

export interface Gate {
  /**
   * Takes the caller of a request to be what an earlier call found, and counts the request for
   * them; undefined if none did.
   */
  predict(request: Request): Promise<Identified | undefined>;
  /**
   * Authenticates a request and counts it for its caller, unless it is counted already. Fails with
   * NOT_AUTHENTICATED.
   */
  identify(request: Request): Promise<Identified>;
  /**
   * Reads the parameters of a request: only once the caller has the rights, or if nothing but the
   * parameters may name the hub.
   */
  readParams(registered: Admissible, request: Request, identified: Identified): Promise<Parameters>;
  /** Admits an identified request with these parameters, and counts it for its hub. */
  admit<R extends Admissible>(
    registered: R,
    request: Request,
    identified: Identified,
    parameters: Parameters,
  ): Promise<{ admitted: Admitted<R>; params: Record<string, unknown> }>;
  /**
   * Admits a socket, without counting it. Sessions of sockets that arrive together are read
   * together: thousands may come back at once.
   */
  check<R extends Admissible>(registered: R, credentials: Credentials): Promise<Admitted<R>>;
  /** Admits the same request by the rights that the transaction reads. */
  admitAgain<R extends Admissible>(tx: Transaction, admitted: Admitted<R>): Promise<Admitted<R>>;
  /**
   * Reads the callers of one method again, in one round trip; returns which of the predictions that
   * they rest on hold.
   */
  confirm(tx: Transaction, admissions: readonly Admitted<Admissible>[]): Promise<boolean[]>;
}

export interface GateDependencies extends IdentityDependencies {
  limits: IdentityDependencies['limits'] & Pick<Limits, 'countHubCall' | 'billOf'>;
  lastSeen: Pick<LastSeen, 'note'>;
  /** The origins that the configuration allows in every hub. */
  allowedOrigins: readonly string[];
}

/** Creates the one gate that calls, file downloads and sockets pass. */
export function createGate(deps: GateDependencies): Gate {
  const identities = createIdentities(deps);
  const countHub = createHubCounter(deps.limits);
  const inner: Inner = { ...deps, identities, countHub, bodyOf: createBodies() };
  return {
    predict: identities.predict,
    identify: identities.identify,
    readParams: (registered, request, identified) =>
      registered.spec.multipart
        ? readFiles(inner, registered, request, identified)
        : readParams(inner, registered, request, identified),
    admit: (registered, request, identified, parameters) =>
      admit(inner, registered, request, identified, parameters),
    async check(registered, credentials) {
      const found = await identities.check(credentials);
      return judge(deps, registered, credentials, found, credentials.hub.query !== undefined);
    },
    async admitAgain(tx, { registered, credentials, hub, caller, bill }) {
      const found = await identities.read(tx, credentials, hub?.id);
      if (found.caller.kind !== caller.kind) throw new ServiceError('NOT_AUTHENTICATED');
      return { ...judge(deps, registered, credentials, found, hub !== null), bill };
    },
    confirm: identities.confirm,
  };
}

/** What the functions of the gate share. */
interface Inner extends GateDependencies {
  identities: ReturnType<typeof createIdentities>;
  countHub: ReturnType<typeof createHubCounter>;
  bodyOf: ReturnType<typeof createBodies>;
}

/** Reads the body of each request once, however often it is begun again. */
function createBodies() {
  const bodies = new WeakMap<Request, Promise<Parameters>>();
  return (request: Request, read: () => Promise<Parameters>): Promise<Parameters> => {
    const body = bodies.get(request) ?? read();
    bodies.set(request, body);
    return body;
  };
}

/** Counts each request once for its hub, however often it is begun again. */
function createHubCounter(limits: GateDependencies['limits']) {
  const counted = new WeakSet<Request>();
  return async (request: Request, hub: EnteredHub | null): Promise<void> => {
    if (!hub || counted.has(request)) return;
    await limits.countHubCall(hub.id);
    counted.add(request);
  };
}

const isAboutOthers = (by: By): by is Extract<By, { user: unknown }> & { others: By } =>
  typeof by === 'object' && 'others' in by;

/**
 * Returns a method as a call means it, where that depends on the parameters: about the caller, or
 * within a hub about a user whom the call names.
 */
function asMeant<R extends Admissible>(
  registered: R,
  caller: Caller,
  { user_id: userId = null }: Parameters['params'],
): R {
  const { spec } = registered;
  if (!isAboutOthers(spec.by)) return registered;
  const { others, ...own } = spec.by;
  const isOwn = userId === null || userId === caller.userId;
  return { ...registered, spec: { ...spec, by: isOwn ? own : others } };
}

function refuseAnonymous({ spec }: Admissible, { kind }: Caller): void {
  if (spec.by !== 'anyone' && kind === 'anonymous') throw new ServiceError('NOT_AUTHENTICATED');
}

function judge<R extends Admissible>(
  { allowedOrigins, limits, lastSeen }: GateDependencies,
  registered: R,
  credentials: Credentials,
  found: Authenticated,
  isHubNamed: boolean,
): Admitted<R> {
  const { caller, entry } = found;
  refuseAnonymous(registered, caller);
  const hub = checkRights(registered.spec, credentials, found, isHubNamed, allowedOrigins);
  if (hub && caller.userId !== null) lastSeen.note(hub.id, caller.userId);
  const { privilege = 0, firstname = '', lastname = '' } = entry ?? {};
  const user = { id: caller.userId ?? '', privilege, firstname, lastname };
  const payer = { userId: caller.userId || caller.keyId || '', hubId: hub?.id ?? '' };
  return { registered, credentials, caller, hub, user, bill: limits.billOf(payer) };
}

/** The caller needs their right before a body of files, which may take long, and after it. */
async function readFiles(
  inner: Inner,
  registered: Admissible,
  request: Request,
  identified: Identified,
): Promise<Parameters> {
  const { namedHub } = identified;
  const before = judge(inner, registered, request, identified, namedHub !== undefined);
  await inner.countHub(request, before.hub);
  const hubId = before.hub?.id ?? '';
  const given = await request.params(ownerOf(identified), { hubId, userId: before.user.id });
  const { hubId: inParams, params } = takeHub(registered, given);
  onlyHub('the body and what the call came to', hubId, inParams);
  return { params, hubId };
}

/** Where the query or a header names the hub, the caller needs their right before the body. */
async function readParams(
  inner: Inner,
  registered: Admissible,
  request: Request,
  identified: Identified,
): Promise<Parameters> {
  refuseAnonymous(registered, identified.caller);
  const isKnown = !isAboutOthers(registered.spec.by);
  if (identified.namedHub !== undefined && isKnown)
    judge(inner, registered, request, identified, true);
  return inner.bodyOf(request, async () =>
    takeHub(registered, await request.params(ownerOf(identified))),
  );
}

/** Files may have taken long to arrive: their caller is read again. */
async function admit<R extends Admissible>(
  inner: Inner,
  registered: R,
  request: Request,
  identified: Identified,
  { params, hubId: inParams }: Parameters,
): Promise<{ admitted: Admitted<R>; params: Record<string, unknown> }> {
  const { identities, countHub } = inner;
  const places = 'the body and the query or x-hub-id';
  const hubId = onlyHub(places, identified.namedHub, inParams);
  const present = registered.spec.multipart ? await identities.identify(request) : identified;
  const found = await identities.inHub(request, present, hubId);
  const { caller, entry, prediction } = found;
  // For a call that writes, the epoch by which its caller was read is compared in the end.
  const needsConfirming = prediction && (registered.spec.safe || !prediction.isRead);
  const meant = asMeant(registered, caller, params);
  const admitted = judge(inner, meant, request, found, hubId !== undefined);
  await countHub(request, admitted.hub);
  const identity = { hubId: entry?.hubId ?? '', userId: caller.userId ?? '' };
  return {
    admitted: needsConfirming ? { ...admitted, prediction } : admitted,
    params: request.paramsFor?.(identity) ?? params,
  };
}

/** Returns who pays for the body; the user is empty for the operator. */
const ownerOf = ({ caller, entry }: Identified): Owner => ({
  hubId: entry?.hubId ?? '',
  userId: caller.userId || caller.keyId || '',
});

/** Returns the hub that the parameters name, and removes it unless the method declares `hub_id`. */
function takeHub({ spec }: Admissible, params: Record<string, unknown>): Parameters {
  const { hub_id: hubId } = params;
  if (hubId === undefined) return { params, hubId };
  if (hubId !== null && typeof hubId !== 'string')
    throw new ServiceError('INVALID_INPUT', ['hub_id: must be a string']);
  if (hubId === null || !('hub_id' in spec.input.shape)) delete params.hub_id;
  return { params, hubId: spec.by === 'anyone' ? undefined : (hubId ?? undefined) };
}
