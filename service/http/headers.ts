import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { cookieNames } from '../../acl/cookie.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import { hostNameOf, originOf, originOfHost } from '../../acl/language/hosts.ts';
import { parseAddress } from '../limits/addresses.ts';

export type HeaderReader = ReturnType<typeof createHeaderReader>;

export interface HeaderOptions {
  /** Whether the headers that a proxy adds count. */
  trustProxy: boolean;
  /** Called once if such a header arrives although they do not count. */
  warn: (sentence: string) => void;
}

/** The page that sent a request, in the form in which origins are compared. */
export interface Page {
  origin: string;
  /** It is a page of the host that the request was sent to. */
  isOwn: boolean;
}

/**
 * Creates the reader of the headers that depend on how a request reached the service. Of several
 * values of a header that a proxy adds, the last one counts: clients can write those before it.
 */
export function createHeaderReader({ trustProxy, warn }: HeaderOptions) {
  let hasWarned = false;

  const forwarded = (headers: IncomingHttpHeaders, what: 'for' | 'host' | 'proto') =>
    trustProxy ? lastValue(headers[`x-forwarded-${what}`]) : undefined;

  /** Returns the host that the request was sent to, with its port. */
  const hostOf = (headers: IncomingHttpHeaders): string | undefined =>
    forwarded(headers, 'host') ?? headers.host;

  // Some proxies name the scheme of the WebSocket.
  const isSecure = (headers: IncomingHttpHeaders): boolean =>
    /^(https|wss)$/i.test(forwarded(headers, 'proto') ?? '');

  /** The port of https shows the scheme where no proxy names it. */
  const ownOriginOf = (headers: IncomingHttpHeaders): string | undefined => {
    const host = hostOf(headers) ?? '';
    return originOfHost(isSecure(headers) || /:443$/.test(host) ? 'https' : 'http', host);
  };
  const nameOf = remember(hostNameOf);

  return {
    /** Returns the name of the host that the request was sent to. */
    hostNameOf: (headers: IncomingHttpHeaders) => nameOf(hostOf(headers) ?? ''),
    /** Whether the request was sent by https. The service itself speaks http only. */
    isSecure,
    /** Returns the origin of pages of the host that the request was sent to. */
    ownOriginOf,
    /** Returns which page sent the request; its origin is empty if the browser names none. */
    pageOf(headers: IncomingHttpHeaders): Page {
      const origin = originOf(headers.origin ?? '');
      const isOwn = origin !== undefined && origin === ownOriginOf(headers);
      return { origin: origin ?? '', isOwn };
    },
    /** Returns the address of the client. */
    addressOf({ headers, socket }: IncomingMessage): string {
      if (!trustProxy && !hasWarned && headers['x-forwarded-for'] !== undefined) {
        hasWarned = true;
        warn(ignoredProxy);
      }
      const { remoteAddress = '' } = socket;
      const address = parseAddress(forwarded(headers, 'for') ?? '') ?? parseAddress(remoteAddress);
      return address ?? remoteAddress;
    },
    /** Returns the session token in the cookie, undefined without it. */
    cookieToken(headers: IncomingHttpHeaders): string | undefined {
      const pattern = cookiePatterns[isSecure(headers) ? 'https' : 'http'];
      return pattern.exec(headers.cookie ?? '')?.[1]?.replace(/^"(.*)"$/, '$1');
    },
  };
}

const remembered = { texts: 1000, length: 300 };

/** Returns a function that keeps its results for short texts: most requests name the same hosts. */
function remember<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (known.has(text)) return known.get(text) as T;
    const value = read(text);
    // Clients choose the texts, so what is kept has bounds.
    if (known.size >= remembered.texts) known.clear();
    if (text.length <= remembered.length) known.set(text, value);
    return value;
  };
}

const ignoredProxy =
  'X-Forwarded-For is ignored because TRUST_PROXY is 0: limits count the address of the proxy';

const lastValue = (header: string | string[] | undefined): string | undefined =>
  [header].flat().join(',').split(',').at(-1)?.trim() || undefined;

/**
 * Returns the token of an Authorization header, undefined without the header.
 * Fails with NOT_AUTHENTICATED for other schemes than Bearer.
 */
export function bearerToken(header: string): string | undefined {
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (header !== '' && token === undefined)
    throw new ServiceError('NOT_AUTHENTICATED', ['Authorization: must be a Bearer token']);
  return token;
}

const patternOf = (cookieName: string): RegExp => new RegExp(`(?:^|;)\\s*${cookieName}=([^;]*)`);
const cookiePatterns = {
  http: patternOf(cookieNames.http),
  https: patternOf(cookieNames.https),
};
