import type { Grant } from '../../../acl/language/permission.ts';
import { hashOf } from '../../../db/rows/hash.ts';
import type { FileLink } from '../../secrets/file-links.ts';
import { firstTokenOf } from '../../secrets/tokens.ts';
import type { Origin } from '../call.ts';

/** What a request shows of its caller, whichever transport brought it. */
export interface Credentials {
  token: string | undefined;
  /** The page whose browser sent the token as a cookie; undefined: it is a bearer token. */
  page: { origin: string; isOwn: boolean } | undefined;
  /** The user for whom the client takes itself: the token of anyone else is refused. */
  user?: string | undefined;
  /** The hub that the request names, by each of the places where it can. */
  hub: {
    query?: string | undefined;
    /** `query` is the `auth` of a socket's handshake. */
    isInAuth?: boolean;
    header?: string | undefined;
    host?: string | undefined;
    /** The token's own hub comes before the host's: for clients that cannot name a hub. */
    prefersOwn?: boolean;
  };
  /** One of these is needed in place of the method's own grants; `any`: none is. */
  grants?: readonly Grant[] | 'any';
  origin: Origin;
  /** The signed link to a file that stands for the token; then `token` only names its maker. */
  link?: FileLink;
}

/** A token, and the hash by which it is found and compared. */
export interface PresentedToken {
  text: string;
  hash: string;
  /** By which the session is found that it may belong to. */
  sessionHash: string;
  link?: FileLink;
}

const presented = new WeakMap<Credentials, PresentedToken>();

/** Returns the token of a request, which is hashed once. */
export function tokenOf(credentials: Credentials): PresentedToken | undefined {
  const { token: text } = credentials;
  if (text === undefined) return undefined;
  const known = presented.get(credentials);
  if (known) return known;
  const { link } = credentials;
  const token = link
    ? { text, hash: hashOf(`${text} ${link.fields}`), sessionHash: '', link }
    : { text, hash: hashOf(text), sessionHash: hashOf(firstTokenOf(text)) };
  presented.set(credentials, token);
  return token;
}
