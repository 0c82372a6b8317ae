import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseAddress } from '../../db/connection/connect.ts';
import { boundToThisProcess } from '../../db/embedded/process.ts';
import { operatorToken } from './app.ts';
import { urlOf } from './database.ts';

/** A service in its own process, on one database and one folder across restarts. */
export interface Service extends AsyncDisposable {
  /** Whether it was started and has not ended. */
  readonly lives: boolean;
  readonly pid: number;
  /** Its URL; the port changes with each restart. */
  readonly url: string;
  readonly dataDir: string;
  /** Its folder of files, by its own path. */
  readonly files: string;
  /** The errors that it has logged. */
  readonly log: string[];
  /** Resolves when it listens (at once if it already does). Rejects when it exits before. */
  start(): Promise<void>;
  /**
   * Sends kill -9 before this returns, also during the start; resolves when the process is gone.
   */
  kill(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Enough for a busy machine. */
const startWithinMs = 60_000;
const fromSources = [process.execPath, '--import=tsx', 'service/main.ts'];

// Failed tests and interrupted runs leave no process behind.
const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export interface ServiceOptions {
  environment?: Record<string, string>;
  /** The command that starts it, from its sources unless given. */
  command?: readonly string[];
  /** A command that runs the appended command, for example with other mounts. */
  within?: readonly string[];
}

interface Life {
  child: ChildProcess;
  ended: Promise<unknown>;
  listening: Promise<void>;
  url?: string;
}

/**
 * A service that is not started yet. Without an address it runs its own database, in its folder.
 */
export async function serviceOn(
  address: DatabaseAddress | undefined,
  { environment = {}, command = fromSources, within = [] }: ServiceOptions = {},
): Promise<Service> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hubchat-service-'));
  const log: string[] = [];
  let life: Life | undefined;

  function launch(): Life {
    // Below them lies the MariaDB that was downloaded.
    const { PATH = '', HOME = '', XDG_CACHE_HOME = '' } = process.env;
    const [program = '', ...args] = [...within, ...boundToThisProcess('KILL', [...command])];
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        HOME,
        XDG_CACHE_HOME,
        PORT: '0',
        ...(address ? { DATABASE_URL: urlOf(address) } : {}),
        HUBCHAT_DATA: dataDir,
        HUBCHAT_OPERATOR_TOKEN: operatorToken,
        HUBCHAT_DEMO: '0',
        LOG_LEVEL: 'error',
        LIMIT_ANONYMOUS_CALLS: '0',
        LIMIT_FILES: '0',
        ...environment,
      },
    });
    children.add(child);
    const ended = once(child, 'close').finally(() => children.delete(child));
    child.stderr.on('data', (text: Buffer) =>
      log.push(...text.toString().split('\n').filter(Boolean)),
    );
    const tooSlow = setTimeout(() => child.kill('SIGKILL'), startWithinMs);
    let said = '';
    const listening = new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        said += text.toString();
        const listens = /listens at (\S+)/.exec(said)?.[1];
        if (!listens) return;
        started.url = listens;
        resolve();
      });
      ended.then(
        () => reject(new Error(`the service did not start: ${log.slice(-5).join('\n')}`)),
        reject,
      );
    }).finally(() => clearTimeout(tooSlow));
    const started: Life = { child, ended, listening };
    return started;
  }

  async function start(): Promise<void> {
    const started = life ?? launch();
    life = started;
    void started.ended.finally(() => {
      if (life === started) life = undefined;
    });
    await started.listening;
  }

  async function kill(): Promise<void> {
    const ending = life;
    life = undefined;
    ending?.child.kill('SIGKILL');
    await ending?.ended;
  }

  const alive = () => {
    if (!life) throw new Error('the service does not run');
    return life;
  };
  return {
    get lives() {
      return life !== undefined;
    },
    get pid() {
      return alive().child.pid ?? 0;
    },
    get url() {
      const { url } = alive();
      if (url === undefined) throw new Error('the service does not listen yet');
      return url;
    },
    dataDir,
    get files() {
      return within.length > 0
        ? `/proc/${alive().child.pid}/root${dataDir}/files`
        : join(dataDir, 'files');
    },
    log,
    start,
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
