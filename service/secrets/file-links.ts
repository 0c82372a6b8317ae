import { timingSafeEqual } from 'node:crypto';
import { chatGrants } from '../../acl/language/permission.ts';
import type { Seal } from './seal.ts';

/** Who calls by a link: the caller that it was made for, with the token that they had then. */
export interface FileLink {
  /** What the token was known by in the database, and its id there. */
  by: 'session' | 'jwt' | 'key';
  id: string;
  hubId: string;
  userId: string;
  /** Both of a JWT for one hub; see Caller. */
  issuedMs: number | null;
  subjectHash: string | null;
  /** Unix milliseconds. */
  expiresMs: number;
  /** All of this as text: the same for all files of a page. */
  fields: string;
}

/** The token of a caller, as links depend on it. */
export interface LinkToken {
  sessionId: string | null;
  jwtHash: string | null;
  keyId: string | null;
  grants: readonly string[] | null;
  issuedMs: number | null;
  subjectHash: string | null;
  expiresMs: number | null;
}

export interface LinkingCall {
  seal: Pick<Seal, 'sign'>;
  caller: LinkToken;
  hub: { id: string };
  user: { id: string };
  now: number;
}

const hourMs = 3_600_000;

/**
 * Returns the function that signs links for the caller. They end with the full hour after the
 * coming one, so that they are equal for an hour and browsers find them in their cache, and never
 * after the token. A token that may not read files gets none.
 */
export function createLinks({ seal, caller, hub, user, now }: LinkingCall) {
  const { sessionId, jwtHash, keyId, grants, issuedMs, subjectHash } = caller;
  const [by, id] = sessionId ? ['session', sessionId] : jwtHash ? ['jwt', jwtHash] : ['key', keyId];
  const mayRead = grants === null || chatGrants.viewing.some((grant) => grants.includes(grant));
  if (!id || !mayRead) return () => null;
  const hourAfterNext = (Math.floor(now / hourMs) + 2) * hourMs;
  const expiresMs = Math.min(hourAfterNext, caller.expiresMs ?? hourAfterNext);
  const jwt = [issuedMs ?? '', subjectHash ?? ''];
  const fields = [by, id, hub.id, user.id, ...jwt, expiresMs].join('.');
  const signatures = new Map<string, string>();
  return (nid: string, variant: 'file' | 'thumb'): string | null => {
    const signature = signatures.get(nid) ?? seal.sign(textOf(nid, fields));
    signatures.set(nid, signature);
    const path = variant === 'thumb' ? `${nid}/thumb` : nid;
    return `/-/file/${path}?sig=${fields}.${signature}`;
  };
}

const textOf = (nid: string, fields: string): string => `file ${nid} ${fields}`;

const pattern =
  /^((session|jwt|key)\.([\w-]+)\.([\w-]+)\.([\w-]+)\.(\d*)\.(\w*)\.(\d+))\.([\w-]{43})$/;

/** Returns what a link to a file says; undefined if its signature is not for this file. */
export function openFileLink(
  seal: Pick<Seal, 'sign'>,
  nid: string,
  given: string,
): FileLink | undefined {
  const [, fields = '', by, id = '', hubId = '', userId = '', ...rest] = pattern.exec(given) ?? [];
  if (by === undefined) return undefined;
  const [issued, subjectHash = '', expires, signature = ''] = rest;
  const expected = seal.sign(textOf(nid, fields));
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return undefined;
  return {
    by: by as FileLink['by'],
    ...{ id, hubId, userId, fields },
    issuedMs: issued === '' ? null : Number(issued),
    subjectHash: subjectHash || null,
    expiresMs: Number(expires),
  };
}
