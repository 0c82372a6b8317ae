import type { DatabaseAddress } from '../db/connect.ts';
import { startEmbedded } from '../db/embedded/server.ts';
import { startApp } from './app.ts';
import { readConfig } from './config.ts';
import { makeDemo } from './demo.ts';
import { createLog } from './log.ts';
import { keepOperatorToken } from './operator.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Start the service with its database, and stop both in order on a signal. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbedded({
          dataDir: config.dataDir,
          say,
          ...(config.embeddedPort ? { port: config.embeddedPort } : {}),
        })
      : undefined;
  const database: DatabaseAddress = embedded?.connection ?? { uri: config.databaseUrl ?? '' };
  // Signals count from here on: a start that is interrupted stops what it has started.
  let stop = async () => {};
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });
  try {
    const operatorToken = config.operatorToken ?? (embedded ? await keepOperatorToken(config.dataDir) : undefined);
    const app = await startApp({ config: { ...config, operatorToken }, database, log });
    stop = () => app.close();
    const logins = config.demo ? await makeDemo(app.pool, Date.now()) : undefined;
    say(`hubchat listens at ${app.url} (reference: ${app.url}/-/docs)`);
    if (logins)
      say(
        [
          'A demo hub was made. Its logins, shown this once:',
          ...logins.map(({ email, password }) => `  ${email}  ${password}`),
        ].join('\n'),
      );
    await stopped;
    say('stopping…');
  } finally {
    await stop();
    await embedded?.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
