import { createPublicKey } from 'node:crypto';
import {
  createRemoteJWKSet,
  type JWTPayload,
  type JWTVerifyOptions,
  errors as joseErrors,
  jwtVerify,
} from 'jose';
import { defined } from '../../../acl/language/defined.ts';
import { Unavailable } from '../../../acl/language/errors.ts';
import { asId } from '../../../acl/language/fields.ts';
import { grants as knownGrants, privileges } from '../../../acl/language/permission.ts';
import type { Transaction } from '../../../db/connection/transaction.ts';
import {
  findUserByExternalId,
  findUserByIdentity,
  type JwtUser,
} from '../../../db/reading/identity/logins.ts';
import { hashOf } from '../../../db/rows/hash.ts';
import type { JwtConfig } from '../../config.ts';
import type { Caller, TokenRefusal } from '../call.ts';

const secretAlgorithms = ['HS256', 'HS384', 'HS512'];
const publicAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Tells whether a token has the form of a JWT: three parts in base64url. */
export const looksLikeJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);

/** Whether the issuer's keys could not be fetched, which says nothing about the token. */
const isOutage = (error: unknown): boolean =>
  !(error instanceof joseErrors.JOSEError) ||
  ['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes(error.code);

/** Seconds by which clocks may differ from the issuer's. */
const leewaySeconds = 30;
const leewayMs = leewaySeconds * 1000;
/** Of any script; longer ones belong to nobody. */
const maxSubjectLength = 255;
/** The last time that a Date can hold. */
const maxTimeMs = 8_640_000_000_000_000;

/**
 * What a JWT is known by after a log-out: the hash of all that is signed. The rest of the token,
 * its signature, can be written in several ways.
 */
const jwtHashOf = (token: string): string => hashOf(token.slice(0, token.lastIndexOf('.')));

/** A string that can be somebody's external id. */
const isSubject = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.isWellFormed() &&
  [...value.slice(0, 2 * maxSubjectLength + 1)].length <= maxSubjectLength;

/**
 * Returns the grants of the claim: a list of strings, or one string with spaces between them. Null:
 * the claim is absent, and narrows nothing; undefined: it is something else.
 */
function grantsOf(claim: unknown): readonly string[] | null | undefined {
  if (claim === undefined) return null;
  const given: unknown = typeof claim === 'string' ? claim.split(' ') : claim;
  return Array.isArray(given) && given.every((one) => typeof one === 'string')
    ? knownGrants.filter((grant) => given.includes(grant))
    : undefined;
}

/** What a JWT says of its caller. */
type JwtCaller = Omit<Caller, 'sessionId' | 'keyId' | 'viaKeyId'>;

/** What all callers with a JWT are. */
export const jwtCaller = { kind: 'jwt', cap: privileges.owner } as const;

/** Whether nothing has ended a JWT: no log-out, and its user has not left since it was issued. */
export const isLiveJwt = ({ isEnded, isMember, leftMs }: JwtUser, issuedMs: number | null) =>
  !isEnded && isMember && (leftMs === null || issuedMs === null || issuedMs > leftMs + leewayMs);

/** Whom a JWT is about, as its issuer says. */
export interface JwtSubject {
  sub: string;
  hubId: string | null;
  /** All claims. */
  payload: JWTPayload;
}

/** Reads JWTs of the configured issuer. */
export interface JwtReader {
  /** Returns the caller of a JWT, or why it is not accepted. */
  findCaller(tx: Transaction, token: string, now: number): Promise<JwtCaller | TokenRefusal>;
  /** Returns whom a JWT is about, or why it is not accepted, whether or not they have a user. */
  readSubject(token: string, now: number): Promise<JwtSubject | TokenRefusal>;
}

export function createJwtReader(config: JwtConfig): JwtReader {
  const verify = signatureVerifierOf(config);

  async function readSubject(token: string, now: number): Promise<JwtSubject | TokenRefusal> {
    const payload = await verify(token, now);
    if (typeof payload === 'string') return payload;
    const { sub, hub_id: claimedHubId = null, iat } = payload;
    const isFromFuture = iat !== undefined && iat * 1000 > now + leewayMs;
    if (grantsOf(payload.grants) === undefined || isFromFuture) return 'unknown';
    const isForOther = claimedHubId !== null && config.hubId && claimedHubId !== config.hubId;
    const hubId = config.hubId ?? claimedHubId;
    if (isForOther || !isSubject(sub) || !(hubId === null || typeof hubId === 'string'))
      return 'unknown';
    return { sub, hubId, payload };
  }

  return {
    readSubject,
    async findCaller(tx, token, now) {
      const subject = await readSubject(token, now);
      if (typeof subject === 'string') return subject;
      const { sub, hubId } = subject;
      const { iat, exp = 0, grants = undefined } = subject.payload;
      const jwtHash = jwtHashOf(token);
      const user = await (hubId === null
        ? findUserByIdentity(tx, config.issuer, sub, jwtHash)
        : findUserByExternalId(tx, asId(hubId), sub, jwtHash));
      if (!user) return config.autoProvision ? 'newcomer' : 'unknown';
      // A JWT that does not say when it was issued may be older than anything.
      const issuedMs = hubId === null ? null : Math.max(Math.floor((iat ?? 0) * 1000), 0);
      if (!isLiveJwt(user, issuedMs)) return 'ended';
      return {
        ...jwtCaller,
        userId: user.userId,
        hubId,
        grants: grantsOf(grants) ?? null,
        jwtHash,
        issuedMs,
        subjectHash: hubId === null ? null : hashOf(sub),
        expiresMs: Math.min((exp + leewaySeconds) * 1000, maxTimeMs),
      };
    },
  };
}

/** Returns the function that checks a JWT's signature, issuer, audience and expiry. */
function signatureVerifierOf(config: JwtConfig) {
  const options = {
    issuer: config.issuer,
    algorithms: config.secret ? secretAlgorithms : publicAlgorithms,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: leewaySeconds,
    ...defined({ audience: config.audience }),
  };
  const check = keyCheckOf(config);
  return async (token: string, now: number): Promise<JWTPayload | TokenRefusal> => {
    try {
      return (await check(token, { ...options, currentDate: new Date(now) })).payload;
    } catch (error) {
      if (config.jwksUrl && isOutage(error))
        throw new Unavailable(['the issuer’s keys cannot be fetched']);
      return error instanceof joseErrors.JWTExpired ? 'ended' : 'unknown';
    }
  };
}

/** Returns the check with the configured key: one of a published set, a secret or a public key. */
function keyCheckOf({ jwksUrl, secret, publicKey = '' }: JwtConfig) {
  if (jwksUrl) {
    const keys = createRemoteJWKSet(new URL(jwksUrl));
    return (token: string, options: JWTVerifyOptions) =>
      jwtVerify(token, keys, options).catch((error: unknown) => {
        if (error instanceof joseErrors.JWKSMultipleMatchingKeys)
          return verifyByOneOf(error, token, options);
        throw error;
      });
  }
  const key = secret ? new TextEncoder().encode(secret) : createPublicKey(publicKey);
  return (token: string, options: JWTVerifyOptions) => jwtVerify(token, key, options);
}

/** Tries the keys of a set one by one, for a JWT that does not say by which it was signed. */
async function verifyByOneOf(
  keys: joseErrors.JWKSMultipleMatchingKeys,
  token: string,
  options: JWTVerifyOptions,
): ReturnType<typeof jwtVerify> {
  for await (const key of keys)
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!(error instanceof joseErrors.JWSSignatureVerificationFailed)) throw error;
    }
  throw new joseErrors.JWSSignatureVerificationFailed();
}
