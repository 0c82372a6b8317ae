import { defined } from '../../../acl/language/defined.ts';
import { ServiceError } from '../../../acl/language/errors.ts';
import { createGathering } from '../../../db/connection/batches.ts';
import type { Pool } from '../../../db/connection/connect.ts';
import { type Transaction, transact } from '../../../db/connection/transaction.ts';
import {
  type FoundSession,
  findHostHubId,
  findSessions,
  type TokenUse,
} from '../../../db/reading/identity/entries.ts';
import type { Limits } from '../../limits/limits.ts';
import type { TokenRefusal } from '../call.ts';
import type { Request } from '../request.ts';
import type { Authenticated, Authenticator, FindSession } from './auth.ts';
import { type Credentials, tokenOf } from './credentials.ts';
import { onlyHub } from './named-hub.ts';
import { type Newcomers, UnknownSubject } from './newcomers.ts';
import { type Prediction, Predictions } from './predictions.ts';

/** A request whose token is valid, or that has none. */
export interface Identified extends Authenticated {
  /** The hub that the query or the header names. */
  namedHub: string | undefined;
  /** What the call rests on by now: absent for a caller without a token. */
  prediction?: Prediction;
}

export interface IdentityDependencies {
  pool: Pool;
  authenticator: Authenticator;
  /** Makes users of unknown subjects; absent where they stay unknown. */
  newcomers?: Newcomers | undefined;
  limits: Pick<Limits, 'strangers' | 'countUserCall'>;
  clock: () => number;
}

/** A call that may rest on a prediction. */
interface Predicted {
  credentials: Credentials;
  prediction?: Prediction;
  /** The hub that the caller enters, and the epoch under which their rights are known. */
  hub: { id: string; epoch: number } | null;
}

type Reading = IdentityDependencies & { predictions: Predictions };

/** Creates what finds out who calls: by the database, or ahead of it from earlier calls. */
export function createIdentities(deps: IdentityDependencies) {
  const predictions = new Predictions();
  const reading: Reading = { ...deps, predictions };
  const findSession: FindSession = createGathering((uses) =>
    lookUp(deps, (tx) => findSessions(tx, uses)),
  );
  const counted = new WeakSet<Request>();

  /** Counts each request once, however often it is begun again. */
  async function count(request: Request, { caller }: Authenticated): Promise<void> {
    const id = caller.userId || caller.keyId;
    if (!id || counted.has(request)) return;
    await deps.limits.countUserCall(id);
    counted.add(request);
  }

  return {
    async predict(request: Request): Promise<Identified | undefined> {
      const namedHub = hubInRequest(request);
      const prediction = predictions.of(request, namedHub);
      if (!prediction) return undefined;
      ofUser(request, prediction.found);
      request.onIdentified?.();
      await count(request, prediction.found);
      return { ...prediction.found, namedHub, prediction };
    },

    async identify(request: Request): Promise<Identified> {
      const namedHub = hubInRequest(request);
      const found = ofUser(request, await identify(reading, request, namedHub));
      if (found.caller.kind !== 'anonymous') request.onIdentified?.();
      await count(request, found);
      return { ...found, namedHub, ...predictionOf(namedHub, found, true) };
    },

    async check(credentials: Credentials): Promise<Authenticated> {
      const find = (tx: Transaction) =>
        authenticate(deps, tx, credentials, credentials.hub.query, findSession);
      const found = await withNewcomer(deps, credentials, () => lookUp(deps, find));
      return ofUser(credentials, found);
    },

    read: (tx: Transaction, credentials: Credentials, hubId: string | undefined) =>
      authenticate(deps, tx, credentials, hubId),

    inHub: (request: Request, identified: Identified, hubId: string | undefined) =>
      enterHub(reading, request, identified, hubId),

    confirm: (tx: Transaction, calls: readonly Predicted[]) => confirm(reading, tx, calls),
  };
}

/** Returns the caller in the hub that the body names, if that is not known yet. */
async function enterHub(
  reading: Reading,
  request: Request,
  identified: Identified,
  hubId: string | undefined,
): Promise<Identified> {
  const { authenticator, predictions } = reading;
  const { caller, hostHub, namedHub } = identified;
  if (hubId === undefined || hubId === identified.entry?.hubId) return identified;
  const isRead = identified.prediction?.isRead ?? true;
  const prediction = isRead ? undefined : predictions.of(request, hubId);
  if (prediction) {
    identified.prediction = prediction;
    return { ...prediction.found, namedHub, prediction };
  }
  const entry = await lookUp(reading, (tx) => authenticator.enter(tx, caller, { id: hubId }));
  const found = { caller, entry, ...defined({ hostHub }) };
  if (entry) predictions.keep(request, hubId, found);
  const entered = predictionOf(hubId, found, isRead);
  Object.assign(identified, entered);
  return { ...found, namedHub, ...entered };
}

const predictionOf = (
  hubId: string | undefined,
  found: Authenticated,
  isRead: boolean,
): Pick<Identified, 'prediction'> =>
  found.caller.kind === 'anonymous'
    ? {}
    : { prediction: { hubId, found, isRead, isConfirmed: false } };

/** Returns the hub that the query or the header names. */
const hubInRequest = ({ hub: { query, header } }: Request): string | undefined =>
  onlyHub('the query and x-hub-id', query, header);

/** Reads who calls, on connections that callers cannot hold. */
const lookUp = <T>(
  { pool }: IdentityDependencies,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => transact(pool, work, 'lookup');

/** Returns the caller; fails with NOT_AUTHENTICATED if their token is not accepted. */
async function authenticate(
  deps: IdentityDependencies,
  tx: Transaction,
  credentials: Credentials,
  hubId: string | undefined,
  findSession?: FindSession,
): Promise<Authenticated> {
  const found = await tryToken(deps, tx, credentials, hubId, findSession);
  if (found === 'newcomer') throw new UnknownSubject();
  if (typeof found === 'string') throw new ServiceError('NOT_AUTHENTICATED', [`token: ${found}`]);
  return found;
}

/**
 * Returns a caller unless the client names another user: a page that was opened for one must not
 * act as the next who logs in by its cookie. Anonymous callers have no rights to mistake.
 */
function ofUser({ user }: Credentials, found: Authenticated): Authenticated {
  const { kind, userId } = found.caller;
  if (user !== undefined && kind !== 'anonymous' && userId !== user)
    throw new ServiceError('NOT_AUTHENTICATED', ['user_id: the token is that of another user']);
  return found;
}

/** Finds a caller; one whose JWT is the first that is seen of them is made a user before. */
async function withNewcomer<T>(
  { newcomers }: IdentityDependencies,
  credentials: Credentials,
  find: () => Promise<T>,
): Promise<T> {
  try {
    return await find();
  } catch (error) {
    const token = tokenOf(credentials)?.text;
    if (!(error instanceof UnknownSubject) || !newcomers || token === undefined) throw error;
    await newcomers.admit(token, credentials.origin.address);
    return find();
  }
}

/** A cookie does not make anybody the operator. */
async function tryToken(
  { authenticator, clock }: IdentityDependencies,
  tx: Transaction,
  credentials: Credentials,
  hubId: string | undefined,
  findSession?: FindSession,
): Promise<Authenticated | TokenRefusal> {
  const { page } = credentials;
  const { host, prefersOwn } = credentials.hub;
  const hub = hubId === undefined ? { host, prefersOwn } : { id: hubId };
  // Asked for together, so it is one round trip to the database.
  const [found, hostHubId] = await Promise.all([
    authenticator.authenticate(tx, tokenOf(credentials), hub, clock(), findSession),
    page && findHostHubId(tx, host),
  ]);
  if (!page || typeof found === 'string') return found;
  if (found.caller.kind === 'operator') return 'unknown';
  if (hostHubId === undefined) return found;
  const entry =
    found.entry?.hubId === hostHubId
      ? found.entry
      : await authenticator.enter(tx, found.caller, { id: hostHubId });
  return { ...found, hostHub: { id: hostHubId, isOfCaller: (entry?.privilege ?? 0) > 0 } };
}

/** Counts the request as anonymous, before the database is asked, unless its token is valid. */
async function identify(
  reading: Reading,
  request: Request,
  hubId: string | undefined,
): Promise<Authenticated> {
  const { limits, predictions } = reading;
  const { token } = request;
  const { address } = request.origin;
  const find = async () => {
    const found = await withNewcomer(reading, request, () =>
      lookUp(reading, (tx) => authenticate(reading, tx, request, hubId)),
    );
    predictions.keep(request, hubId, found);
    return found;
  };
  if (token === undefined) {
    await limits.strangers.count(address);
    return find();
  }
  const visit = await limits.strangers.visitWith(address, token);
  return visit.identify(token, find, isUnknown);
}

const isUnknown = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === 'NOT_AUTHENTICATED';

/**
 * Reads callers again, and returns which of the predictions hold that the calls rest on. Asks for
 * everything in this turn, so that it travels with other statements of the transaction.
 */
async function confirm(
  reading: Reading,
  tx: Transaction,
  calls: readonly Predicted[],
): Promise<boolean[]> {
  const uses: TokenUse[] = [];
  let answer: (sessions: Promise<(FoundSession | undefined)[]>) => void = () => {};
  const sessions = new Promise<(FoundSession | undefined)[]>((resolve) => {
    answer = resolve;
  });
  const findSession: FindSession = async (use) => {
    const place = uses.push(use) - 1;
    return (await sessions)[place];
  };
  const holding = calls.map(async ({ credentials, prediction, hub }) => {
    if (!prediction) return true;
    const found = await tryToken(reading, tx, credentials, prediction.hubId, findSession);
    const holds = reading.predictions.confirm(credentials, prediction, found);
    const { entry } = prediction.found;
    if (holds && hub && entry?.hubId === hub.id) hub.epoch = entry.epoch;
    return holds;
  });
  answer(uses.length > 0 ? findSessions(tx, uses) : Promise.resolve([]));
  return Promise.all(holding);
}
