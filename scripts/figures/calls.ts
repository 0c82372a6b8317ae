import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type Profiler, Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { io } from 'socket.io-client';

/** The source files that a warm call runs functions of. */
export interface CallFiles {
  what: string;
  files: number;
  /** All lines of these files. */
  lines: number;
}

/** Enough that a background job, which runs now and then, is not in all of them. */
const rounds = 15;
const warmUpRounds = 3;
/** Differs from the intervals of jobs. */
const pauseMs = 37;
const operatorToken = 'operator-token-of-the-figures-0123456789';

/**
 * Calls chat.post and tag.rename on a service of the checkout, in this process, and returns the
 * files whose functions V8 saw running: up to the last SQL statement, and up to reply and event.
 */
export async function filesOfCalls(root: string): Promise<CallFiles[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hubchat-figures-'));
  const load = (path: string) => import(pathToFileURL(join(root, path)).href);
  const { startEmbedded } = await load('db/embedded/server.ts');
  const { startApp } = await load('service/app.ts');
  const { readConfig } = await load('service/config.ts');
  const { createLog } = await load('service/log.ts');
  const { createGateways } = await load('gateways/index.ts');
  const coverage = createCoverage(root);
  const database = await startEmbedded({ dataDir, say: () => {} });
  const config = readConfig({
    PORT: '0',
    HUBCHAT_DATA: dataDir,
    HUBCHAT_OPERATOR_TOKEN: operatorToken,
  });
  const app = await startApp({
    config,
    database: database.connection,
    log: createLog('silent'),
    gateways: createGateways(config.limits),
  });
  try {
    return await measure(app.url, coverage);
  } finally {
    await app.close();
    await database.stop();
    await rm(dataDir, { recursive: true });
  }
}

type Call = (
  token: string,
  hubId: string,
  method: string,
  params: object,
) => Promise<Record<string, string>>;

const callerOf =
  (url: string): Call =>
  async (token, hubId, method, params) => {
    const response = await fetch(`${url}/-/svc/${method}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...(hubId === '' ? {} : { 'x-hub-id': hubId }),
      },
      body: JSON.stringify(params),
    });
    const body = (await response.json()) as { data: Record<string, string> };
    if (!response.ok) throw new Error(`${method}: ${JSON.stringify(body)}`);
    return body.data;
  };

/** Two members of a new hub: the first calls, the second has a socket. */
async function createHub(url: string, call: Call) {
  const operator = operatorToken;
  const { hub_id: hubId = '' } = await call(operator, '', 'hub.create', { name: 'Figures' });
  const createMember = async (firstname: string) => {
    const person = { firstname, lastname: 'Test' };
    const { user_id: id = '' } = await call(operator, '', 'user.create', person);
    await call(operator, hubId, 'hub.add_member', { user_id: id, privilege: 7 });
    const { token = '' } = await call(operator, '', 'session.issue', { user_id: id });
    return { id, token };
  };
  const caller = await createMember('Ada');
  const peer = await createMember('Ben');
  const socket = io(url, {
    path: '/-/socket.io',
    transports: ['websocket'],
    auth: { token: peer.token, hub_id: hubId },
  });
  await new Promise((resolve) => socket.once('ready', resolve));
  return { hubId, caller, peer, socket };
}

async function measure(url: string, coverage: Coverage): Promise<CallFiles[]> {
  const call = callerOf(url);
  const { hubId, caller, peer, socket } = await createHub(url, call);
  const { tag_id: tagId } = await call(caller.token, hubId, 'tag.create', { name: 'first' });

  /** Runs a method some times without measuring, then measures what all further rounds have. */
  async function measureMethod(method: string, params: (n: number) => object, hasEvent: boolean) {
    const untilSql: Set<string>[] = [];
    const untilEvent: Set<string>[] = [];
    for (let n = 0; n < rounds + warmUpRounds; n++) {
      const event = new Promise((resolve) => socket.once(method, resolve));
      coverage.start();
      await call(caller.token, hubId, method, params(n));
      if (hasEvent) await event;
      const { atLastStatement, atEnd } = coverage.stop();
      if (n >= warmUpRounds) {
        untilSql.push(atLastStatement);
        untilEvent.push(atEnd);
      }
      await sleep(pauseMs);
    }
    return { untilSql: common(untilSql), untilEvent: common(untilEvent) };
  }

  const post = await measureMethod(
    'chat.post',
    (n) => ({ entity_id: peer.id, message: `text ${n}` }),
    true,
  );
  const rename = await measureMethod(
    'tag.rename',
    (n) => ({ tag_id: tagId, name: `name ${n}` }),
    false,
  );
  socket.close();
  return Promise.all([
    sizeOf('chat.post, to the last SQL statement', post.untilSql),
    sizeOf('chat.post, with reply and event', post.untilEvent),
    sizeOf('tag.rename, to the last SQL statement', rename.untilSql),
  ]);
}

const common = (sets: readonly Set<string>[]): string[] =>
  [...(sets[0] ?? [])].filter((path) => sets.every((set) => set.has(path)));

async function sizeOf(what: string, paths: readonly string[]): Promise<CallFiles> {
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  const lines = texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
  if (process.env.FIGURES_LIST)
    process.stderr.write(`${what}\n${paths.map((path) => `  ${path}\n`).join('')}`);
  return { what, files: paths.length, lines };
}

interface Coverage {
  start(): void;
  stop(): { atLastStatement: Set<string>; atEnd: Set<string> };
}

/** V8's precise coverage, read at each statement that the driver is given. */
function createCoverage(root: string): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const prefix = `${pathToFileURL(root).href}/`;
  let isRecording = false;
  let seen = new Set<string>();
  let atLastStatement = new Set<string>();

  const take = (): string[] => {
    let result: Profiler.ScriptCoverage[] = [];
    // The callback of a session in the same thread runs before post returns.
    session.post('Profiler.takePreciseCoverage', (_error, taken) => {
      result = taken?.result ?? [];
    });
    return result
      .filter(({ url }) => url.startsWith(prefix) && !url.includes('/node_modules/'))
      .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
      .map(({ url }) => decodeURIComponent(new URL(url).pathname));
  };
  const record = () => {
    for (const path of take()) seen.add(path);
  };
  const require = createRequire(import.meta.url);
  const { prototype } = require(join(root, 'node_modules/mysql2/lib/base/connection.js')) as {
    prototype: Record<'query' | 'execute', (...args: unknown[]) => unknown>;
  };
  for (const name of ['query', 'execute'] as const) {
    const original = prototype[name];
    prototype[name] = function (...args) {
      if (isRecording) {
        record();
        atLastStatement = new Set(seen);
      }
      return original.apply(this, args);
    };
  }
  return {
    start() {
      take();
      seen = new Set();
      atLastStatement = new Set();
      isRecording = true;
    },
    stop() {
      isRecording = false;
      record();
      return { atLastStatement, atEnd: seen };
    },
  };
}
