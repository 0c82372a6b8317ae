import { isIP } from 'node:net';

/**
 * Returns the canonical form of an IP address as a socket or a proxy writes it, with or without a
 * port: `1.2.3.4:80`, `[2001:db8::1]:80`, `::ffff:1.2.3.4`. An IPv4-mapped IPv6 address becomes
 * the IPv4 address. Undefined for anything else.
 */
export function parseAddress(text: string): string | undefined {
  if (isIP(text) === 4) return text;
  const [, bracketed, plain = text] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(text) ?? [];
  const address = (bracketed ?? plain).replace(/%.*$/, '');
  if (bracketed === undefined && isIP(address) === 4) return address;
  return isIP(address) === 6 ? canonicalV6(address) : undefined;
}

/**
 * Returns the key by which limits count an address: IPv4 addresses one by one, and IPv6 addresses
 * by /64, because one client usually has all addresses of such a network.
 */
export function networkOf(address: string): string {
  const parsed = parseAddress(address) ?? address;
  return isIP(parsed) === 6 ? `${groupsOf(parsed).slice(0, 4).join(':')}::/64` : parsed;
}

function canonicalV6(address: string): string {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  const bytes = [high, low].map((group) => Number.parseInt(group, 16));
  return bytes.flatMap((group) => [group >> 8, group & 255]).join('.');
}

/** Returns the eight groups of a canonical IPv6 address. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const split = (part: string) => part.split(':').filter(Boolean);
  if (tail === undefined) return split(head);
  const missing = 8 - split(head).length - split(tail).length;
  return [...split(head), ...Array<string>(missing).fill('0'), ...split(tail)];
}
