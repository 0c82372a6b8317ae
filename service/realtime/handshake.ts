import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { refuseDeep } from '../../acl/language/depth.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import { socket as spec } from '../../acl/paths.ts';
import type { Admissible, Admitted, Gate } from '../core/admission.ts';
import type { Credentials } from '../core/identity/credentials.ts';
import type { Limits } from '../limits/limits.ts';
import type { Connections } from './connections.ts';
import { type ChatSocket, type SocketUser, socketRooms } from './socket.ts';

export interface HandshakeDependencies {
  gate: Pick<Gate, 'check'>;
  limits: Pick<Limits, 'countUserCall' | 'queues'>;
  /** Counts the connection as an anonymous call of its address until its caller is known. */
  connections: Pick<Connections, 'identify' | 'entered'>;
  headers: HandshakeHeaders;
  /** Sockets that one user may have in one hub; zero: any number. */
  socketsPerUser: number;
  /** How many sockets the user has in the hub. */
  countSockets: (hubId: string, userId: string) => number;
}

/** Reads what the headers of a handshake say. */
export interface HandshakeHeaders {
  addressOf(request: IncomingMessage): string;
  /** The page that sent the request. */
  pageOf(headers: IncomingHttpHeaders): NonNullable<Credentials['page']>;
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
  /**
   * Rejects like `admit` if a right was revoked since, and the socket's caller has lost theirs; a
   * session that was renewed since ends later. The database is asked only if any was.
   */
  confirm(socket: ChatSocket): Promise<void>;
  /** Notes that rights were revoked, or sessions renewed. */
  changed(): void;
}

const socketAccess: Admissible = { name: 'socket', spec };

export function createHandshake(deps: HandshakeDependencies): Handshake {
  const { gate, limits } = deps;
  let changes = 0;
  /** How many there were when a socket's rights were read. */
  const changesBefore = new WeakMap<ChatSocket, number>();

  /** In turn by address, then by user: a storm of sockets leaves connections to calls. */
  async function identify(socket: ChatSocket): Promise<SocketUser> {
    const credentials = credentialsOf(socket, deps.headers);
    const { hubId = credentials.origin.address, userId = '' } = socket.data;
    const lookUp = () => {
      changesBefore.set(socket, changes);
      return gate.check(socketAccess, credentials);
    };
    const { hub, user, caller } = await limits.queues.handshakes
      .run({ hubId, userId }, lookUp)
      .catch(asDenied);
    if (!hub) throw new ServiceError('PERMISSION_DENIED');
    return { hubId: hub.id, userId: user.id, caller };
  }

  function limitSockets({ hubId, userId }: SocketUser): void {
    if (deps.socketsPerUser > 0 && deps.countSockets(hubId, userId) >= deps.socketsPerUser)
      throw new ServiceError('RATE_LIMITED');
  }

  return {
    async confirm(socket) {
      if (changesBefore.get(socket) !== changes) Object.assign(socket.data, await identify(socket));
    },
    changed() {
      changes += 1;
    },
    async admit(socket) {
      const { token } = credentialsOf(socket, deps.headers);
      const lookUp = async () => {
        refuseDeep(socket.handshake.auth);
        parseSince(socket);
        refuseOddHub(socket);
        Object.assign(socket.data, await identify(socket));
      };
      await deps.connections.identify(socket.conn, token, lookUp, isRefused);
      deps.connections.entered(socket.conn, socket.data.hubId);
      limitSockets(socket.data);
      // Counts at once: many are admitted together. Socket.IO undoes it if the handshake fails.
      void socket.join(socketRooms.member(socket.data.hubId, socket.data.userId));
      await limits.countUserCall(socket.data.userId);
    },
  };
}

/** Whether an error is about the client; the service's own do not count against its address. */
const isRefused = (error: unknown): boolean =>
  error instanceof ServiceError && !['RATE_LIMITED', 'UNAVAILABLE'].includes(error.code);

function credentialsOf({ handshake }: ChatSocket, read: HandshakeHeaders): Credentials {
  const { auth, headers, address } = handshake;
  const { token, hub_id: hubId, user_id: userId } = auth as Record<string, unknown>;
  const isByCookie = typeof token !== 'string';
  return {
    token: isByCookie ? read.cookieToken(headers) : token,
    page: isByCookie ? read.pageOf(headers) : undefined,
    user: typeof userId === 'string' ? userId : undefined,
    hub: {
      query: typeof hubId === 'string' ? hubId : undefined,
      isInAuth: true,
      host: read.hostNameOf(headers),
    },
    origin: { address, userAgent: headers['user-agent'] ?? '' },
  };
}

/** A handshake without a hub is denied: INVALID_INPUT stands for what `auth` holds. */
function asDenied(error: unknown): Admitted<Admissible> {
  throw error instanceof ServiceError && error.code === 'INVALID_INPUT'
    ? new ServiceError('PERMISSION_DENIED', error.details)
    : error;
}

/** A hub that cannot be read must not make the caller enter another one. */
function refuseOddHub({ handshake }: ChatSocket): void {
  const { hub_id: hubId } = handshake.auth as Record<string, unknown>;
  if (typeof (hubId ?? '') !== 'string')
    throw new ServiceError('INVALID_INPUT', ['hub_id: must be a string']);
}

/**
 * Returns the seq after which the client wants events, undefined where it has none yet.
 * Fails with INVALID_INPUT for anything else than a seq.
 */
export function parseSince({ handshake }: ChatSocket): number | undefined {
  const { success, data } = spec.input.safeParse({ since: handshake.auth.since });
  if (!success) throw new ServiceError('INVALID_INPUT', ['since: must be a seq']);
  return data.since ?? undefined;
}
