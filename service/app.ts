import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type DatabaseAddress, type Pool } from '../db/connection/connect.ts';
import { migrate } from '../db/connection/migrate.ts';
import { inHub, transact } from '../db/connection/transaction.ts';
import { findOrigins, isAllowedSomewhere } from '../db/rows/hubs/hubs.ts';
import { sumStaged } from '../db/rows/messages/attachments.ts';
import { createDiskStore } from '../uploads/disk.ts';
import { createReceiver } from '../uploads/receive.ts';
import type { Config } from './config.ts';
import { createGate } from './core/admission.ts';
import { createAuthenticator } from './core/auth.ts';
import { createContractCheck } from './core/check-contract.ts';
import { createDispatcher, type Dispatcher } from './core/dispatch.ts';
import { createLimits } from './core/limits.ts';
import { createPerform } from './core/perform.ts';
import { createSeal, keepSecret } from './core/secrets.ts';
import type { Publication } from './events/publication.ts';
import { createPublisher } from './events/publisher.ts';
import type { Gateway, Services } from './gateways/port.ts';
import { createApps } from './gateways/sessions.ts';
import { createDownloads } from './http/downloads.ts';
import { createHeaderReader } from './http/headers.ts';
import { createHttp } from './http/server.ts';
import { startJobs } from './jobs/scheduler.ts';
import type { Logger } from './log.ts';
import { registry } from './methods/index.ts';
import { createMetrics } from './metrics.ts';
import { createRawSockets } from './realtime/raw-sockets.ts';
import { createRealtime } from './realtime/server.ts';

export interface App {
  /** Where it listens. */
  url: string;
  pool: Pool;
  dispatcher: Dispatcher;
  /** Stop taking calls, let those under way finish, let go of everything. */
  close(): Promise<void>;
}

export interface AppOptions {
  config: Config;
  database: DatabaseAddress;
  log: Logger;
  /** Foreign faces that it has beside its own. */
  gateways?: (services: Services) => readonly Gateway[];
  clock?: () => number;
}

const connections = 16;
const drainMs = 10_000;
const headersTimeoutMs = 60_000;
/** Of files over a slow line; other bodies have a minute. */
const requestTimeoutMs = 3_600_000;

/** A broken request or connection is nothing of ours to look into. */
const isClientsFault = (error: unknown): boolean =>
  /^(HPE_|ECONN|EPIPE|ERR_STREAM|ERR_HTTP_REQUEST_TIMEOUT)/.test(
    (error as { code?: string }).code ?? '',
  );

/** The whole service on a database: migrated, listening, its jobs running. */
export async function startApp({
  config,
  database,
  log,
  gateways: createGateways = () => [],
  clock = Date.now,
}: AppOptions): Promise<App> {
  const pool = connect(database, connections);
  let isDraining = false;
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }

  const report = (error: unknown, where: string) => log.error({ err: error, where }, 'unexpected');
  const seal = createSeal(config.secretKey ?? (await keepSecret(config.dataDir, 'secret-key')));
  const limits = createLimits(config.limits);
  const apps = createApps(pool, { seal, limits, clock });
  const gateways = createGateways({ apps, clock, report });
  const metrics = createMetrics(
    gateways.flatMap(({ name, routes }) => routes.map((route) => `${name}.${route.name}`)),
  );
  const authenticator = createAuthenticator(config.operatorToken, config.jwt);
  const gate = createGate(pool, authenticator, limits, clock);
  const publisher = createPublisher((publication: Publication) => {
    // A committed call succeeds even if delivery fails: the clients see a gap and call chat.sync.
    for (const deliver of [realtime.deliver, apps.deliver])
      try {
        deliver(publication);
      } catch (error) {
        report(error, 'deliver');
      }
  });
  const check = createContractCheck(config.checked);
  const { admitAgain } = gate;
  const perform = createPerform({ pool, publisher, clock, check, admitAgain });
  const dispatcher = createDispatcher({
    pool,
    registry,
    seal,
    gate,
    perform,
    limits,
    issuer: config.jwt?.issuer,
    clock,
    check,
    report,
  });
  const headers = createHeaderReader(config.trustProxy);
  const folder = join(config.dataDir, 'files');
  const temporary = join(folder, 'tmp');
  const store = createDiskStore(folder);
  const receiver = createReceiver({
    store,
    temporary,
    limits: config.limits,
    countFile: limits.countFile,
    stagedBytes: ({ hubId, userId }) => transact(pool, (tx) => sumStaged(inHub(tx, hubId), userId)),
  });
  const http = createHttp({
    dispatcher,
    gateways,
    downloads: createDownloads(pool, gate, store),
    receiver,
    metrics,
    limits,
    clock,
    ready: () => pool.query('SELECT 1'),
    isDraining: () => isDraining,
    trustProxy: config.trustProxy,
    headers,
    allowedOrigins: config.allowedOrigins,
    isAllowedSomewhere: (origin) => transact(pool, (tx) => isAllowedSomewhere(tx, origin)),
    originsOf: (hub) => transact(pool, (tx) => findOrigins(tx, hub)),
  });
  http.on('error', (error: unknown) => {
    if (!isClientsFault(error)) report(error, 'http');
  });
  const server = createServer(http.callback());
  // Who asks before he sends is told to go on only once he may.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  const { allowedOrigins, limits: limit } = config;
  const realtime = createRealtime(server, {
    pool,
    publisher,
    authenticator,
    metrics,
    clock,
    allowedOrigins,
    socketsPerUser: limit.sockets,
    report,
    limits,
    headers,
  });
  const sockets = createRawSockets(server, gateways, {
    dispatcher,
    limits,
    metrics,
    report,
    addressOf: headers.addressOf,
  });
  const jobs = startJobs({
    pool,
    perform,
    clock,
    eventsDays: config.eventsDays,
    store,
    temporary,
    log,
    report,
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => resolve());
  }).catch(async (error: unknown) => {
    await jobs.stop();
    await pool.end();
    throw error;
  });
  const { port, address, family } = server.address() as AddressInfo;

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    pool,
    dispatcher,
    async close() {
      isDraining = true;
      await jobs.stop();
      sockets.close();
      // Closes the server too: no new connections, those with a call under way finish it.
      const closed = realtime.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(cut);
      await pool.end();
    },
  };
}
