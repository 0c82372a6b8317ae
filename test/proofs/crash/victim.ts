import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Pool } from '../../../db/connection/connect.ts';
import { account, database } from '../../../db/embedded/bootstrap.ts';
import { socketName, stateName } from '../../../db/embedded/process.ts';
import { type Service, serviceOn } from '../../support/service.ts';
import { eventually } from '../../support/wait.ts';

export type Target = 'service' | 'database' | 'both';

/** The service with its embedded database, each of which can be killed. */
export interface Victim extends AsyncDisposable {
  readonly url: string;
  /** Its folder of files. */
  readonly files: string;
  /** The errors that it has logged. */
  readonly log: string[];
  /** For reading its rows without the service. */
  readonly pool: Pool;
  /**
   * Sends kill -9 before this returns; resolves with the processes that were running when they are
   * gone.
   */
  kill(target: Target): Promise<Target | undefined>;
  /** Starts what is not running; resolves when calls succeed again. */
  revive(): Promise<void>;
  /** Resolves when the service listens; rejects when the test is over. */
  listens(): Promise<void>;
}

const soonMs = 60_000;
const startsAtMost = 5;

export async function startVictim(): Promise<Victim> {
  const service = await serviceOn(undefined, {
    environment: { LIMIT_USER_CALLS: '0', LIMIT_HUB_CALLS: '0' },
  });
  const folder = join(service.dataDir, 'mariadb');
  let pool: Pool | undefined;
  let isOver = false;
  const clear = () => {
    send(databaseOf(folder));
    rmSync(service.dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  process.once('exit', clear);

  const kill = async (target: Target): Promise<Target | undefined> => {
    const pid = target === 'service' ? undefined : databaseOf(folder);
    const isService = target !== 'database' && service.lives;
    send(pid);
    if (isService) await service.kill();
    if (pid) await eventually(() => databaseOf(folder) !== pid, soonMs);
    if (isService) return pid ? 'both' : 'service';
    return pid ? 'database' : undefined;
  };
  const victim = {
    get url() {
      return service.url;
    },
    files: join(service.dataDir, 'files'),
    log: service.log,
    get pool() {
      pool ??= poolOn(folder);
      return pool;
    },
    kill,
    revive: () => revive(service, () => isOver),
    listens: () =>
      eventually(() => {
        if (isOver) throw new Error('the test is over');
        return listens(service);
      }, soonMs),
    async [Symbol.asyncDispose]() {
      isOver = true;
      await kill('both');
      await pool?.end();
      await service[Symbol.asyncDispose]();
      process.off('exit', clear);
    },
  };
  try {
    await victim.revive();
    return victim;
  } catch (error) {
    await victim[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * A service whose database is killed during its start exits. This acts as its supervisor and
 * restarts it.
 */
async function revive(service: Service, isOver: () => boolean): Promise<void> {
  for (let start = 1; !listens(service) && !isOver(); start++) {
    await service.start().catch((error: unknown) => {
      if (start >= startsAtMost) throw error;
    });
  }
  await eventually(async () => {
    const answer = await fetch(`${service.url}/-/readyz`);
    await answer.body?.cancel();
    return answer.ok;
  }, soonMs);
}

function listens(service: Service): boolean {
  try {
    return service.url !== '';
  } catch {
    return false;
  }
}

/** The mariadbd that runs on the folder, since another program may have reused the process id. */
function databaseOf(folder: string): number | undefined {
  try {
    const [pid = ''] = readFileSync(join(folder, stateName), 'utf8').split(' ');
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--datadir=${folder}`)
      ? Number(pid)
      : undefined;
  } catch {
    return undefined;
  }
}

function send(pid: number | undefined): void {
  try {
    if (pid) process.kill(pid, 'SIGKILL');
  } catch {
    // It has just exited.
  }
}

const poolOn = (folder: string): Pool =>
  connect(
    {
      socketPath: join(folder, socketName),
      user: account,
      password: readFileSync(join(folder, 'hubchat-password'), 'utf8'),
      database,
    },
    4,
  );
