import { startEmbedded } from '../db/embedded/server.ts';
import { type App, type AppOptions, startApp } from './app.ts';
import type { Config } from './config.ts';
import { keepOperatorToken } from './core/operator-token.ts';
import { makeDemo } from './demo.ts';
import { createLog } from './log.ts';

export interface Running {
  app: App;
  operatorToken: string | undefined;
  /** Drain the service, then stop its database. */
  stop(): Promise<void>;
}

/** The service with its database, as the configuration wants it; what a person should know goes to `say`. */
export async function runService(
  config: Config,
  say: (line: string) => void,
  gateways: AppOptions['gateways'] = () => [],
): Promise<Running> {
  const { dataDir, databaseUrl, embeddedPort } = config;
  const port = embeddedPort === undefined ? {} : { port: embeddedPort };
  const embedded =
    databaseUrl === undefined
      ? await startEmbedded({ dataDir, say, ...port }).catch((error: unknown) => {
          throw explain(error, config);
        })
      : undefined;
  let app: App | undefined;
  const stop = async () => {
    await app?.close();
    await embedded?.stop();
  };
  try {
    const operatorToken =
      config.operatorToken ?? (embedded ? await keepOperatorToken(dataDir) : undefined);
    const database = embedded?.connection ?? { uri: databaseUrl ?? '' };
    app = await startApp({
      config: { ...config, operatorToken },
      database,
      log: createLog(config.logLevel),
      gateways,
    });
    if (operatorToken === undefined)
      say('HUBCHAT_OPERATOR_TOKEN is not set: nobody is operator, and no hub can be made.');
    const logins = config.demo ? await makeDemo(app.pool, Date.now()) : undefined;
    if (logins) say('A demo hub was made. Its logins, shown this once:');
    for (const { email, password } of logins ?? []) say(`  ${email}  ${password}`);
    return { app, operatorToken, stop };
  } catch (error) {
    await stop();
    throw explain(error, config);
  }
}

/** What keeps it from starting, in a sentence that names what to set. */
function explain(error: unknown, { host, port, databaseUrl, dataDir }: Config): unknown {
  const { code = '', message = '', syscall = '' } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new Error(`PORT ${port} is taken on ${host}: set PORT to another.`);
  if (code === 'EADDRNOTAVAIL' || syscall === 'getaddrinfo')
    return new Error(`HOST ${host} is no address of this machine.`);
  if (['mkdir', 'open', 'realpath'].includes(syscall))
    return new Error(`HUBCHAT_DATA ${dataDir} cannot be used: ${code}.`);
  if (databaseUrl !== undefined && (code.startsWith('ER_') || syscall === 'connect'))
    return new Error(`DATABASE_URL: the database cannot be used: ${message || code}.`);
  return error;
}
