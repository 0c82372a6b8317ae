import { closeSync, existsSync, openSync } from 'node:fs';
import { chmod, mkdir, realpath, statfs } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { findProgram } from './binary.ts';
import { account, database, prepareFiles, readPassword } from './bootstrap.ts';
import { inUse, type Lock, lockFolder, waitForLeftover } from './lock.ts';
import { type DatabaseMemory, memoryFor } from './memory.ts';
import { launch, type Running, socketName, stateName } from './process.ts';

export interface EmbeddedDatabase {
  connection: Connection;
  /** Shuts down cleanly; resolves when the server process has ended. Can be called twice. */
  stop(): Promise<void>;
  /** The pid of mariadbd; it changes when the server is restarted after a crash. */
  readonly pid: number;
}

interface Connection {
  socketPath: string;
  user: string;
  password: string;
  database: string;
}

interface Options {
  dataDir: string;
  port?: number;
  say: (line: string) => void;
  /** Whether a commit is on the disk before it is acknowledged. Only tests turn it off. */
  isDurable?: boolean;
  /** What is configured of it. */
  memory?: Partial<DatabaseMemory>;
}

const startLimit = 60_000;

/** Runs a private MariaDB in a folder: its files in `mariadb/`, its log in `mariadb.log`. */
export async function startEmbedded(options: Options): Promise<EmbeddedDatabase> {
  const { dataDir, say } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const home = await realpath(dataDir);
  const lock = await lockFolder(home, join(home, 'mariadb.lock'), say);
  return startLocked(home, lock, options).catch(async (error) => {
    await lock.release();
    throw error;
  });
}

/** Returns the MariaDB that a running service has in a folder, else starts one until `stop`. */
export async function joinEmbedded({
  dataDir,
  say,
}: Omit<Options, 'port'>): Promise<Pick<EmbeddedDatabase, 'connection' | 'stop'>> {
  const folder = join(await realpath(dataDir).catch(() => dataDir), 'mariadb');
  const password = await readPassword(folder);
  if (password === '') throw new Error(`There is no embedded database in ${dataDir}.`);
  const { socketPath, close } = reachableSocket(folder);
  const connection = { socketPath, user: account, password, database };
  if ((await answeringServer(connection)) !== undefined)
    return { connection, stop: async () => close() };
  close();
  return startEmbedded({ dataDir, say });
}

async function startLocked(
  home: string,
  lock: Lock,
  { port, say, isDurable = true, memory }: Options,
): Promise<EmbeddedDatabase> {
  const folder = join(home, 'mariadb');
  const program = await findProgram(home, say);
  const stateFile = join(folder, stateName);
  await waitForLeftover(home, { stateFile, mark: `--datadir=${folder}`, lock, say });
  const password = await prepareFiles(folder, program, say);
  await chmod(folder, 0o700);

  const { socketPath, close } = reachableSocket(folder);
  const connection = { socketPath, user: account, password, database };
  const settings = { port, isDurable, memory: memoryFor(memory) };
  const start = () => launch(folder, program, join(home, 'mariadb.log'), settings);
  const server = await supervise(start, folder, connection, say).catch((error) => {
    close();
    throw isLocked(error) ? inUse(home) : error;
  });
  const finish = async () => {
    await server.stop();
    close();
    await lock.release();
  };
  let finished: Promise<void> | undefined;
  return {
    connection,
    get pid() {
      return server.pid();
    },
    stop: () => (finished ??= finish()),
  };
}

/** Starts the server, and restarts it whenever it ends before `stop` is called. */
async function supervise(
  start: () => Running,
  folder: string,
  connection: Connection,
  say: (line: string) => void,
) {
  const stopping = new AbortController();
  let server = start();
  await untilItAnswers(server, connection);
  let answers = true;

  /** On a full disk even the attempt may fail. */
  const restart = async () => {
    server = start();
    await untilItAnswers(server, connection);
  };
  const watch = async () => {
    for (let delay = 100, since = performance.now(); ; since = performance.now()) {
      const how = await server.ended;
      if (stopping.signal.aborted) return;
      delay = performance.now() - since > startLimit ? 100 : Math.min(delay * 2, 30_000);
      say(`MariaDB ended unexpectedly (${how}), restarting it…`);
      await pauseBeforeStart(folder, delay, stopping.signal);
      if (stopping.signal.aborted) return;
      answers = false;
      const failure = await restart().catch((error: Error) => error.message);
      answers = !failure;
      if (!stopping.signal.aborted) say(failure ?? 'MariaDB answers again');
    }
  };
  const watched = watch();
  return {
    pid: () => server.pid,
    stop: async () => {
      stopping.abort();
      await server.end(answers ? 'SIGTERM' : 'SIGKILL');
      await watched;
    },
  };
}

/** A disk with less free space counts as full. */
const fullBelowBytes = 64 * 1024 * 1024;
const lookEveryMs = 500;

/** Waits, but no longer than until a full disk has more space again. */
async function pauseBeforeStart(folder: string, ms: number, signal: AbortSignal): Promise<void> {
  const before = await freeBytes(folder);
  for (const end = performance.now() + ms; performance.now() < end && !signal.aborted; ) {
    const pause = Math.min(lookEveryMs, end - performance.now());
    await sleep(pause, undefined, { signal }).catch(() => {});
    if (before < fullBelowBytes && (await freeBytes(folder)) > before + fullBelowBytes / 64) return;
  }
}

/** Infinity where that cannot be found out, such as in a folder that is gone for now. */
const freeBytes = (folder: string): Promise<number> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.POSITIVE_INFINITY,
  );

async function untilItAnswers(server: Running, connection: Connection): Promise<void> {
  let how: string | undefined;
  void server.ended.then((reason) => {
    how = reason;
  });
  for (
    const deadline = performance.now() + startLimit;
    how === undefined && performance.now() < deadline;
    await sleep(30)
  ) {
    if ((await answeringServer(connection)) === server.id) return server.noteUp();
  }
  await server.end('SIGKILL');
  throw new Error(`MariaDB did not start (${how}):\n${server.errors()}`);
}

async function answeringServer(connection: Connection): Promise<number | undefined> {
  const client = await createConnection({ ...connection, connectTimeout: 5000 }).catch(
    () => undefined,
  );
  const answer = await client
    ?.query<RowDataPacket[]>('SELECT @@server_id AS id')
    .catch(() => undefined);
  await client?.end().catch(() => {});
  return answer?.[0][0]?.id;
}

/** Returns a path for connect(2), which takes at most 107 bytes, to any folder. */
function reachableSocket(folder: string): { socketPath: string; close: () => void } {
  const absolute = join(folder, socketName);
  if (Buffer.byteLength(absolute) <= 100) return { socketPath: absolute, close: () => {} };
  // The kernel's name for an open folder is short, and stays valid when the working folder changes.
  if (!existsSync('/proc/self/fd'))
    return { socketPath: relative(process.cwd(), absolute), close: () => {} };
  const handle = openSync(folder, 'r');
  return {
    socketPath: `/proc/${process.pid}/fd/${handle}/${socketName}`,
    close: () => closeSync(handle),
  };
}

/** Tells whether a server without a pid file, such as one in another container, has the files. */
const isLocked = (error: Error): boolean => /(can't|unable to|exclusive) lock/i.test(error.message);
