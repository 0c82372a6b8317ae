import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Outcome, Report, Request } from './messages.ts';

const program = fileURLToPath(new URL('worker.ts', import.meta.url));
const stopWithinMs = 30_000;

interface Options {
  jobs: number;
  databaseUrl: string;
  timeoutMs: number;
  onOutcome: (outcome: Outcome) => void;
}

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Runs each file in one of several workers. A worker that dies is replaced, its file fails. */
export async function runFiles(files: readonly string[], options: Options): Promise<void> {
  const waiting = [...files];
  const work = async () => {
    while (waiting.length > 0) {
      const worker = startWorker(options);
      await worker.started;
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
        if (!(await worker.run(file))) break;
      await worker.stop();
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
}

function startWorker({ databaseUrl, timeoutMs, onOutcome }: Options) {
  const child = fork(program, [String(timeoutMs)], {
    execArgv: ['--import=tsx'],
    env: { ...process.env, TEST_DATABASE_URL: databaseUrl },
  });
  children.add(child);
  const ended = once(child, 'exit').finally(() => children.delete(child));
  const death = () => new Error(`a test worker ended (${child.signalCode ?? child.exitCode})`);
  const request = (message: Request) => void (child.connected && child.send(message));

  /** Resolves at the first report of that kind; rejects when the worker ends before. */
  const reported = (kind: Report['kind']) =>
    new Promise<void>((resolve, reject) => {
      const look = (report: Report) => {
        if (report.kind !== kind) return;
        child.off('message', look);
        resolve();
      };
      child.on('message', look);
      void ended.then(() => reject(death()));
    });
  child.on('message', (report: Report) => {
    if (report.kind !== 'ready' && report.kind !== 'done') onOutcome(report);
  });

  return {
    started: reported('ready'),
    /** False when the worker died of it. */
    async run(file: string): Promise<boolean> {
      request({ kind: 'run', file });
      try {
        await reported('done');
        return true;
      } catch (error) {
        onOutcome({ kind: 'failed', file, title: file, error: String(error) });
        return false;
      }
    },
    async stop(): Promise<void> {
      request({ kind: 'stop' });
      const tooSlow = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await ended;
      clearTimeout(tooSlow);
    },
  };
}
