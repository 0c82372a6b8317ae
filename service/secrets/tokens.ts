import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyKind } from '../../db/rows/identity/keys.ts';
import type { Seal } from './seal.ts';

const newToken = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;
const keyPrefixes = { api: 'hck', oauth: 'hco', braincloud: 'hcb' } satisfies Record<
  KeyKind,
  string
>;

/** Returns a new session token; the prefix tells tokens apart in a log or a secret scanner. */
export const newSessionToken = (): string => newToken('hcs');

/**
 * All tokens of a session begin with its first one, by which the session is found; those that came
 * by a renewal have a signature after a dot.
 */
export const firstTokenOf = (token: string): string =>
  token.startsWith('hcs_') ? (token.split('.', 1)[0] ?? '') : token;

/**
 * Returns the token that replaces a session's token. Renewing the same one again, at the
 * same time or because a reply was lost, returns the same.
 */
export const nextToken = (seal: Pick<Seal, 'sign'>, token: string): string =>
  `${firstTokenOf(token)}.${seal.sign(`renew ${token}`)}`;

/** Returns a new token of a key. */
export const newKeyToken = (kind: KeyKind): string => newToken(keyPrefixes[kind]);
/** Returns a new secret with which a brainCloud application signs its requests. */
export const newAppSecret = (): string => newToken('hca');
/** Tells whether a token has the form of an API key's. */
export const isApiKey = (token: string): boolean => token.startsWith(`${keyPrefixes.api}_`);

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Compares secrets of any length; the time it takes says nothing about them. */
export const isSameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(digest(a), digest(b));
