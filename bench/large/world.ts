import { fileURLToPath } from 'node:url';
import { connect, type Pool } from '../../db/connection/connect.ts';
import type { AtEnd } from '../ending.ts';
import { startDatabase } from '../sides/database.ts';
import { type Hubchat, openCaller, startHubchat, type User } from '../sides/hubchat.ts';
import type { Hubs, TableSize } from './database.ts';
import type { FilledHub } from './fill/fill.ts';

/** What is measured: the service on a database with both hubs. */
export interface World {
  hubs: Hubs;
  service: Hubchat;
  databasePid: number;
  /** Connections beside the service's own. */
  pool: Pool;
  sizes: readonly TableSize[];
  say(line: string): void;
  userOf(hub: FilledHub, userId: string): Promise<User>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const schema = 'hubchat';

/** Starts the embedded database as the service would, on the files of a folder, and the service. */
export async function startWorld(
  folder: string,
  filled: { hubs: Hubs; sizes: readonly TableSize[] },
  { say, atEnd }: { say: (line: string) => void; atEnd: AtEnd },
): Promise<World> {
  const database = await startDatabase(folder);
  atEnd(database.stop);
  const { user, password, port } = database;
  const url = `mysql://${user}:${password}@127.0.0.1:${port}/${schema}`;
  const pool = connect({ uri: url }, 4);
  atEnd(() => pool.end());
  const created = { ...database, pid: database.pid, create: async () => url };
  const service = await startHubchat({
    name: 'hubchat',
    checkout: root,
    database: created,
    folder,
    atEnd,
  });
  const users = new Map<string, Promise<User>>();
  return {
    ...filled,
    service,
    pool,
    say,
    databasePid: database.pid,
    userOf(hub, userId) {
      const found = users.get(userId) ?? issue(service, hub, userId);
      users.set(userId, found);
      return found;
    },
  };
}

async function issue(service: Hubchat, { hubId }: FilledHub, id: string): Promise<User> {
  const issued = { user_id: id, hub_id: hubId };
  const { token } = await service.call<{ token: string }>('session.issue', issued);
  return { id, token };
}

/** A call of a member in one of the hubs. */
export interface Call {
  hub: FilledHub;
  as: string;
  method: string;
  params: object;
}

export interface Done {
  ms: number;
  /** Why it failed; it is counted by its time all the same. */
  error?: string;
  body?: string;
}

/** One call may take so long. */
export const callLimitMs = 30_000;

/** Makes calls on a connection that is opened once for each method and member. */
export function createCaller(world: World) {
  type Open = Awaited<ReturnType<typeof openCaller>>;
  const connections = new Map<string, Promise<Open>>();
  const open = async ({ hub, as, method }: Call): Promise<Open> =>
    openCaller(world.service, method, await world.userOf(hub, as), hub.hubId);
  return {
    async run(call: Call): Promise<Done> {
      const key = `${call.method} ${call.as}`;
      const opened = connections.get(key) ?? open(call);
      connections.set(key, opened);
      // The first call of a connection does not count how long it took to open it.
      await opened.catch(() => {});
      const start = performance.now();
      const outcome = await withLimit(opened.then((one) => one.call(JSON.stringify(call.params))));
      const ms = performance.now() - start;
      if (typeof outcome === 'string') return { ms, body: outcome };
      connections.delete(key);
      void opened.then((one) => one.close()).catch(() => {});
      return { ms, error: outcome.message };
    },
    async close() {
      for (const one of connections.values()) await one.then((opened) => opened.close());
    },
  };
}

export type Caller = ReturnType<typeof createCaller>;

async function withLimit(reply: Promise<Buffer>): Promise<string | Error> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`over ${callLimitMs / 1000} s`)), callLimitMs);
  });
  const body = reply.then(
    (buffer) => buffer.toString(),
    (error: Error) => error,
  );
  const first = await Promise.race([body, limit]);
  clearTimeout(timer);
  return first;
}
