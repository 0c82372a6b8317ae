import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Program } from './binary.ts';

export interface Running {
  pid: number;
  /** Its `@@server_id`, which tells it from another server that answers at the same socket. */
  id: number;
  /** How it ended; never rejects. */
  ended: Promise<string>;
  /** Tell a later start, should this process be killed, how the server may be ended. */
  noteUp(): void;
  /** SIGTERM is for a server that has answered: one that is still starting may hang on it for ever. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<string>;
  /** What it has logged since it was started and explains a failure. */
  complaints(): string;
}

interface ServerSettings {
  port: number | undefined;
  /** Whether the log is synced to the disk at each commit. */
  isDurable: boolean;
}

export const socketName = 'mariadb.sock';
/** Ours, beside the server's own pid file: `<pid> starting` or `<pid> up`. */
export const stateName = 'hubchat-server';

/** Start the server in a session of its own: Ctrl-C is for the service, which still needs the database to drain. */
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
  const [command, ...args] = boundToUs('TERM', [program.file, ...options]);
  const output = openSync(log, 'a', 0o600);
  const begin = statSync(log).size;
  const child = spawn(command!, args, {
    cwd: folder,
    env: program.env,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child
      .once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
      .once('error', (error) => resolve(error.message));
  });
  const note = (state: string) => writeFileSync(join(folder, stateName), `${child.pid} ${state}`);
  note('starting');
  return {
    pid: child.pid ?? 0,
    id,
    ended,
    noteUp: () => note('up'),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
    complaints: () => errorLines(readFileSync(log).subarray(begin).toString()),
  };
}

/** Have the kernel send the signal when this process is gone, however it went. */
export function boundToUs(signal: 'TERM' | 'KILL', command: string[]): string[] {
  return onPath('setpriv') ? ['setpriv', '--pdeathsig', signal, '--', ...command] : command;
}

/** Options of the bootstrap and the server alike; `--no-defaults` is heeded only in the first place. */
export function commonOptions(folder: string, program: Program): string[] {
  return [
    '--no-defaults',
    `--datadir=${folder}`,
    `--lc-messages-dir=${program.share}`,
    `--character-sets-dir=${join(program.share, 'charsets')}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    '--skip-log-bin',
    '--innodb-log-file-size=32M',
    '--character-set-server=utf8mb4',
    // Tells one emoji from another, which utf8mb4_unicode_ci does not; MySQL 8 has it too.
    '--collation-server=utf8mb4_unicode_520_ci',
  ];
}

export function errorLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim());
  const errors = lines.filter((line) => /error/i.test(line));
  // The first errors are the cause, the later ones its consequences.
  return (errors.length ? errors.slice(0, 5) : lines.slice(-5)).join('\n');
}

function serverOptions({ port, isDurable }: ServerSettings): string[] {
  return [
    `--socket=${socketName}`, // relative to the folder: absolute paths end at 107 bytes
    '--pid-file=mariadb.pid',
    ...(port ? ['--bind-address=127.0.0.1', `--port=${port}`] : ['--skip-networking']),
    '--skip-name-resolve',
    `--innodb-flush-log-at-trx-commit=${isDurable ? 1 : 0}`,
    '--innodb-buffer-pool-size=256M',
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
