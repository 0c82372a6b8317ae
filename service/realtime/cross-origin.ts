import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Credentials } from '../core/identity/credentials.ts';
import type { Origins } from '../core/origins.ts';
import type { Limits } from '../limits/limits.ts';

export interface CrossOriginDependencies {
  origins: Origins;
  limits: Pick<Limits, 'strangers'>;
  addressOf(request: IncomingMessage): string;
  pageOf(headers: IncomingHttpHeaders): NonNullable<Credentials['page']>;
}

/** The decisions that one connection has met; its page asks the same at each poll. */
export type Decisions = Map<string, Promise<boolean>>;

/** Lets pages of other origins poll, as those pages may read replies to calls. */
export interface CrossOrigin {
  /**
   * Lets the page read the response if the hub of the connection allows its origin; until the hub
   * is known, if any hub does. The database is asked once for each connection and hub.
   */
  allow(
    request: IncomingMessage,
    response: ServerResponse,
    connection: { decisions: Decisions; hubId?: string | undefined },
  ): Promise<void>;
  /** Answers the OPTIONS request that a browser sends before a poll with headers of its own. */
  preflight(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const maxAgeSeconds = 600;

export function createCrossOrigin(deps: CrossOriginDependencies): CrossOrigin {
  const { origins, limits, addressOf, pageOf } = deps;

  function set(request: IncomingMessage, response: ServerResponse, isAllowed: boolean): void {
    response.setHeader('Vary', 'Origin');
    if (isAllowed) response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '');
  }

  return {
    async allow(request, response, { decisions, hubId }) {
      const { origin, isOwn } = pageOf(request.headers);
      if (isOwn || origin === '') return set(request, response, false);
      const key = `${origin} ${hubId ?? ''}`;
      const decided =
        decisions.get(key) ??
        origins
          .isAllowed(origin, hubId === undefined ? undefined : { id: hubId })
          .catch(() => false);
      // A page has one origin; others would only fill the memory.
      if (decisions.size < maxDecisions) decisions.set(key, decided);
      set(request, response, await decided);
    },

    async preflight(request, response) {
      const { origin } = pageOf(request.headers);
      const isAllowed = await limits.strangers
        .count(addressOf(request))
        .then(() => origins.isAllowed(origin, undefined))
        .catch(() => false);
      set(request, response, isAllowed);
      response.writeHead(204, {
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Hub-Id',
        'Access-Control-Max-Age': maxAgeSeconds,
      });
      response.end();
    },
  };
}

/** Before and after the hub is known. */
const maxDecisions = 2;
