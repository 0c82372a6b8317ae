import { defined } from '../acl/language/defined.ts';
import { lockDatabase } from '../db/connection/process-lock.ts';
import { startEmbedded } from '../db/embedded/server.ts';
import { type App, type AppOptions, startApp } from './app.ts';
import type { Config } from './config.ts';
import { openDataFolder } from './data-folder.ts';
import { createDemo } from './demo.ts';
import { fewFiles, openFilesLimit } from './descriptors.ts';
import { createLog } from './log.ts';
import { keepOperatorToken } from './secrets/files.ts';

export interface Running {
  app: App;
  operatorToken: string | undefined;
  /** Resolves if another process has taken the database: then this one must stop. */
  lost: Promise<void>;
  /** Stops the service, then its embedded database. */
  stop(): Promise<void>;
}

/**
 * Starts the service and, without a configured database, the embedded one. Sentences for the person
 * who starts it go to `say`. Fails with an Error whose message names the variable to change, and
 * with the reason of `signal` if that is aborted first, also in the middle of a long migration.
 */
export async function runService(
  config: Config,
  say: (line: string) => void,
  gateways: AppOptions['gateways'] = () => [],
  signal: AbortSignal = new AbortController().signal,
): Promise<Running> {
  const { dataDir, databaseUrl, embeddedPort: port } = config;
  const memory = defined({ bufferPool: config.embeddedBufferPool, log: config.embeddedLog });
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of stops.toReversed()) await step();
  };
  try {
    await openDataFolder(dataDir, say);
    const embedded =
      databaseUrl === undefined ? await startEmbedded({ dataDir, say, port, memory }) : undefined;
    if (embedded) stops.push(() => embedded.stop());
    const operatorToken =
      config.operatorToken ?? (embedded ? await keepOperatorToken(dataDir) : undefined);
    const database = embedded?.connection ?? { uri: databaseUrl ?? '' };
    const lock = await unlessAborted(signal, () => lockDatabase(database));
    stops.push(() => lock.release());
    const app = await unlessAborted(signal, () =>
      startApp({
        config: { ...config, operatorToken },
        database,
        log: createLog(config.logLevel),
        gateways,
        opensPool: true,
      }),
    );
    stops.push(() => app.close());
    const files = openFilesLimit();
    if (files < fewFiles)
      say(`This process may have ${files} open files: few clients can connect. See \`ulimit -n\`.`);
    if (operatorToken === undefined)
      say('HUBCHAT_OPERATOR_TOKEN is not set: there is no operator, and nobody can create hubs.');
    say(
      config.trustProxy
        ? 'TRUST_PROXY is 1: X-Forwarded-For, -Host and -Proto are trusted.'
        : 'TRUST_PROXY is 0: X-Forwarded-For, -Host and -Proto are ignored.',
    );
    if (config.jwt && config.jwt.audience === undefined)
      say('JWT_AUDIENCE is not set: JWTs that the issuer made for other services are accepted.');
    if (config.demo) await announceDemo(app, say);
    return { app, operatorToken, lost: lock.lost, stop };
  } catch (error) {
    await stop();
    throw signal.aborted ? signal.reason : explain(error, config);
  }
}

/** Rejects as soon as the signal is aborted; what has begun ends with the process. */
async function unlessAborted<T>(signal: AbortSignal, begin: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    begin().then(resolve, reject);
  });
}

async function announceDemo(app: App, say: (line: string) => void): Promise<void> {
  const logins = await createDemo(app.pool, Date.now());
  if (!logins) return;
  say('A demo hub was created. Its logins, which are not shown again:');
  for (const { email, password } of logins) say(`  ${email}  ${password}`);
}

/** Returns an error whose message names what to change, if the cause of the failure is known. */
function explain(error: unknown, config: Config): unknown {
  const { host, port, databaseUrl, dataDir, embeddedPort } = config;
  const {
    code,
    path,
    message,
    syscall = '',
    hostname,
  } = error as NodeJS.ErrnoException & {
    hostname?: string;
  };
  if (code === 'EADDRINUSE')
    return new Error(`PORT: ${port} is in use on ${host}; set another one.`);
  if (code === 'EACCES' && syscall === 'listen')
    return new Error(`PORT: this user may not listen on ${port}; set one above 1023.`);
  if (code === 'EADDRNOTAVAIL' || (syscall === 'getaddrinfo' && hostname === host))
    return new Error(`HOST: ${host} is not an address of this machine.`);
  if (/bind on tcp\/ip port/i.test(message))
    return new Error(`HUBCHAT_DB_PORT: ${embeddedPort} cannot be used; it is in use, or reserved.`);
  if ((path !== undefined && !syscall.startsWith('spawn')) || /^(write|fsync)$/.test(syscall))
    return new Error(`HUBCHAT_DATA: ${dataDir} cannot be used: ${code}.`);
  // All that is left has to do with the database, or has a sentence.
  if (databaseUrl !== undefined && code !== undefined)
    return new Error(`DATABASE_URL: the database cannot be used: ${message || code}.`);
  return error;
}
