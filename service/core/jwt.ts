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
import { findUserByIdentity } from '../../db/reading/identity/logins.ts';
import type { JwtConfig } from '../config.ts';
import type { Caller } from './call.ts';

/** Tells whether a token has the form of a JWT: three parts in base64url. */
export const looksLikeJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);

/** Whether the issuer's keys could not be fetched, which says nothing about the token. */
const isOutage = (error: unknown): boolean =>
  !(error instanceof joseErrors.JOSEError) ||
  ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes(error.code);

/** Returns a function that finds the caller of a JWT, or undefined if it is not accepted. */
export function createJwtVerifier(config: JwtConfig) {
  const verify = signatureVerifierOf(config);
  return async (tx: Transaction, token: string, now: number): Promise<Caller | undefined> => {
    const payload = await verify(token, now);
    const userId = payload && (await findUserByIdentity(tx, config.issuer, payload.sub ?? ''));
    if (!userId) return undefined;
    const hubId = typeof payload.hub_id === 'string' ? payload.hub_id : null;
    if (config.hubId && hubId && hubId !== config.hubId) return undefined;
    const { grants } = payload;
    return {
      kind: 'jwt',
      userId,
      hubId: config.hubId ?? hubId,
      cap: privileges.owner,
      grants: Array.isArray(grants) ? knownGrants.filter((grant) => grants.includes(grant)) : null,
      sessionId: null,
      keyId: null,
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
