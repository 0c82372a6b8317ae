import { setTimeout as sleep } from 'node:timers/promises';
import { methods } from '../../../acl/index.ts';
import { errors } from '../../../acl/language/errors.ts';
import { createClient } from '../../../client/index.ts';
import { connect } from '../../../db/connection/connect.ts';
import { ownSchema } from '../../support/app.ts';
import { serviceOn } from '../../support/service.ts';
import { openDevice } from '../../support/socket.ts';
import { auditStored, snapshotOf } from './audit.ts';
import { createProbe, type Memory, type Probe } from './memory.ts';
import { shotOf } from './mutate.ts';
import { type Random, randomOf } from './random.ts';
import { attackSockets, garbageShot, openUnfinished, patienceMs, type Target } from './raw.ts';
import { type Draft, drafts } from './schemas.ts';
import { type Answer, createGun, type Shot } from './send.ts';
import { type Caller, newWorld, type World } from './world.ts';

export interface Options {
  requests: number;
  seed: number;
  /** The maximum duration, whatever number was sent. */
  minutes: number;
  /** Waits until the server's own timeouts have ended unfinished requests. */
  isPatient: boolean;
  say(line: string): void;
}

export interface Result {
  requests: number;
  /** By status and code. */
  answers: Map<string, number>;
  /** Methods without a successful call: what they store was not tested. */
  untried: string[];
  /** Failures, with the request. */
  finds: string[];
  before: Memory | undefined;
  after: Memory;
}

const workers = 12;
/** After this many requests the world is restored, because the calls destroy it. */
const mendEvery = 500;
const progressEvery = 10_000;
/** Requests before caches are warm. */
const warmUp = 0.25;
const mostGrowth = { heapUsed: 12e6, external: 12e6, rss: 80e6 };
const mostFinds = 200;
const sameFinds = 3;

const shownBytes = (bytes: Buffer): string =>
  JSON.stringify(bytes.subarray(0, 1500).toString('latin1')) +
  (bytes.length > 1500 ? ` … ${bytes.length} bytes` : '');
const limits = [
  'USER_CALLS',
  'HUB_CALLS',
  'ANONYMOUS_CALLS',
  'SOCKETS',
  'FILES',
  'STAGED_BYTES',
  'LOGINS_ACCOUNT',
  'LOGINS_TOTAL',
];

/** Runs the service and logs how it ended, since a signal leaves no other trace. */
const tellsItsEnd = ['sh', '-c', '"$@"; echo "the service ended: $?" >&2', 'sh'];
const hasEnded = (log: readonly string[]): boolean =>
  log.at(-1)?.startsWith('the service ended') ?? false;
/** The last requests, shown at the end. */
const lastShots = 30;

/** The weight of each caller. */
const weights: Readonly<Record<string, number>> = {
  operator: 3,
  anonymous: 1,
  stranger: 1,
  viewer: 1,
  key: 1,
  admin: 2,
  owner: 2,
};
const callerFor = (world: World, random: Random): Caller =>
  random.pick(
    world.callers.flatMap((caller) =>
      Array.from({ length: weights[caller.name] ?? 4 }, () => caller),
    ),
  );

/** Starts a service, sends it random requests, and then audits what is left. */
export async function fuzz(options: Options): Promise<Result> {
  await using schema = await ownSchema();
  await using probe = await createProbe();
  const off = Object.fromEntries(limits.map((limit) => [`LIMIT_${limit}`, '0']));
  await using service = await serviceOn(schema.address, {
    within: tellsItsEnd,
    environment: { ...off, ...probe.environment, LIMIT_FILE_BYTES: '200000' },
  });
  await service.start();
  const pool = connect(schema.address, 2);
  try {
    const world = await newWorld(service.url);
    const frozenOf = () =>
      snapshotOf(
        pool,
        world.frozen.id,
        world.frozen.users.map((user) => user.id),
      );
    const { token } = await world.platform.session.issue({
      user_id: world.frozen.users[3]?.id ?? '',
    });
    using device = await openDevice({ url: service.url, token, hubId: world.frozen.id });
    const before = await frozenOf();
    const result = await shoot(options, world, service, probe);
    const { finds } = result;

    if (device.received.length + device.signals.length > 0)
      finds.push('a member of the frozen hub received an event');
    const after = await frozenOf();
    for (const [table, rows] of after)
      if (rows !== before.get(table))
        finds.push(
          `the frozen hub differs in ${table}: ` +
            `${before.get(table)?.slice(0, 300)} is ${rows.slice(0, 300)}`,
        );
    finds.push(...(await auditStored(pool)).map((find) => `stored: ${find}`));
    await world.mend();
    finds.push(...(await readAll(world, service.url)));
    finds.push(...service.log.slice(0, 20).map((line) => `logged: ${line.slice(0, 2000)}`));
    return result;
  } finally {
    await pool.end();
  }
}

async function shoot(
  options: Options,
  world: World,
  service: { url: string; log: string[] },
  probe: Probe,
): Promise<Result> {
  const { requests, seed, minutes, say } = options;
  const port = Number(new URL(service.url).port);
  const gun = createGun(port);
  const target: Target = { url: service.url, port, world, gun };
  const answers = new Map<string, number>();
  const succeeded = new Set<string>();
  const finds: string[] = [];
  const last: string[] = [];
  const source = drafts(seed);
  const began = Date.now();
  const unfinished = openUnfinished(port, world.callers[3]?.token ?? '');
  let before: Memory | undefined;
  let sent = 0;
  let rest: Promise<void> | undefined;
  let logged = 0;

  const kinds = new Map<string, number>();
  /** The first failures of a kind are representative. */
  const find = (kind: string, what: string) => {
    const times = (kinds.get(kind) ?? 0) + 1;
    kinds.set(kind, times);
    if (times > sameFinds) return;
    finds.push(what);
    say(`FIND ${what}`);
  };
  const count = (key: string): void => void answers.set(key, (answers.get(key) ?? 0) + 1);

  function check(answer: Answer, shot: Shot): unknown {
    const excerpt = answer.body.toString().slice(0, 500);
    const context = `${shot.kind}: ${shownBytes(shot.bytes)} returned ${answer.status} ${excerpt}`;
    const isFault = answer.body.includes('"INTERNAL_ERROR"') && !isReference(answer);
    if (answer.status >= 500 || answer.status < 0 || isFault)
      find(`${shot.kind} ${answer.status}`, context);
    if (answer.status === 0 && shot.mode !== 'half')
      find(`${shot.kind} unreadable`, `${context} (closed without a response)`);
    const isCall =
      'x-request-id' in answer.headers &&
      /json/.test(answer.headers['content-type'] ?? '') &&
      !shot.isHead;
    if (!isCall || shot.mode === 'half') {
      count(`${answer.status || 'closed'}`);
      return undefined;
    }
    const body = jsonOf(answer.body);
    const code = (body as { error?: string } | undefined)?.error;
    if (body === undefined) find(`${shot.kind} unreadable`, `${context} (no JSON)`);
    if (answer.status >= 400 && !(code !== undefined && code in errors))
      find(`${shot.kind} unreadable`, `${context} (no code)`);
    count(`${answer.status} ${code ?? ''}`.trim());
    return answer.status === 200 ? (body as { data?: unknown }).data : undefined;
  }

  async function one({ method, params, seed: its }: Draft): Promise<void> {
    const random = randomOf(its);
    const caller = callerFor(world, random);
    const kind = random.below(100);
    const loggedBefore = service.log.length;
    const shot =
      kind < 6
        ? undefined
        : kind < 14
          ? garbageShot(random)
          : shotOf({ method, params, seed: its }, caller, world, random);
    const sockets = `sockets, ${caller.name}, ${its}`;
    last.push(shot ? `${shot.kind} ${shot.mode}: ${shownBytes(shot.bytes)}` : sockets);
    if (last.length > lastShots) last.shift();
    try {
      if (!shot) {
        await attackSockets(target, caller, random, check);
        return count('socket');
      }
      const data = check(await gun.fire(shot), shot);
      if (data === undefined) return;
      succeeded.add(method);
      world.learn(caller, data);
    } catch (error) {
      const what = shot ? `${shot.kind}: ${shownBytes(shot.bytes)}` : sockets;
      find(String(error), `${what}: ${String(error)}`);
    } finally {
      if (service.log.length > loggedBefore && service.log.length > logged) {
        const line = service.log[service.log.length - 1]?.slice(0, 1500);
        const what = shot ? `${shot.method} ${shot.kind}: ${shownBytes(shot.bytes)}` : sockets;
        find('logged', `logged: ${line} at about ${what}`);
        logged = service.log.length;
      }
    }
  }

  /** All workers pause while the world is restored and the memory measured. */
  async function between(): Promise<void> {
    await world
      .mend()
      .catch((error: unknown) => find('mend', `the world cannot be restored: ${String(error)}`));
    if (before === undefined && sent >= requests * warmUp) {
      before = await probe.measure();
      say(`${sent} sent, memory ${shownMemory(before)}`);
    }
    if (sent % progressEvery === 0) {
      const seconds = (Date.now() - began) / 1000;
      const memory = shownMemory(await probe.measure());
      say(`${sent} sent in ${seconds.toFixed(0)} s, ${finds.length} finds, memory ${memory}`);
    }
  }

  async function work(): Promise<void> {
    while (
      sent < requests &&
      finds.length < mostFinds &&
      !hasEnded(service.log) &&
      Date.now() < began + minutes * 60_000
    ) {
      await rest;
      if (sent >= requests) return;
      sent += 1;
      if (sent % mendEvery === 0)
        rest = between().finally(() => {
          rest = undefined;
        });
      await one(source.next().value);
    }
  }
  await Promise.all(Array.from({ length: workers }, work));
  await rest;
  // The service cannot be called any more.
  if (hasEnded(service.log))
    throw new Error(`${service.log.slice(-20).join('\n')}\n${last.join('\n')}`);

  if (options.isPatient) {
    say('waiting for what was left unfinished');
    while (unfinished.left().length > 0 && Date.now() < began + patienceMs) await sleep(500);
    for (const left of unfinished.left())
      find('unfinished', `never ended by the server: ${JSON.stringify(left.slice(0, 200))}`);
  }
  for (const [kind, times] of kinds)
    if (times > sameFinds) finds.push(`${kind}: ${times} times in all`);
  unfinished.close();
  gun.close();
  // A polling session that is not polled ends after its ping: 20 s, and 25 s until the next.
  for (
    const end = Date.now() + (options.isPatient ? 60_000 : 0);
    Date.now() < end && (await socketsOf(service.url)) > 1;
  )
    await sleep(500);
  const sockets = await socketsOf(service.url);
  if (options.isPatient && sockets !== 1)
    find('sockets', `the service counts ${sockets} sockets, and one is there`);
  const after = await probe.measure();
  for (const [what, most] of Object.entries(mostGrowth) as [keyof Memory, number][])
    if (before && requests >= progressEvery && after[what] - before[what] > most)
      find('memory', `memory: ${what} grew from ${before[what]} to ${after[what]}`);
  const untried = [...methods.keys()].filter((method) => !succeeded.has(method));
  return { requests: sent, answers, untried, finds, before, after };
}

/** The reference lists all codes. */
const isReference = ({ body }: Answer): boolean =>
  body.subarray(0, 11).toString() === '{"openapi":';

export function shownMemory({ heapUsed, external, rss }: Memory): string {
  const megabytes = [heapUsed, external, rss].map((bytes) => (bytes / 1e6).toFixed(1));
  return `${megabytes.join(' / ')} MB (heap / external / resident)`;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

async function socketsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/-/metrics`)).text();
  return Number(/^hubchat_sockets (\d+)/m.exec(text)?.[1] ?? 0);
}

/**
 * All stored data can be read: every list, history and log of all members, validated against the
 * contract by the service.
 */
async function readAll(world: World, url: string): Promise<string[]> {
  const finds: string[] = [];
  const readAs = async ({ name, token, hubId }: Caller) => {
    if (!token || !hubId || ['key', 'operator', 'stranger', 'viewer'].includes(name)) return;
    const { chat, contact, room, tag } = createClient({ url, token, hubId, retryForMs: 0 });
    const reading = async () => {
      await chat.count_all();
      await tag.list();
      for (let after: string | undefined; ; ) {
        const page = await contact.list({ limit: 1000, ...(after ? { after } : {}) });
        after = page.at(-1)?.cursor;
        if (page.length < 1000) break;
      }
      for (const option of ['active', 'archived'] as const) {
        for (let page = 1; page <= 5; page++) {
          const rows = await chat.chat_rooms({ option, page, flag: 'all' });
          for (const { entity_id, flag } of rows) {
            await chat.messages({ entity_id, mark_read: 0, limit: 100 });
            await chat.pins({ entity_id });
            if (flag === 'share') await room.participants({ entity_id });
          }
          if (rows.length < 45) break;
        }
      }
      for (let since = 0, more = true; more; ) ({ seq: since, more } = await chat.sync({ since }));
    };
    await reading().catch((error: unknown) =>
      finds.push(`${name} of ${hubId} cannot read: ${String(error)}`),
    );
  };
  await Promise.all(world.callers.map(readAs));
  return finds;
}
