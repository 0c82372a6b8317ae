import { createGateways } from '../gateways/index.ts';
import { readConfig } from './config.ts';
import { runService } from './start.ts';

// A full disk under the output, or a reader that has gone, does not end the service.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs the service until a signal. A second signal does not interrupt the shutdown. */
async function main(): Promise<void> {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopping.abort());
  const { signal } = stopping;
  const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve));
  const config = readConfig(process.env);
  const gateways = createGateways(config.limits);
  const running = await runService(config, say, gateways, signal).catch((error: unknown) => {
    if (error !== signal.reason) throw error;
  });
  if (!running) return say('Stopped during the start.');
  const { app, lost, stop } = running;
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
