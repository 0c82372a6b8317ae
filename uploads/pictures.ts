import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { getPriority, setPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PictureSize, Result, Task } from './picture-process.ts';
import { StorageFailed } from './store.ts';

/**
 * Decodes pictures in processes of low priority, so that large ones do not slow down the service,
 * and a decoder that crashes or hangs does not end it. Rejects with StorageFailed if no process can
 * be started.
 */
export interface Pictures {
  /** Reads the size from the header; resolves to undefined for a file that cannot be decoded. */
  sizeOf(path: string): Promise<PictureSize | undefined>;
  /** Writes a thumbnail of a picture of so many pixels; resolves to whether that was possible. */
  writeThumbnail(path: string, to: string, pixels: number): Promise<boolean>;
  /** Ends the processes. */
  close(): void;
}

/** Added to that of the service. Of 20: a busy machine serves calls first, but decodes as well. */
const addedNiceness = 10;
const maxNiceness = 19;
const startWithinMs = 30_000;
/** A task that takes longer is ended, with its process. */
const taskWithinMs = 20_000;
/** A process without a task for this long is ended. */
const usualIdleMs = 60_000;

/** `.ts`; `.js` in the built service, where this code is in dist/service/ beside dist/uploads/. */
const extension = extname(import.meta.url);
const file = fileURLToPath(new URL(`../uploads/picture-process${extension}`, import.meta.url));
/** Found from this file, whatever the working directory is. */
const loader =
  extension === '.ts' ? ['--import', createRequire(import.meta.url).resolve('tsx')] : [];
/** The variables that a process gets: none of the service's secrets. */
const passedOn = ['PATH', 'TMPDIR', 'LD_LIBRARY_PATH'];

/** Starts processes when they are needed: one for each task that runs at the same time. */
export function createPictures(idleMs = usualIdleMs): Pictures {
  const idle: ChildProcess[] = [];
  const running = new Set<ChildProcess>();
  const timers = new WeakMap<ChildProcess, NodeJS.Timeout>();

  const removeIdle = (child: ChildProcess) => {
    const at = idle.indexOf(child);
    if (at >= 0) idle.splice(at, 1);
  };

  async function start(): Promise<ChildProcess> {
    const child = launch();
    running.add(child);
    const forget = () => {
      running.delete(child);
      removeIdle(child);
    };
    child.once('exit', forget).on('error', forget);
    if ((await messageOf(child, startWithinMs)) !== 'ready')
      throw new StorageFailed('no process that decodes pictures can be started');
    return child;
  }

  /** No task may get a process that is about to end. */
  function endIdle(child: ChildProcess): void {
    removeIdle(child);
    child.kill('SIGKILL');
  }

  async function run(task: Task): Promise<Result> {
    const child = idle.pop() ?? (await start());
    clearTimeout(timers.get(child));
    child.send(task, () => {});
    const result = await messageOf(child, taskWithinMs);
    if (running.has(child)) {
      idle.push(child);
      timers.set(child, setTimeout(() => endIdle(child), idleMs).unref());
    }
    return (result ?? null) as Result;
  }

  return {
    async sizeOf(path) {
      const result = await run({ kind: 'size', path });
      return result === null || result === 'written' ? undefined : result;
    },
    writeThumbnail: async (path, to, pixels) =>
      (await run({ kind: 'thumbnail', path, to, pixels })) === 'written',
    close() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

function launch(): ChildProcess {
  const child = fork(file, [], {
    execArgv: [...loader, '--max-old-space-size=64'],
    env: Object.fromEntries(passedOn.map((name) => [name, process.env[name]])),
    // What libvips writes to standard error would be between the lines of the log.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Before its threads are started, which inherit it.
  if (child.pid !== undefined)
    setPriority(child.pid, Math.min(getPriority() + addedNiceness, maxNiceness));
  // They do not keep this process alive.
  child.unref();
  child.channel?.unref();
  return child;
}

/** Resolves to the next message; to undefined if the process ends, or is ended after some time. */
async function messageOf(child: ChildProcess, withinMs: number): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  const exit = once(child, 'exit', { signal }).then(() => [undefined]);
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), exit]);
    return message;
  } catch {
    // It could not be started.
    return undefined;
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}
