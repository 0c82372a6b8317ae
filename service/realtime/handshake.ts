import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { ServiceError } from '../../acl/language/errors.ts';
import { allows } from '../../acl/language/permission.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { transact } from '../../db/connection/transaction.ts';
import type { HubReference } from '../../db/rows/identity/sessions.ts';
import { otherHub } from '../core/admission.ts';
import type { Authenticator } from '../core/auth.ts';
import type { Limits } from '../core/limits.ts';
import type { ChatSocket, SocketUser } from './socket.ts';

export interface HandshakeDependencies {
  pool: Pool;
  authenticator: Authenticator;
  limits: Pick<Limits, 'countAnonymousCall' | 'checkAnonymousCalls' | 'countUserCall'>;
  headers: HandshakeHeaders;
  allowedOrigins: readonly string[];
  clock: () => number;
  /** Sockets that one user may have in one hub; zero: any number. */
  socketsPerUser: number;
  /** How many sockets the user has in the hub. */
  countSockets: (hubId: string, userId: string) => number;
}

/** Reads what the headers of a handshake say. */
export interface HandshakeHeaders {
  addressOf(request: IncomingMessage): string;
  /** The host that the request was sent to, with its port. */
  hostOf(headers: IncomingHttpHeaders): string | undefined;
  hostNameOf(headers: IncomingHttpHeaders): string | undefined;
  /** The session token in the cookie. */
  cookieToken(headers: IncomingHttpHeaders): string | undefined;
}

export interface Handshake {
  /**
   * Admits a new socket and sets its user. Refused handshakes count as anonymous calls of their
   * address, others as calls of their user. Rejects with a ServiceError for refusals.
   */
  admit(socket: ChatSocket): Promise<void>;
  /** Returns the user of a socket, by its token and rights as they are now; rejects like `admit`. */
  identify(socket: ChatSocket): Promise<SocketUser>;
}

export function createHandshake(deps: HandshakeDependencies): Handshake {
  const { headers: read, limits } = deps;

  async function identify({ handshake: { auth, headers } }: ChatSocket): Promise<SocketUser> {
    const cookie = read.cookieToken(headers);
    const token = typeof auth.token === 'string' ? auth.token : cookie;
    const hub = typeof auth.hub_id === 'string' ? { id: auth.hub_id } : hostHub(headers);
    const { caller, entry } = await authenticate(token, hub);
    const isNarrow = caller.grants !== null && !caller.grants.includes('chat:chat:access');
    const isUntrusted = token === cookie && !isTrustedPage(headers, entry?.origins ?? []);
    if (
      !entry ||
      caller.userId === null ||
      isNarrow ||
      isUntrusted ||
      !allows(entry.privilege, 'write')
    ) {
      const details = hub.id === undefined ? otherHub(caller, entry) : [];
      throw new ServiceError('PERMISSION_DENIED', details);
    }
    return { hubId: entry.hubId, userId: caller.userId, caller };
  }

  const hostHub = (headers: IncomingHttpHeaders): HubReference => ({
    host: read.hostNameOf(headers),
  });

  async function authenticate(token: string | undefined, hub: HubReference) {
    const found =
      token === undefined
        ? undefined
        : await transact(deps.pool, (tx) =>
            deps.authenticator.authenticate(tx, token, hub, deps.clock()),
          );
    if (!found || found.caller.kind === 'anonymous') throw new ServiceError('NOT_AUTHENTICATED');
    return found;
  }

  /** A cookie opens a socket only for pages of the hub's own host or of an allowed origin. */
  function isTrustedPage(headers: IncomingHttpHeaders, hubOrigins: readonly string[]): boolean {
    const { origin } = headers;
    if (origin === undefined) return false;
    if (hubOrigins.includes(origin) || deps.allowedOrigins.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === read.hostOf(headers);
  }

  function limitSockets({ hubId, userId }: SocketUser): void {
    if (deps.socketsPerUser > 0 && deps.countSockets(hubId, userId) >= deps.socketsPerUser)
      throw new ServiceError('RATE_LIMITED');
  }

  return {
    identify,
    async admit(socket) {
      const address = read.addressOf(socket.request);
      await limits.checkAnonymousCalls(address);
      try {
        parseSince(socket);
        const user = await identify(socket);
        limitSockets(user);
        await limits.countUserCall(user.userId);
        Object.assign(socket.data, user);
      } catch (error) {
        await limits.countAnonymousCall(address);
        throw error;
      }
    },
  };
}

/**
 * Returns the seq after which the client wants events, undefined where it has none yet.
 * Fails with INVALID_INPUT for anything else than a seq.
 */
export function parseSince({ handshake }: ChatSocket): number | undefined {
  const given: unknown = handshake.auth.since;
  if (given === undefined || given === null) return undefined;
  const since = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
  if (typeof since === 'number' && Number.isSafeInteger(since) && since >= 0) return since;
  throw new ServiceError('INVALID_INPUT', ['since: must be a seq']);
}
