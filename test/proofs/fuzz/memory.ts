import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Memory {
  heapUsed: number;
  external: number;
  rss: number;
}

/** Runs in the service: a signal collects what is garbage, then tells what is left. */
const told = (file: string): string => `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  import { renameSync, writeFileSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const file = ${JSON.stringify(file)};
  const tell = (what) => { writeFileSync(file + '.new', JSON.stringify(what)); renameSync(file + '.new', file); };
  let times = 0;
  if (isMainThread) process.on('SIGUSR2', () => {
    collect();
    setTimeout(() => { collect(); tell({ pid: process.pid, times: ++times, ...process.memoryUsage() }); }, 200);
  });
  if (isMainThread) tell({ pid: process.pid, times: 0 });
`;

export interface Probe extends AsyncDisposable {
  /** For the service that is to be measured. */
  environment: Record<string, string>;
  /** What the service holds that is no garbage. */
  measure(): Promise<Memory>;
}

export async function createProbe(): Promise<Probe> {
  const folder = await mkdtemp(join(tmpdir(), 'hubchat-fuzz-'));
  const file = join(folder, 'memory.json');
  const read = async () =>
    JSON.parse(await readFile(file, 'utf8')) as Memory & { pid: number; times: number };
  return {
    environment: {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(told(file))}`,
    },
    async measure() {
      const { pid, times } = await read();
      process.kill(pid, 'SIGUSR2');
      for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
        const now = await read();
        if (now.times > times)
          return { heapUsed: now.heapUsed, external: now.external, rss: now.rss };
      }
      throw new Error('the service does not tell its memory');
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
