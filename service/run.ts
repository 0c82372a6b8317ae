import { startEmbedded } from '../db/embedded/server.ts';
import { type App, startApp } from './app.ts';
import type { Config } from './config.ts';
import { makeDemo } from './demo.ts';
import { createLog } from './log.ts';
import { keepOperatorToken } from './operator.ts';

export interface Running {
  app: App;
  operatorToken: string | undefined;
  /** Drain the service, then stop its database. */
  stop(): Promise<void>;
}

/** The service with its database, as the configuration wants it; what a person should know goes to `say`. */
export async function runService(config: Config, say: (line: string) => void): Promise<Running> {
  const { dataDir, databaseUrl, embeddedPort } = config;
  const port = embeddedPort === undefined ? {} : { port: embeddedPort };
  const embedded = databaseUrl === undefined ? await startEmbedded({ dataDir, say, ...port }) : undefined;
  let app: App | undefined;
  const stop = async () => {
    await app?.close();
    await embedded?.stop();
  };
  try {
    const operatorToken = config.operatorToken ?? (embedded ? await keepOperatorToken(dataDir) : undefined);
    const database = embedded?.connection ?? { uri: databaseUrl ?? '' };
    app = await startApp({ config: { ...config, operatorToken }, database, log: createLog(config.logLevel) });
    const logins = config.demo ? await makeDemo(app.pool, Date.now()) : undefined;
    if (logins) say('A demo hub was made. Its logins, shown this once:');
    for (const { email, password } of logins ?? []) say(`  ${email}  ${password}`);
    return { app, operatorToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
