import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Orders, Report, Setting } from './attacker-process.ts';
import type { Outcomes } from './scenario.ts';

/** A process that attacks the service, so that its work does not delay the calls measured here. */
export interface Attacker extends AsyncDisposable {
  begin(): void;
  /** Resolves once the attack has ended. */
  end(): Promise<Outcomes>;
}

const file = fileURLToPath(new URL('attacker-process.ts', import.meta.url));

/** Starts the attacker's process; resolves once it has made what the attack needs. */
export async function startAttacker(setting: Setting): Promise<Attacker> {
  const child = fork(file, [], { execArgv: ['--import=tsx'] });
  const send = (order: Orders) => void child.send(order);
  send({ order: 'prepare', setting });
  await reportOf(child);
  return {
    begin: () => send({ order: 'begin' }),
    async end() {
      send({ order: 'end' });
      return (await reportOf(child)).outcomes;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Resolves to the next report of the attacker; rejects if it ends before. */
async function reportOf(child: ChildProcess): Promise<Report> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const exited = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the attacker ended with ${code}`);
  });
  const [report] = await Promise.race([once(child, 'message', { signal }), exited]).finally(() =>
    waiting.abort(),
  );
  return report as Report;
}
