import { createPublicKey } from 'node:crypto';
import { createRemoteJWKSet, type JWTPayload, errors as joseErrors, jwtVerify } from 'jose';
import { ServiceError } from '../../acl/language/errors.ts';
import { grants as knownGrants } from '../../acl/language/permission.ts';
import type { Transaction } from '../../db/connection/transaction.ts';
import {
  type Entry,
  findEntry,
  findSession,
  type HubReference,
} from '../../db/reading/identity/entries.ts';
import { findUserByIdentity } from '../../db/reading/identity/logins.ts';
import { findKey } from '../../db/rows/identity/keys.ts';
import type { JwtConfig } from '../config.ts';
import { isApiKey, isSameSecret } from '../secrets/tokens.ts';
import type { Caller } from './call.ts';

/** Whoever calls, and the hub he came to, if there is one. */
export interface Authenticated {
  caller: Caller;
  entry: Entry | null;
}

export interface Authenticator {
  /** Undefined: the token is good for nothing (any more). */
  authenticate(
    tx: Transaction,
    token: string | undefined,
    hub: HubReference,
    now: number,
  ): Promise<Authenticated | undefined>;
  /** The same caller in another hub. */
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

const looksLikeJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);

export function createAuthenticator(
  operatorToken: string | undefined,
  jwt: JwtConfig | undefined,
): Authenticator {
  const verify = jwt && verifierOf(jwt);

  async function identify(
    tx: Transaction,
    token: string | undefined,
    hub: HubReference,
    now: number,
  ): Promise<{ caller: Caller; entry?: Entry | null } | undefined> {
    if (token === undefined) return { caller: anonymous };
    if (operatorToken !== undefined && isSameSecret(operatorToken, token))
      return { caller: { ...anonymous, kind: 'operator', cap: 63 } };
    if (isApiKey(token)) {
      const key = await findKey(tx, token, 'api');
      return (
        key && {
          caller: {
            ...anonymous,
            kind: 'key',
            userId: key.userId,
            hubId: key.hubId,
            cap: key.permission,
            keyId: key.id,
          },
        }
      );
    }
    if (verify && looksLikeJwt(token)) {
      const caller = await verify(tx, token, now);
      return caller && { caller };
    }
    const found = await findSession(tx, token, hub, now);
    if (!found) return undefined;
    const { userId, sessionId, keyId, onlyHubId, cap, grants, expiresMs } = found.identified;
    // Of a key that acts as nobody: it may what the key may.
    const who =
      userId === ''
        ? { kind: 'key' as const, userId: null, keyId }
        : { kind: 'session' as const, userId, keyId: null };
    return {
      caller: { ...who, hubId: onlyHubId, cap, grants, sessionId, expiresMs },
      entry: found.entry,
    };
  }

  /** What the caller may do in the hub: never more than the token, nothing where it is not good. */
  function limit(caller: Caller, entry: Entry | null): Entry | null {
    if (!entry) return null;
    if (caller.hubId !== null && caller.hubId !== entry.hubId) return { ...entry, privilege: 0 };
    if (caller.userId === null) return { ...entry, privilege: caller.cap };
    return { ...entry, privilege: entry.privilege & caller.cap };
  }

  const enter: Authenticator['enter'] = async (tx, caller, hub) =>
    limit(caller, await findEntry(tx, caller.userId, hub, caller.hubId));

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

/** The issuer's keys could not be had: that says nothing about the token. */
const isOutage = (error: unknown): boolean =>
  !(error instanceof joseErrors.JOSEError) ||
  ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes(error.code);

function verifierOf(config: JwtConfig) {
  const remote = config.jwksUrl ? createRemoteJWKSet(new URL(config.jwksUrl)) : undefined;
  const local = config.secret
    ? new TextEncoder().encode(config.secret)
    : config.publicKey
      ? createPublicKey(config.publicKey)
      : undefined;
  const algorithms = config.secret
    ? ['HS256', 'HS384', 'HS512']
    : ['RS256', 'PS256', 'ES256', 'EdDSA'];
  const options = {
    issuer: config.issuer,
    algorithms,
    requiredClaims: ['exp', 'sub'],
    ...(config.audience ? { audience: config.audience } : {}),
  };

  return async (tx: Transaction, token: string, now: number): Promise<Caller | undefined> => {
    const current = { ...options, currentDate: new Date(now) };
    let payload: JWTPayload;
    try {
      const verified = remote
        ? await jwtVerify(token, remote, current)
        : local && (await jwtVerify(token, local, current));
      if (!verified) return undefined;
      payload = verified.payload;
    } catch (error) {
      if (remote && isOutage(error))
        throw new ServiceError('UNAVAILABLE', ['the issuer’s keys cannot be fetched']);
      return undefined;
    }
    const userId = await findUserByIdentity(tx, config.issuer, payload.sub ?? '');
    if (!userId) return undefined;
    const hubId = typeof payload.hub_id === 'string' ? payload.hub_id : null;
    if (config.hubId && hubId && hubId !== config.hubId) return undefined;
    const grants = Array.isArray(payload.grants)
      ? knownGrants.filter((grant) => (payload.grants as unknown[]).includes(grant))
      : null;
    return {
      kind: 'jwt',
      userId,
      hubId: config.hubId ?? hubId,
      cap: 63,
      grants,
      sessionId: null,
      keyId: null,
      expiresMs: (payload.exp ?? 0) * 1000,
    };
  };
}
