import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StormOrder, StormReport, StormSetting } from './storm-process.ts';

/** Many clients in a process of their own, so that their work does not delay what is measured. */
export interface Storm extends AsyncDisposable {
  /** Opens all at once; resolves when each is ready or has failed. */
  connect(setting: StormSetting): Promise<StormReport>;
  /** Drops all at once. */
  cut(): Promise<void>;
}

const file = fileURLToPath(new URL('storm-process.ts', import.meta.url));

/** A command that runs the appended one with that many open files. */
export const withFiles = (most: number): string[] => [
  'sh',
  '-c',
  `ulimit -n ${most} && exec "$@"`,
  'sh',
];

export function startStorm(files: number): Storm {
  const [command = '', ...args] = [...withFiles(files), process.execPath, '--import=tsx', file];
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = async (order: StormOrder): Promise<unknown> => {
    child.send(order);
    return messageOf(child);
  };
  return {
    connect: async (setting) => (await ask({ order: 'connect', setting })) as StormReport,
    cut: async () => void (await ask({ order: 'cut' })),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const exited = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`the clients' process ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), exited]);
    return message;
  } finally {
    waiting.abort();
  }
}
