import { privileges } from '../../../acl/language/permission.ts';
import type { Transaction } from '../../../db/connection/transaction.ts';
import {
  type Entry,
  type FoundSession,
  findEntry,
  findSessions,
  type HubReference,
  type TokenUse,
} from '../../../db/reading/identity/entries.ts';
import { findJwtUser } from '../../../db/reading/identity/logins.ts';
import { hashOf } from '../../../db/rows/hash.ts';
import { findKey, findKeyById, type KeyRecord } from '../../../db/rows/identity/keys.ts';
import type { FileLink } from '../../secrets/file-links.ts';
import { isApiKey } from '../../secrets/tokens.ts';
import type { Caller, TokenRefusal } from '../call.ts';
import type { PresentedToken } from './credentials.ts';
import { isLiveJwt, type JwtReader, jwtCaller, looksLikeJwt } from './jwt.ts';

/** A caller, and the hub that the request leads to with what they hold there, if there is one. */
export interface Authenticated {
  caller: Caller;
  entry: Entry | null;
  /** The hub of the host to which a page sent the request; absent without a page or such a hub. */
  hostHub?: HostHub;
}

/** Returns the session of a token; undefined if there is none. */
export type FindSession = (use: TokenUse) => Promise<FoundSession | undefined>;

/** The hub that a host name leads to, and whether the caller has rights there. */
export interface HostHub {
  id: string;
  isOfCaller: boolean;
}

export interface Authenticator {
  /**
   * Returns the caller, or why their token is not accepted. `findSession` reads their session,
   * otherwise the transaction does.
   */
  authenticate(
    tx: Transaction,
    token: PresentedToken | undefined,
    hub: HubReference,
    now: number,
    findSession?: FindSession,
  ): Promise<Authenticated | TokenRefusal>;
  /** Looks the caller up in another hub. */
  enter(tx: Transaction, caller: Caller, hub: HubReference): Promise<Entry | null>;
}

const anonymous: Caller = {
  kind: 'anonymous',
  userId: null,
  hubId: null,
  cap: 0,
  grants: null,
  sessionId: null,
  keyId: null,
  jwtHash: null,
  issuedMs: null,
  subjectHash: null,
  viaKeyId: null,
  expiresMs: null,
};

/** A caller; `entry` is absent where their place in the hub was not looked up in the same query. */
interface TokenOwner {
  caller: Caller;
  entry?: Entry | null;
}

export function createAuthenticator(
  operatorToken: string | undefined,
  jwts: JwtReader | undefined,
): Authenticator {
  const operatorHash = operatorToken === undefined ? undefined : hashOf(operatorToken);

  async function identify(
    tx: Transaction,
    token: PresentedToken | undefined,
    hub: HubReference,
    now: number,
    findSession: FindSession,
  ): Promise<TokenOwner | TokenRefusal> {
    if (token === undefined) return { caller: anonymous };
    const { text, hash, sessionHash, link } = token;
    if (link) return identifyLink(tx, link, hub, now, findSession);
    // How long it takes to compare hashes says nothing about what was hashed.
    if (hash === operatorHash)
      return { caller: { ...anonymous, kind: 'operator', cap: privileges.owner } };
    if (isApiKey(text)) return identifyKey(tx, text);
    if (jwts && looksLikeJwt(text)) {
      const caller = await jwts.findCaller(tx, text, now);
      return typeof caller === 'string' ? caller : { caller: { ...anonymous, ...caller } };
    }
    const found = await findSession({ session: { tokenHash: sessionHash }, hub });
    return found && !isTokenOf(found.rights, token, now)
      ? endOf(found)
      : identifySession(found, now);
  }

  return {
    enter,
    async authenticate(tx, token, hub, now, findSession = inTransaction(tx)) {
      const identified = await identify(tx, token, hub, now, findSession);
      if (typeof identified === 'string') return identified;
      const { caller, entry } = identified;
      if (caller.kind === 'anonymous') return { caller, entry: null };
      return {
        caller,
        entry: entry === undefined ? await enter(tx, caller, hub) : limit(caller, entry),
      };
    },
  };
}

/** A session whose token was replaced is as ended for it as one that was ended. */
const endOf = ({ rights }: FoundSession): TokenRefusal => rights.endedAs ?? 'ended';

/**
 * A link has the rights of the token that it was made with, while that one is valid. What received
 * the link has compared its own end.
 */
async function identifyLink(
  tx: Transaction,
  { by, id, hubId, userId, ...jwt }: FileLink,
  hub: HubReference,
  now: number,
  findSession: FindSession,
): Promise<TokenOwner | TokenRefusal> {
  if (by === 'session') return identifySession(await findSession({ session: { id }, hub }), now);
  if (by === 'key') return ownerOfKey(await findKeyById(tx, hubId, id));
  const { issuedMs, subjectHash, expiresMs } = jwt;
  const user = await findJwtUser(tx, hubId, userId, id);
  const isSubject = subjectHash === null || subjectHash === user?.subjectHash;
  if (!user || !isSubject || !isLiveJwt(user, issuedMs)) return 'ended';
  const owner = { userId, hubId, jwtHash: id, issuedMs, subjectHash, expiresMs };
  return { caller: { ...anonymous, ...jwtCaller, ...owner } };
}

const identifyKey = async (tx: Transaction, token: string) =>
  ownerOfKey(await findKey(tx, token, 'api'));

function ownerOfKey(key: KeyRecord | undefined): TokenOwner | TokenRefusal {
  if (!key) return 'unknown';
  const { id: keyId, userId, hubId, permission: cap, revokedMs } = key;
  if (revokedMs !== null) return 'revoked';
  const caller = { kind: 'key' as const, userId, hubId, cap, keyId, viaKeyId: keyId };
  return { caller: { ...anonymous, ...caller } };
}

const inTransaction =
  (tx: Transaction): FindSession =>
  async (use) => {
    const [found] = await findSessions(tx, [use]);
    return found;
  };

function identifySession(found: FoundSession | undefined, now: number): TokenOwner | TokenRefusal {
  if (!found) return 'unknown';
  const { rights, entry } = found;
  if (rights.endedAs !== null) return rights.endedAs;
  if (rights.isKeyRevoked) return 'revoked';
  if (rights.expiresMs <= now || rights.isOutside) return 'ended';
  const { userId, sessionId, keyId: viaKeyId, onlyHubId, cap, grants, expiresMs } = rights;
  // The session of a key without a user has the rights of the key.
  const owner =
    userId === ''
      ? { kind: 'key' as const, userId: null, keyId: viaKeyId }
      : { kind: 'session' as const, userId, keyId: null };
  const limits = { hubId: onlyHubId, cap, grants, sessionId, viaKeyId, expiresMs };
  return { caller: { ...anonymous, ...owner, ...limits }, entry };
}

/** Whether a token is valid for the session that was found by its hash; a renewal replaces it. */
function isTokenOf(
  { renewedHash, oldHash, oldEndsMs }: FoundSession['rights'],
  { hash, sessionHash }: PresentedToken,
  now: number,
): boolean {
  return hash === (renewedHash ?? sessionHash) || (hash === oldHash && now < (oldEndsMs ?? 0));
}

const enter: Authenticator['enter'] = async (tx, caller, hub) =>
  limit(caller, await findEntry(tx, caller.userId, hub, caller.hubId));

/** Limits the privilege in the hub to what the token carries; 0 in hubs that it is not for. */
function limit(caller: Caller, entry: Entry | null): Entry | null {
  if (!entry) return null;
  if (caller.hubId !== null && caller.hubId !== entry.hubId) return { ...entry, privilege: 0 };
  if (caller.userId === null) return { ...entry, privilege: caller.cap };
  return { ...entry, privilege: entry.privilege & caller.cap };
}
