import { createGateways } from '../gateways/index.ts';
import { readConfig } from './config.ts';
import { runService } from './start.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs the service until a signal. A second signal does not interrupt the shutdown. */
async function main(): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
  const config = readConfig(process.env);
  const gateways = createGateways(config.limits);
  const { app, stop } = await runService(config, say, gateways);
  say(`hubchat listens at ${app.url} (reference: ${app.url}/-/docs)`);
  await stopped;
  say('Stopping: running calls are finished first.');
  await stop();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
