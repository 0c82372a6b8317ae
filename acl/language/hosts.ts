/*
 * Hosts and origins are compared as URLs are: names in lower case and in Punycode, without the dot
 * at the end of a full name, IPv6 addresses in their short form, the port only where it is not that
 * of the scheme.
 */

/** What stands between `://` and the path of a URL, without user and password. */
const authority = /^[^\s/\\?#@%]+$/;
/** A name, or an IPv6 address, as the parser of URLs writes it. */
const hostName = /^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/;
const maxNameLength = 253;

function parse(scheme: string, host: string): { name: string; port: string } | undefined {
  const url = `${scheme}://${host}`;
  if (!authority.test(host) || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  const name = hostname.replace(/\.$/, '');
  return name.length <= maxNameLength && hostName.test(name) ? { name, port } : undefined;
}

/** Returns the name in a Host header, without its port; undefined if it is malformed. */
export const hostNameOf = (host: string): string | undefined => parse('http', host)?.name;

/** Returns the origin of the pages of a host. */
export function originOfHost(scheme: 'http' | 'https', host: string): string | undefined {
  const parsed = parse(scheme, host);
  return parsed && `${scheme}://${parsed.name}${parsed.port && `:${parsed.port}`}`;
}

/** Returns an origin in the form in which origins are compared; undefined if it is another text. */
export function originOf(text: string): string | undefined {
  const [, scheme, host = ''] = /^(https?):\/\/([^/]*)\/?$/i.exec(text) ?? [];
  return scheme && originOfHost(scheme.toLowerCase() === 'https' ? 'https' : 'http', host);
}
