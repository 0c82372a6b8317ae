import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Program } from './binary.ts';
import type { DatabaseMemory } from './memory.ts';

export interface Running {
  pid: number;
  /** Its `@@server_id`, by which another server on the same socket is recognized. */
  id: number;
  /** Resolves with the reason when it has ended; never rejects. */
  ended: Promise<string>;
  /** Notes that the server is up, for a later start if this process is killed. */
  noteUp(): void;
  /** SIGTERM is for a server that is up; while starting it may hang on it forever. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<string>;
  /** Returns what it has logged since its start that explains a failure. */
  errors(): string;
}

interface ServerSettings {
  memory: DatabaseMemory;
  port: number | undefined;
  /** Whether the log is synced to the disk at each commit. */
  isDurable: boolean;
}

export const socketName = 'mariadb.sock';
/** The server ignores the umask of its parent, and has one of its own. */
export const privateFiles = { UMASK: '0600', UMASK_DIR: '0700' };
/** A file of this module, beside the server's pid file: `<pid> starting` or `<pid> up`. */
export const stateName = 'hubchat-server';

/**
 * Starts the server in its own session, so that Ctrl-C ends only the service, which needs the
 * database while it drains.
 */
export function launch(
  folder: string,
  program: Program,
  log: string,
  settings: ServerSettings,
): Running {
  const id = randomInt(1, 2 ** 31);
  const options = [
    ...commonOptions(folder, program),
    ...serverOptions(settings),
    `--server-id=${id}`,
  ];
  const [command, ...args] = boundToThisProcess('TERM', [program.file, ...options]);
  const output = openSync(log, 'a', 0o600);
  const begin = statSync(log).size;
  const child = spawn(command!, args, {
    cwd: folder,
    env: { ...program.env, ...privateFiles },
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child
      .once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
      .once('error', (error) => resolve(error.message));
  });
  const note = (state: string) =>
    writeFileSync(join(folder, stateName), `${child.pid} ${state}`, { mode: 0o600 });
  try {
    note('starting');
  } catch (error) {
    // Nobody would supervise it, and it would keep others from the files.
    child.kill('SIGKILL');
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    id,
    ended,
    noteUp() {
      // The server makes it for everyone.
      chmodSync(join(folder, socketName), 0o600);
      note('up');
    },
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
    errors: () => errorLines(readFileSync(log).subarray(begin).toString()),
  };
}

/** Returns a command to which the kernel sends a signal when this process ends in any way. */
export function boundToThisProcess(signal: 'TERM' | 'KILL', command: string[]): string[] {
  return onPath('setpriv') ? ['setpriv', '--pdeathsig', signal, '--', ...command] : command;
}

/** Returns options of both bootstrap and server. `--no-defaults` must be the first. */
export function commonOptions(folder: string, program: Program): string[] {
  return [
    '--no-defaults',
    `--datadir=${folder}`,
    // A server that starts removes all temporary tables in this folder, also those of others.
    `--tmpdir=${folder}`,
    `--lc-messages-dir=${program.share}`,
    `--character-sets-dir=${join(program.share, 'charsets')}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    // Distinguishes emoji, which utf8mb4_unicode_ci does not. MySQL 8 has it too.
    '--collation-server=utf8mb4_unicode_520_ci',
  ];
}

export function errorLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim());
  const errors = lines.filter((line) => /error/i.test(line));
  // The first errors are the cause, the later ones its consequences.
  return (errors.length ? errors.slice(0, 5) : lines.slice(-5)).join('\n');
}

function serverOptions({ port, isDurable, memory }: ServerSettings): string[] {
  return [
    `--socket=${socketName}`, // relative to the folder: absolute paths end at 107 bytes
    '--pid-file=mariadb.pid',
    ...(port ? ['--bind-address=127.0.0.1', `--port=${port}`] : ['--skip-networking']),
    '--skip-name-resolve',
    `--innodb-flush-log-at-trx-commit=${isDurable ? 1 : 0}`,
    `--innodb-buffer-pool-size=${memory.bufferPool}M`,
    `--innodb-log-file-size=${memory.log}M`,
    // Lists look up hundreds of rows by their keys: saves them a quarter of the CPU time.
    '--innodb-adaptive-hash-index=ON',
    '--key-buffer-size=1M',
    '--aria-pagecache-buffer-size=16M',
    '--performance-schema=OFF',
    '--max-connections=200',
    '--max-allowed-packet=64M',
    '--wait-timeout=2592000',
    '--transaction-isolation=READ-COMMITTED',
    '--sql-mode=STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO',
    '--default-time-zone=+00:00',
    '--local-infile=OFF',
  ];
}

const onPath = (tool: string): boolean =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder && existsSync(join(folder, tool)));
