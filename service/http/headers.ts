import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { cookieName } from '../../acl/cookie.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import { parseAddress } from '../limits/addresses.ts';

export type HeaderReader = ReturnType<typeof createHeaderReader>;

/**
 * Creates the reader of the headers that depend on how a request reached the service. With
 * `trustProxy` those that a proxy adds count: of the addresses in X-Forwarded-For only the last
 * one, because clients can write those before it.
 */
export function createHeaderReader(trustProxy: boolean) {
  /** Returns the host that the request was sent to, with its port. */
  const hostOf = (headers: IncomingHttpHeaders): string | undefined =>
    (trustProxy ? lastValue(headers['x-forwarded-host']) : undefined) ?? headers.host;

  return {
    hostOf,
    hostNameOf: (headers: IncomingHttpHeaders) => hostName(hostOf(headers)),
    /** Returns the address of the client. */
    addressOf({ headers, socket }: IncomingMessage): string {
      const forwarded = trustProxy ? lastValue(headers['x-forwarded-for']) : undefined;
      const { remoteAddress = '' } = socket;
      return parseAddress(forwarded ?? '') ?? parseAddress(remoteAddress) ?? remoteAddress;
    },
    cookieToken,
  };
}

const lastValue = (header: string | string[] | undefined): string | undefined =>
  [header].flat().join(',').split(',').at(-1)?.trim() || undefined;

/** Drops the port and lowers the case. An IPv6 address keeps its brackets. */
const hostName = (host: string | undefined): string | undefined =>
  host?.replace(/:\d+$/, '').toLowerCase();

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

const cookiePattern = new RegExp(`(?:^|;)\\s*${cookieName}=([^;]*)`);

/** Returns the session token in a Cookie header, undefined without that cookie. */
export const cookieToken = ({ cookie = '' }: IncomingHttpHeaders): string | undefined =>
  cookiePattern.exec(cookie)?.[1]?.replace(/^"(.*)"$/, '$1');
