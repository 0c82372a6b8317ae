import { createGateways } from '../gateways/index.ts';
import { readConfig } from './config.ts';
import { runService } from './start.ts';

// A full disk under the output, or a reader that has gone, does not end the service.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs the service until a signal. A second signal does not interrupt the shutdown. */
async function main(): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });
  const config = readConfig(process.env);
  const gateways = createGateways(config.limits);
  const { app, lost, stop } = await runService(config, say, gateways);
  say(`hubchat listens at ${app.url} (reference: ${app.url}/-/docs)`);
  const isLost = await Promise.race([stopped.then(() => false), lost.then(() => true)]);
  say('Stopping: running calls are finished first.');
  await stop();
  if (isLost)
    throw new Error('The connection to the database was lost, and another process has it.');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
