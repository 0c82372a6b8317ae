import { io, type Socket } from 'socket.io-client';
import { root } from './blocks.ts';

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...source: string[]
) => (...values: unknown[]) => Promise<() => unknown>;

/** A snippet that has run; disposing it closes its sockets. */
export interface Ran extends Disposable {
  /** The lines that it has logged, so far. */
  logged: string[];
  sockets: Socket[];
  /** Returns the value of a variable of the snippet, as it is now. */
  read(): unknown;
}

/**
 * Runs JavaScript of a page as a module would be run from the folder docs/, with these environment
 * variables. Resolves when its last statement has run; `variable` can be read afterwards.
 */
export async function runScript(
  code: string,
  env: Record<string, string>,
  variable = 'undefined',
): Promise<Ran> {
  const logged: string[] = [];
  const sockets: Socket[] = [];
  const connect = (...options: Parameters<typeof io>) => {
    const socket = io(...options);
    sockets.push(socket);
    return socket;
  };
  const load = async (name: string): Promise<unknown> => {
    if (name === 'socket.io-client') return { io: connect };
    return import(name.startsWith('.') ? new URL(name, `file://${root}docs/`).href : name);
  };
  const log = (...values: unknown[]) => void logged.push(values.join(' '));
  const body = code.replace(/^import (.+) from '(.+)';$/gm, "const $1 = await load('$2');");
  const run = new AsyncFunction('load', 'process', 'console', `${body}\nreturn () => ${variable};`);
  const read = await run(load, { env }, { log });
  return {
    logged,
    sockets,
    read,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.close();
    },
  };
}
