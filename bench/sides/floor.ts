import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AtEnd } from '../ending.ts';
import { freePort } from './child.ts';
import type { Target, User } from './hubchat.ts';

/** What a floor sends when it is ready. */
interface Ready {
  hubId: string;
  users: User[];
}

export type Floor = Target & Partial<Ready> & { stop(): Promise<void> };

/** Starts a program of bench/floors/, which ends with this process. Without `atEnd` stop it. */
export async function startFloor(
  program: string,
  args: readonly string[] = [],
  atEnd?: AtEnd,
): Promise<Floor> {
  const port = await freePort();
  const file = fileURLToPath(new URL(`../floors/${program}.ts`, import.meta.url));
  const child = fork(file, [String(port), ...args], {
    execArgv: ['--import=tsx'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  atEnd?.(stop);
  const ready = once(child, 'message').then(([message]) => message as Partial<Ready>);
  const started = await Promise.race([
    ready,
    ended.then(([code]) => Promise.reject(new Error(`the floor ${program} ended: ${code}`))),
  ]);
  return {
    ...started,
    name: 'floor',
    pid: child.pid ?? 0,
    port,
    stop,
  };
}
