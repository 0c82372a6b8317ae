import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

// Failed tests and interrupted runs leave no process behind.
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Ends with the test, and with this process. */
export function keepChild<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** A screen that nobody sees, for browsers which need one. */
export interface Display extends AsyncDisposable {
  /** As the environment variable DISPLAY has it. */
  name: string;
}

export async function openDisplay(program: string): Promise<Display> {
  const args = ['-displayfd', '3', '-screen', '0', '1360x900x24', '-nolisten', 'tcp'];
  const child = keepChild(spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }));
  const output = child.stdio[3];
  if (!output) throw new Error('The display has no output.');
  const [number] = (await once(output, 'data')) as [Buffer];
  return {
    name: `:${String(number).trim()}`,
    [Symbol.asyncDispose]: () => endChild(child),
  };
}
