import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Limits } from '../limits/limits.ts';
import type { Opening } from '../limits/openings.ts';
import { type CrossOriginDependencies, createCrossOrigin, type Decisions } from './cross-origin.ts';
import { type Connection, type Outflow, watchOutflow, webSocketOf } from './outflow.ts';
import { createPace } from './pace.ts';
import type { ChatServer } from './socket.ts';
import { createPacketCounter, terminate } from './websockets.ts';

export interface ConnectionDependencies extends CrossOriginDependencies {
  limits: CrossOriginDependencies['limits'] & Pick<Limits, 'openings'>;
}

/** What the service watches of an Engine.IO connection. */
interface Watched {
  opening: Opening;
  outflow: Outflow;
  isIdentified: boolean;
  /** The hub of its caller, once they are admitted. */
  hubId?: string;
  decisions: Decisions;
  /** Counts a packet or a request; returns whether it is allowed. */
  count: () => boolean;
  /** How often the client has tried to change to a WebSocket. */
  upgrades: number;
}

export interface Connections {
  /** Finds out the caller of a connection; see {@link Opening}. */
  identify: (connection: Connection, ...visit: Parameters<Opening['identify']>) => Promise<void>;
  /** Notes the hub of an admitted caller, whose allowed origins hold from now on. */
  entered(connection: Connection, hubId: string): void;
  unsentBytes(connection: Connection): number;
}

/** A client needs one, and another after a failure. */
const maxUpgrades = 3;
/** A client that sends no CONNECT for this long is cut. */
const connectWithinMs = 10_000;
/** A client that does not answer a close is cut after this time. */
const closeWithinMs = 2000;
/** A CONNECT of Socket.IO to the only namespace. */
const connectPattern = /^0(?:\{|$)/;

/**
 * Watches the connections below Socket.IO. Until its caller is known, a connection counts as an
 * anonymous call of its address, and may send one CONNECT beside the pings and pongs of Engine.IO.
 */
export function watchConnections(io: ChatServer, deps: ConnectionDependencies): Connections {
  const { limits, addressOf } = deps;
  const crossOrigin = createCrossOrigin(deps);
  const handshakes = createHandshakes(limits.openings, addressOf);
  const byId = new Map<string, Connection>();
  const pace = createPace();
  const watched = new WeakMap<Connection, Watched>();

  io.engine.use(async (request: EngineRequest, response: ServerResponse, next: () => void) => {
    if (request.method === 'OPTIONS') return crossOrigin.preflight(request, response);
    if (request.method !== 'GET' && request.method !== 'POST')
      return void response.writeHead(405, { Allow: 'GET, POST' }).end();
    const isPolling = request.headers.upgrade === undefined;
    const { sid } = request._query;
    if (!sid) {
      await pace();
      const decisions = await handshakes.open(request).catch(() => undefined);
      if (!decisions) return refuse(request, response);
      if (isPolling) await crossOrigin.allow(request, response, { decisions });
      return next();
    }
    const connection = byId.get(sid);
    const known = connection && watched.get(connection);
    if (known && isPolling) await crossOrigin.allow(request, response, known);
    if (known && !countRequest(known, request, response)) cut(connection);
    next();
  });
  io.engine.on('connection_error', ({ req }: { req: IncomingMessage }) =>
    handshakes.end(req)?.opening.closed(),
  );
  io.engine.on('connection', (connection: Connection) => {
    const opened = handshakes.end(connection.request, connection);
    if (!opened) return cut(connection);
    watched.set(connection, watch(connection, opened));
    const id = idOf(connection);
    byId.set(id, connection);
    connection.once('close', () => byId.delete(id));
  });

  return {
    async identify(connection, ...visit) {
      const known = watched.get(connection);
      if (!known) throw new Error('the connection is not watched');
      await known.opening.identify(...visit);
      known.isIdentified = true;
    },
    entered(connection, hubId) {
      const known = watched.get(connection);
      if (known) known.hubId = hubId;
    },
    unsentBytes: (connection) => watched.get(connection)?.outflow.unsentBytes() ?? 0,
  };
}

/** Counts a request of a known connection; returns whether it is allowed. */
function countRequest(known: Watched, request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === 'POST') return known.count();
  if (request.headers.upgrade === undefined) known.outflow.polled(response);
  else known.upgrades += 1;
  return known.upgrades <= maxUpgrades;
}

/** What is kept of a handshake for its connection. */
type Opened = Pick<Watched, 'opening' | 'decisions'>;

/** The handshakes that are under way, before there are connections. */
function createHandshakes(
  openings: Limits['openings'],
  addressOf: ConnectionDependencies['addressOf'],
) {
  const opened = new WeakMap<IncomingMessage, Opened>();
  const connections = new WeakMap<IncomingMessage, Connection>();
  return {
    async open(request: IncomingMessage): Promise<Decisions> {
      const close = () => {
        const connection = connections.get(request);
        if (connection) cut(connection);
      };
      const opening = await openings.open(addressOf(request), close, { explains: true });
      const decisions: Decisions = new Map();
      opened.set(request, { opening, decisions });
      // For handshakes that break off.
      request.socket.once('close', opening.closed);
      return decisions;
    },
    /** Returns the opening of a handshake that has failed, or has led to the connection. */
    end(request: IncomingMessage, connection?: Connection): Opened | undefined {
      const found = opened.get(request);
      if (found) request.socket.removeListener('close', found.opening.closed);
      if (connection) connections.set(request, connection);
      return found;
    },
  };
}

/** A request as Engine.IO hands it to its middleware, with the parsed query. */
interface EngineRequest extends IncomingMessage {
  _query: Readonly<Record<string, string | undefined>>;
}

/** The `sid` of a connection. */
// biome-ignore lint/complexity/useLiteralKeys: Engine.IO declares it private
const idOf = (connection: Connection): string => connection['id'];

function watch(connection: Connection, { opening, decisions }: Opened): Watched {
  let hasConnect = false;
  const outflow = watchOutflow(connection, () => cut(connection));
  const state: Watched = {
    opening,
    decisions,
    outflow,
    isIdentified: false,
    count: createPacketCounter(),
    upgrades: 0,
  };

  function accepts(message: unknown): boolean {
    const isConnect = typeof message === 'string' && message.startsWith('0');
    if (hasConnect) return state.isIdentified && !isConnect;
    hasConnect = isConnect && connectPattern.test(message);
    if (hasConnect) opening.connecting();
    return hasConnect;
  }

  connection.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
    if (!state.count() || (type === 'message' && !accepts(data))) cut(connection);
  });
  const late = setTimeout(() => hasConnect || cut(connection), connectWithinMs);
  connection.once('close', () => {
    clearTimeout(late);
    opening.closed();
  });
  return state;
}

/** Ends a connection at once, and drops what has arrived and what waits. */
export function cut(connection: Connection): void {
  const socket = webSocketOf(connection);
  connection.close(true);
  if (socket) terminate(socket);
}

/** Ends a connection once the client has what was sent, or after a moment. */
export function closeSoon(connection: Connection): void {
  const socket = webSocketOf(connection);
  connection.close();
  if (socket) setTimeout(() => terminate(socket), closeWithinMs).unref();
}

/** Refuses a handshake; that of a WebSocket has no response of Node's. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.upgrade === undefined)
    response.writeHead(429, { 'Retry-After': '10', Connection: 'close' }).end();
  else refuseUpgrade(request.socket, '429 Too Many Requests');
}

/** Answers a request for a WebSocket that is refused. */
export function refuseUpgrade(stream: Duplex, status: string, retryAfterSeconds?: number): void {
  const retry = retryAfterSeconds === undefined ? '' : `Retry-After: ${retryAfterSeconds}\r\n`;
  const head = `HTTP/1.1 ${status}\r\n${retry}Connection: close\r\nContent-Length: 0\r\n\r\n`;
  stream.on('error', () => stream.destroy());
  stream.end(head, () => stream.destroy());
}
