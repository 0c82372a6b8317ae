import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyKind } from '../../db/rows/identity/keys.ts';

const newToken = (prefix: string): string => `${prefix}_${randomBytes(32).toString('base64url')}`;
const keyPrefixes = { api: 'hck', oauth: 'hco', braincloud: 'hcb' } satisfies Record<
  KeyKind,
  string
>;

/** Returns a new session token; the prefix tells tokens apart in a log or a secret scanner. */
export const newSessionToken = (): string => newToken('hcs');
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
