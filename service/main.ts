import { startEmbedded } from '../db/embedded/server.ts';
import { type App, startApp } from './app.ts';
import { readConfig } from './config.ts';
import { type DemoLogin, makeDemo } from './demo.ts';
import { createLog } from './log.ts';
import { keepOperatorToken } from './operator.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Start the service with its database; on a signal stop both in order. A second signal does not cut that short. */
async function main(): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
  const config = readConfig(process.env);
  const { dataDir, databaseUrl, embeddedPort } = config;
  const embedded =
    databaseUrl === undefined
      ? await startEmbedded({ dataDir, say, ...(embeddedPort ? { port: embeddedPort } : {}) })
      : undefined;
  let app: App | undefined;
  try {
    const operatorToken = config.operatorToken ?? (embedded ? await keepOperatorToken(dataDir) : undefined);
    const database = embedded?.connection ?? { uri: databaseUrl ?? '' };
    app = await startApp({ config: { ...config, operatorToken }, database, log: createLog(config.logLevel) });
    const logins = config.demo ? await makeDemo(app.pool, Date.now()) : undefined;
    say(`hubchat listens at ${app.url} (reference: ${app.url}/-/docs)`);
    if (logins) tellLogins(logins);
    await stopped;
    say('stopping…');
  } finally {
    await app?.close();
    await embedded?.stop();
  }
}

function tellLogins(logins: readonly DemoLogin[]): void {
  say('A demo hub was made. Its logins, shown this once:');
  for (const { email, password } of logins) say(`  ${email}  ${password}`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
