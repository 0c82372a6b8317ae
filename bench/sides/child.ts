import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundToThisProcess } from '../../db/embedded/process.ts';
import type { AtEnd } from '../ending.ts';

/** A process of the benchmark, which ends with it, also by SIGKILL. */
export interface Child {
  readonly pid: number;
  /** Resolves with the code or signal when it has ended. */
  readonly ended: Promise<number | string>;
  /** Ends it and the processes that it has started. */
  stop(): Promise<void>;
}

interface Options {
  command: readonly string[];
  cwd?: string;
  environment?: Readonly<Record<string, string>>;
  /** The file that gets what it writes. */
  log: string;
  atEnd: AtEnd;
}

const stopWithinMs = 10_000;

export function startChild({ command, cwd, environment = {}, log, atEnd }: Options): Child {
  const [file = '', ...args] = boundToThisProcess('KILL', [...command]);
  const output = openSync(log, 'a');
  const child = spawn(file, args, {
    stdio: ['ignore', output, output],
    // Leads a group of its own: a shell that does not `exec` its command would leave it behind.
    detached: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  });
  closeSync(output);
  const ended = endOf(child);
  const pid = child.pid ?? 0;
  const stop = async (): Promise<void> => {
    signalGroup(pid, 'SIGTERM');
    const deadline = performance.now() + stopWithinMs;
    while (signalGroup(pid, 0) && performance.now() < deadline) await sleep(20);
    signalGroup(pid, 'SIGKILL');
    await ended;
  };
  atEnd(stop);
  return { pid, ended, stop };
}

/** Signals a process and those that it has started; returns whether any of them still runs. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return pid > 0 && process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** Returns the process that does the work: the command of a shell that waits for it. */
export function workerOf({ pid }: Child): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? pid : Number(children.split(' ')[0]);
}

const endOf = (child: ChildProcess): Promise<number | string> =>
  once(child, 'exit').then(([code, signal]) => code ?? signal);

/** Waits until a check succeeds, at most a minute, and while the process runs. */
export async function untilReady(
  name: string,
  child: Child,
  check: () => Promise<boolean>,
): Promise<void> {
  let end: number | string | undefined;
  void child.ended.then((how) => {
    end = how;
  });
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(50)) {
    if (end !== undefined) throw new Error(`${name} ended while it started: ${end}`);
    if (await check().catch(() => false)) return;
  }
  throw new Error(`${name} did not start within a minute`);
}

/** Below the ports of outgoing connections: those in TIME_WAIT would take them. */
let lastPort = 21_000 + (process.pid % 5000);

/** Returns a TCP port that is free on 127.0.0.1. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = ++lastPort;
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
