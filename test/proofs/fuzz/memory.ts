import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Memory {
  heapUsed: number;
  external: number;
  rss: number;
}

/** Runs in the service: on a signal it collects garbage and reports the remaining memory. */
const reporterFor = (file: string): string => `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  import { renameSync, writeFileSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const file = ${JSON.stringify(file)};
  const report = (memory) => {
    writeFileSync(file + '.new', JSON.stringify(memory));
    renameSync(file + '.new', file);
  };
  let times = 0;
  if (isMainThread) process.on('SIGUSR2', () => {
    collect();
    setTimeout(() => {
      collect();
      report({ pid: process.pid, times: ++times, ...process.memoryUsage() });
    }, 200);
  });
  if (isMainThread) report({ pid: process.pid, times: 0 });
`;

export interface Probe extends AsyncDisposable {
  /** Node options for the measured service. */
  environment: Record<string, string>;
  /** The live memory of the service. */
  measure(): Promise<Memory>;
}

export async function createProbe(): Promise<Probe> {
  const folder = await mkdtemp(join(tmpdir(), 'hubchat-fuzz-'));
  const file = join(folder, 'memory.json');
  const read = async () =>
    JSON.parse(await readFile(file, 'utf8')) as Memory & { pid: number; times: number };
  return {
    environment: {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(reporterFor(file))}`,
    },
    async measure() {
      const { pid, times } = await read();
      process.kill(pid, 'SIGUSR2');
      for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
        const now = await read();
        if (now.times > times)
          return { heapUsed: now.heapUsed, external: now.external, rss: now.rss };
      }
      throw new Error('the service does not report its memory');
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
