import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Lock {
  /** False if flock(1) does not work here: then only MariaDB's own lock protects the folder. */
  held: boolean;
  release(): Promise<void>;
}

interface Leftover {
  stateFile: string;
  /** Text in the server's command line. */
  mark: string;
  lock: Lock;
  say: (line: string) => void;
}

type Outcome = 'held' | 'refused' | 'impossible';

const run = promisify(execFile);

export const inUse = (dataDir: string): Error => new Error(`Another hubchat is using ${dataDir}.`);

/**
 * Locks the folder against other services. A child process holds the kernel's lock and ends when
 * its input is closed, so that neither kill -9 nor a reboot leaves a lock behind.
 */
export async function lockFolder(
  dataDir: string,
  file: string,
  say: (line: string) => void,
): Promise<Lock> {
  await writeFile(file, '', { flag: 'a', mode: 0o600 });
  const holder = spawn('flock', ['-w', '4', file, 'sh', '-c', 'echo held; exec cat'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<Outcome>((resolve) => {
    holder.once('error', () => resolve('impossible'));
    // Other exit codes: the file system has no locks.
    holder.once('exit', (code) => resolve(code === 1 ? 'refused' : 'impossible'));
  });
  const held = new Promise<Outcome>((resolve) => holder.stdout.once('data', () => resolve('held')));
  const notice = setTimeout(say, 500, `another hubchat holds ${dataDir}, waiting for it to end…`);
  const outcome = await Promise.race([held, ended]);
  clearTimeout(notice);
  if (outcome === 'refused') throw inUse(dataDir);
  const release = async () => {
    holder.stdin.end();
    await ended;
  };
  return { held: outcome === 'held', release };
}

/**
 * Waits for the server of a killed service to end, and ends it if it missed the kernel's signal.
 */
export async function waitForLeftover(
  dataDir: string,
  { stateFile, mark, lock, say }: Leftover,
): Promise<void> {
  const [number, state] = (await readFile(stateFile, 'utf8').catch(() => '')).split(' ');
  const pid = Number(number);
  // The pid may be another program's by now; the command line shows that.
  const alive = async () => pid > 0 && (await commandLine(pid)).includes(mark);
  if (!(await alive())) return;
  say('waiting for the database of the last run to shut down…');
  const orphaned = lock.held || (await readProcess('ppid', pid)).trim() === '1';
  // A server that was still starting hangs on SIGTERM. A kill does not damage its files.
  for (const signal of state === 'up'
    ? (['SIGTERM', 'SIGKILL'] as const)
    : (['SIGKILL'] as const)) {
    if (orphaned) send(signal, pid);
    for (const deadline = performance.now() + 15_000; performance.now() < deadline; await sleep(50))
      if (!(await alive())) return;
  }
  throw inUse(dataDir);
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

const commandLine = (pid: number): Promise<string> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => readProcess('args', pid));

const readProcess = (field: string, pid: number): Promise<string> =>
  run('ps', ['-ww', '-o', `${field}=`, '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
