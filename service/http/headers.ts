import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ServiceError } from '../../acl/language/errors.ts';

/** Host name of a Host header: no port, lower case; an IPv6 address keeps its brackets. */
export const hostName = (header: string | undefined): string | undefined =>
  header?.replace(/:\d+$/, '').toLowerCase();

const last = (header: string | string[] | undefined): string | undefined =>
  [header].flat().join(',').split(',').at(-1)?.trim() || undefined;

/** The host, with its port, that a request was sent to; behind a trusted proxy the one that it names. */
export const hostOf = (headers: IncomingHttpHeaders, trustProxy: boolean): string | undefined =>
  (trustProxy ? last(headers['x-forwarded-host']) : undefined) ?? headers.host;

/** Where a request comes from; behind a trusted proxy the address that it added last, for those before it anybody can write. */
export function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? last(request.headers['x-forwarded-for']) : undefined;
  return forwarded !== undefined && isIP(forwarded) > 0
    ? forwarded
    : (request.socket.remoteAddress ?? '');
}

/** The token of an Authorization header; undefined: there is no such header. */
export function bearerOf(header: string): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (header !== '' && bearer === undefined)
    throw new ServiceError('NOT_AUTHENTICATED', ['Authorization: must be a Bearer token']);
  return bearer;
}
