export interface CorsDependencies {
  allowedOrigins: readonly string[];
  isAllowedSomewhere: (origin: string) => Promise<boolean>;
  /** The origins that a hub allows. */
  originsOf: (hub: HubName) => Promise<string[]>;
}

/** A hub as a call names it. */
interface HubName {
  id?: string | undefined;
  host?: string | undefined;
}

/** What pages of other origins may do and see beside what they may everywhere. */
export interface Extra {
  verbs: readonly string[];
  requestHeaders: readonly string[];
  responseHeaders: readonly string[];
}

type Headers = Record<string, string>;

export interface Cors {
  /** A page of the own host, or of an origin that the hub or the configuration allows. */
  isAllowed(origin: string, own: string, ofHub: readonly string[]): boolean;
  /** What lets a page read an answer: of the hub that the call names, or without one where any hub allows it. */
  answer(origin: string, own: string, hub?: HubName, extra?: Extra): Promise<Headers>;
  /** What answers a page that asks before it calls. */
  preflight(origin: string, extra?: Extra): Promise<Headers>;
}

const none: Extra = { verbs: [], requestHeaders: [], responseHeaders: [] };
const verbs = ['GET', 'POST'];
const requestHeaders = [
  'Authorization',
  'Content-Type',
  'X-Hub-Id',
  'Range',
  'If-Range',
  'If-None-Match',
];
const responseHeaders = [
  'X-Request-Id',
  'Retry-After',
  'ETag',
  'Accept-Ranges',
  'Content-Range',
  'Content-Disposition',
];
const joined = (...lists: (readonly string[])[]): string => [...new Set(lists.flat())].join(', ');

/** Bearer callers of allowed origins may read the answer; never with credentials, never everybody. */
export function createCors({
  allowedOrigins,
  isAllowedSomewhere,
  originsOf,
}: CorsDependencies): Cors {
  const isAllowed: Cors['isAllowed'] = (origin, own, ofHub) =>
    origin === own || ofHub.includes(origin) || allowedOrigins.includes(origin);
  const isKnown = async (origin: string) =>
    allowedOrigins.includes(origin) || (origin !== '' && (await isAllowedSomewhere(origin)));

  return {
    isAllowed,

    async answer(origin, own, hub, extra = none) {
      const mayRead =
        origin !== '' &&
        origin !== own &&
        (hub ? isAllowed(origin, own, await originsOf(hub)) : await isKnown(origin));
      const headers: Headers = {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': joined(responseHeaders, extra.responseHeaders),
      };
      return mayRead ? headers : {};
    },

    // It names no hub in a header: whether this one may is asked again of the call itself.
    async preflight(origin, extra = none) {
      return {
        ...((await isKnown(origin)) ? { 'Access-Control-Allow-Origin': origin } : {}),
        'Access-Control-Allow-Methods': joined(verbs, extra.verbs),
        'Access-Control-Allow-Headers': joined(requestHeaders, extra.requestHeaders),
        'Access-Control-Max-Age': '600',
      };
    },
  };
}
