/* E-mail addresses, as SMTP takes them (RFC 5321), with local parts of any script (RFC 6531). */

/** What pasting leaves around an address. */
const around = /^[\s\p{DI}]+|[\s\p{DI}]+$/gu;

/** Octets at most, in UTF-8. */
const maxLocalLength = 64;
const maxLength = 254;
/** Characters at most, with what is around: `around` takes long for many spaces inside. */
const maxGivenLength = 1000;

/** A dot-string, of characters of ASCII as the standard has them and of visible others. */
const atom = String.raw`(?:[\w!#$%&'*+/=?^\x60{|}~\-]|[^\p{ASCII}\p{C}\p{Z}\p{DI}])+`;
const dotString = new RegExp(`^${atom}(?:\\.${atom})*$`, 'u');
const quotedString = /^"(?:[^"\\\p{C}\p{Zl}\p{Zp}]|\\[ -~])*"$/u;

/** One label of a host name. The last one is not checked: only DNS knows which there are. */
const hostName = /^(?:[a-z0-9](?:[a-z0-9-]{0,62}))(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))*$/;
const ipv4Literal = /^\[(\d{1,3}(?:\.\d{1,3}){3})\]$/;
const ipv6Literal = /^\[ipv6:([\da-f:.]+)\]$/;

/** Returns the host of a URL; undefined if it is not a URL. */
const hostOf = (host: string): string | undefined =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;

/** A domain that needs no conversion. A URL would take some for something else: 1 for 0.0.0.1. */
const isAscii = /^(?!(?:.*\.)?xn--)[a-z0-9.-]*$/;

/** Returns a domain with labels in other scripts, or in their coding as xn--, in ASCII. */
const asciiDomainOf = (domain: string): string | undefined =>
  /^(?:[a-z0-9.-]|\P{ASCII})+$/u.test(domain) ? hostOf(domain) : undefined;

/** Returns a domain in lower case and in ASCII (A-labels), or a literal address. */
function domainOf(given: string): string | undefined {
  const domain = given.toLowerCase();
  const ipv4 = ipv4Literal.exec(domain)?.[1];
  if (ipv4 !== undefined) return hostOf(ipv4) === ipv4 ? domain : undefined;
  const ipv6 = ipv6Literal.exec(domain)?.[1];
  if (ipv6 !== undefined) {
    const host = hostOf(`[${ipv6}]`);
    return host && `[IPv6:${host.slice(1, -1)}]`;
  }
  const ascii = isAscii.test(domain) ? domain : asciiDomainOf(domain);
  return ascii !== undefined && hostName.test(ascii) ? ascii : undefined;
}

/** Returns a local part in lower case; one in quotes without them, if it needs none. */
function localOf(given: string): string | undefined {
  const local = given.normalize('NFC').toLowerCase().normalize('NFC');
  if (dotString.test(local)) return local;
  if (!quotedString.test(local)) return undefined;
  const content = local.slice(1, -1).replace(/\\(.)/gu, '$1');
  return dotString.test(content) ? content : `"${content.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Returns the form in which an e-mail address is stored and compared; undefined if it is malformed.
 * Local parts are compared regardless of case, as all large providers do.
 */
export function normalEmail(given: string): string | undefined {
  if (given.length > maxGivenLength) return undefined;
  const text = given.replace(around, '');
  const at = text.lastIndexOf('@');
  const local = localOf(text.slice(0, Math.max(at, 0)));
  const domain = domainOf(text.slice(at + 1));
  if (local === undefined || domain === undefined) return undefined;
  const email = `${local}@${domain}`;
  const isShort = octetsOf(local) <= maxLocalLength && octetsOf(email) <= maxLength;
  return isShort ? email : undefined;
}

const octetsOf = (text: string): number => new TextEncoder().encode(text).length;
