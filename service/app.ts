import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { socketPath } from '../acl/paths.ts';
import { connect, type DatabaseAddress, openAll, type Pool } from '../db/connection/connect.ts';
import { migrate } from '../db/setup/migrate.ts';
import { databaseTime } from '../db/upkeep/clock.ts';
import type { Config } from './config.ts';
import { type Context, createContext, type Parts } from './context.ts';
import type { Dispatcher } from './core/dispatch.ts';
import { boundClients, shareFiles } from './descriptors.ts';
import type { Gateway, Services } from './gateways/port.ts';
import { keepConnections } from './http/connections.ts';
import { createDownloads } from './http/downloads.ts';
import { createHeaderReader } from './http/headers.ts';
import { createHttp, type HttpDependencies } from './http/server.ts';
import { type SchedulerDependencies, startJobs } from './jobs/scheduler.ts';
import { createSteadyClock, type SteadyClock } from './jobs/steady-clock.ts';
import type { Logger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createRawSockets } from './realtime/raw-sockets.ts';
import { createRealtime } from './realtime/server.ts';
import { ignoreOtherUpgrades } from './realtime/upgrades.ts';

export interface App {
  /** The address that it listens on. */
  url: string;
  pool: Pool;
  dispatcher: Dispatcher;
  /** Refuses new calls, lets running ones finish, then closes sockets and the database pool. */
  close(): Promise<void>;
}

export interface AppOptions
  extends Partial<Parts>,
    Partial<Pick<SchedulerDependencies, 'retentionEveryMs' | 'steadyClock'>> {
  config: Config;
  database: DatabaseAddress;
  log: Logger;
  /** How long calls and jobs wait for the database, in ms; otherwise the service's own bounds. */
  answerMs?: Parameters<typeof connect>[2];
  /** Opens all connections to the database before it listens. */
  opensPool?: boolean;
  /** The wire formats of other systems that it also serves. */
  gateways?: (services: Services) => readonly Gateway[];
}

const connections = 16;
const drainMs = 10_000;
/** Connections that wait to be accepted. Beyond it, clients try again after a second or more. */
const backlog = 8192;

/** Starts the service on a database: migrates it, listens, and starts the jobs. */
export async function startApp({
  config,
  database,
  log,
  gateways = () => [],
  answerMs,
  retentionEveryMs,
  steadyClock,
  opensPool = false,
  ...parts
}: AppOptions): Promise<App> {
  const pool = connect(database, connections, answerMs);
  try {
    await migrate(pool);
    if (opensPool) await openAll(pool);
    const context = await createContext(config, pool, log, parts);
    const timing = { retentionEveryMs, steadyClock: steadyClock ?? createClockOf(context) };
    return await serve({ ...context, ...timing }, gateways(context));
  } catch (error) {
    await pool.end();
    throw error;
  }
}

const createClockOf = ({ config, clock, pool, log }: Context): SteadyClock =>
  createSteadyClock({
    clock,
    databaseClock: () => databaseTime(pool),
    dataDir: config.dataDir,
    warn: (sentence) => log.warn(sentence),
  });

async function serve(
  context: Context & Pick<SchedulerDependencies, 'retentionEveryMs' | 'steadyClock'>,
  gateways: readonly Gateway[],
): Promise<App> {
  const { config, pool, dispatcher } = context;
  let isDraining = false;
  const metrics = createMetrics(
    gateways.flatMap(({ name, routes }) => routes.map((route) => `${name}.${route.name}`)),
  );
  const headers = createHeaderReader({
    trustProxy: config.trustProxy,
    warn: (sentence) => context.log.warn(sentence),
  });
  const server = createHttpServer(context, {
    gateways,
    metrics,
    headers,
    isDraining: () => isDraining,
  });
  const kept = keepConnections(server);
  const { takeSocket } = boundClients(server, shareFiles(pool.shares.total), context.log);
  const realtime = createRealtime(server, {
    ...context,
    metrics,
    headers,
    socketsPerUser: config.limits.sockets,
  });
  const { addressOf } = headers;
  const rawSockets = createRawSockets(server, gateways, { ...context, metrics, addressOf });
  ignoreOtherUpgrades(
    server,
    (path) =>
      path.startsWith(`${socketPath}/`) || gateways.some((one) => one.sockets?.path === path),
    takeSocket,
  );
  context.subscribe(realtime.deliver);
  context.subscribe(context.apps.deliver);
  const url = await listen(server, config);
  server.on('error', (error) => context.report(error, 'accept'));
  const jobs = startJobs({ ...context, eventsDays: config.eventsDays });
  return {
    url,
    pool,
    dispatcher,
    async close() {
      isDraining = true;
      await jobs.stop();
      rawSockets.close();
      // This also closes the server: it takes no new connections, and running calls finish.
      const closed = realtime.close();
      const closing = kept.closeIdle();
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      closing.stop();
      clearTimeout(cut);
      context.pictures.close();
      await context.lastSeen.stop().then(() => pool.end());
    },
  };
}

function createHttpServer(
  context: Context,
  parts: Pick<HttpDependencies, 'gateways' | 'metrics' | 'headers' | 'isDraining'>,
): Server {
  const { pool, report } = context;
  const http = createHttp({
    ...context,
    ...parts,
    downloads: createDownloads(context),
    ready: () => pool.roundTrips.ask([{ sql: 'SELECT 1', params: [] }], 'call'),
  });
  http.on('error', (error: unknown) => {
    if (!isConnectionError(error)) report(error, 'http');
  });
  const server = createServer(http.callback());
  // A client that waits with its body (Expect: 100-continue) may send it once it is admitted.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  return server;
}

/** Broken requests and connections are faults of the client, and not logged. */
const isConnectionError = (error: unknown): boolean =>
  /^(HPE_|ECONN|EPIPE|ERR_STREAM|ERR_HTTP_REQUEST_TIMEOUT)/.test(
    (error as { code?: string }).code ?? '',
  );

/** Returns the URL that the server listens on. */
async function listen(
  server: Server,
  { port, host }: Pick<Config, 'port' | 'host'>,
): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => resolve());
  });
  const { address, family, port: listening } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${listening}`;
}
