import { privileges } from '../../acl/language/permission.ts';
import type { Transaction } from '../../db/connection/transaction.ts';
import {
  type Entry,
  findEntry,
  findSession,
  type HubReference,
} from '../../db/reading/identity/entries.ts';
import { findKey } from '../../db/rows/identity/keys.ts';
import type { JwtConfig } from '../config.ts';
import { isApiKey, isSameSecret } from '../secrets/tokens.ts';
import type { Caller } from './call.ts';
import { createJwtVerifier, looksLikeJwt } from './jwt.ts';

/** A caller, and the hub that the request leads to with what they hold there, if there is one. */
export interface Authenticated {
  caller: Caller;
  entry: Entry | null;
}

export interface Authenticator {
  /** Returns undefined for a token that is unknown, expired or revoked. */
  authenticate(
    tx: Transaction,
    token: string | undefined,
    hub: HubReference,
    now: number,
  ): Promise<Authenticated | undefined>;
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
  expiresMs: null,
};

/** A caller; `entry` is absent where their place in the hub was not looked up in the same query. */
interface TokenOwner {
  caller: Caller;
  entry?: Entry | null;
}

export function createAuthenticator(
  operatorToken: string | undefined,
  jwt: JwtConfig | undefined,
): Authenticator {
  const verify = jwt && createJwtVerifier(jwt);

  async function identify(
    tx: Transaction,
    token: string | undefined,
    hub: HubReference,
    now: number,
  ): Promise<TokenOwner | undefined> {
    if (token === undefined) return { caller: anonymous };
    if (operatorToken !== undefined && isSameSecret(operatorToken, token))
      return { caller: { ...anonymous, kind: 'operator', cap: privileges.owner } };
    if (isApiKey(token)) return identifyKey(tx, token);
    if (verify && looksLikeJwt(token)) {
      const caller = await verify(tx, token, now);
      return caller && { caller };
    }
    return identifySession(tx, token, hub, now);
  }

  return {
    enter,
    async authenticate(tx, token, hub, now) {
      const identified = await identify(tx, token, hub, now);
      if (!identified) return undefined;
      const { caller, entry } = identified;
      if (caller.kind === 'anonymous') return { caller, entry: null };
      return {
        caller,
        entry: entry === undefined ? await enter(tx, caller, hub) : limit(caller, entry),
      };
    },
  };
}

async function identifyKey(tx: Transaction, token: string): Promise<TokenOwner | undefined> {
  const key = await findKey(tx, token, 'api');
  if (!key) return undefined;
  const { id: keyId, userId, hubId, permission: cap } = key;
  return { caller: { ...anonymous, kind: 'key', userId, hubId, cap, keyId } };
}

async function identifySession(
  tx: Transaction,
  token: string,
  hub: HubReference,
  now: number,
): Promise<TokenOwner | undefined> {
  const found = await findSession(tx, token, hub, now);
  if (!found) return undefined;
  const { userId, sessionId, keyId, onlyHubId, cap, grants, expiresMs } = found.rights;
  // The session of a key without a user has the rights of the key.
  const owner =
    userId === ''
      ? { kind: 'key' as const, userId: null, keyId }
      : { kind: 'session' as const, userId, keyId: null };
  return {
    caller: { ...owner, hubId: onlyHubId, cap, grants, sessionId, expiresMs },
    entry: found.entry,
  };
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
