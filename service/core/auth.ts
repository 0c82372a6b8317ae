import { createPublicKey } from 'node:crypto';
import {
  createRemoteJWKSet,
  type JWTPayload,
  type JWTVerifyOptions,
  errors as joseErrors,
  jwtVerify,
} from 'jose';
import { defined } from '../../acl/language/defined.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import { grants as knownGrants, privileges } from '../../acl/language/permission.ts';
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
      return { caller: { ...anonymous, kind: 'operator', cap: privileges.owner } };
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

  /** Limits the privilege in the hub to what the token carries; 0 in hubs that it is not for. */
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

/** Whether the issuer's keys could not be fetched, which says nothing about the token. */
const isOutage = (error: unknown): boolean =>
  !(error instanceof joseErrors.JOSEError) ||
  ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes(error.code);

/** Returns a function that finds the caller of a JWT, or undefined if it is not accepted. */
function verifierOf(config: JwtConfig) {
  const verify = signatureVerifierOf(config);
  return async (tx: Transaction, token: string, now: number): Promise<Caller | undefined> => {
    const payload = await verify(token, now);
    const userId = payload && (await findUserByIdentity(tx, config.issuer, payload.sub ?? ''));
    if (!userId) return undefined;
    const hubId = typeof payload.hub_id === 'string' ? payload.hub_id : null;
    if (config.hubId && hubId && hubId !== config.hubId) return undefined;
    const { grants } = payload;
    return {
      ...anonymous,
      kind: 'jwt',
      userId,
      hubId: config.hubId ?? hubId,
      cap: privileges.owner,
      grants: Array.isArray(grants) ? knownGrants.filter((grant) => grants.includes(grant)) : null,
      expiresMs: (payload.exp ?? 0) * 1000,
    };
  };
}

/** Returns the function that checks a JWT's signature, issuer, audience and expiry. */
function signatureVerifierOf(config: JwtConfig) {
  const options = {
    issuer: config.issuer,
    algorithms: config.secret ? ['HS256', 'HS384', 'HS512'] : ['RS256', 'PS256', 'ES256', 'EdDSA'],
    requiredClaims: ['exp', 'sub'],
    ...defined({ audience: config.audience }),
  };
  const check = keyCheckOf(config);
  return async (token: string, now: number): Promise<JWTPayload | undefined> => {
    try {
      return (await check(token, { ...options, currentDate: new Date(now) })).payload;
    } catch (error) {
      if (config.jwksUrl && isOutage(error))
        throw new ServiceError('UNAVAILABLE', ['the issuer’s keys cannot be fetched']);
      return undefined;
    }
  };
}

/** Returns the check with the configured key: one of a published set, a secret or a public key. */
function keyCheckOf({ jwksUrl, secret, publicKey = '' }: JwtConfig) {
  if (jwksUrl) {
    const keys = createRemoteJWKSet(new URL(jwksUrl));
    return (token: string, options: JWTVerifyOptions) => jwtVerify(token, keys, options);
  }
  const key = secret ? new TextEncoder().encode(secret) : createPublicKey(publicKey);
  return (token: string, options: JWTVerifyOptions) => jwtVerify(token, key, options);
}
