import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Sample, sampleLoop } from '../measure/sample.ts';
import { forEach, type Seeded, seedHub, seedRoom, text } from '../seed.ts';
import { openCaller, openReceiver, type User } from '../sides/hubchat.ts';
import type { FilledHub } from './fill/fill.ts';
import { reader } from './fill/shape.ts';
import type { World } from './world.ts';

/** A row of the table of curves: 64 callers post while one number differs. */
export interface Point {
  /** What differs between the points of a curve. */
  against: string;
  at: number;
  samples: Sample[];
}

/** One of the callers, and the rooms to which they post in turn. */
interface Author {
  user: User;
  hubId: string;
  rooms: readonly string[];
}

interface Plan {
  against: string;
  at: number;
  authors: readonly Author[];
  /** Idle sockets of others that are connected meanwhile. */
  sockets?: number;
}

const callers = 64;
const rounds = 2;
const loop = { callers, seconds: 3, warmSeconds: 1 };

const roomCounts = [1, 10, 100, 1000];
const memberCounts = [2, 100, 1000, 10_000];
const socketCounts = [0, 100, 1000, 5000];
const hubCounts = [1, 4, 16, 64];

/** Measures posts until they are answered; each point is measured once in each round. */
export async function measureCurves(world: World): Promise<Point[]> {
  const plans = await planAll(world);
  for (const plan of plans.slice(0, 1)) await samplePosts(world, plan); // The service is warm then.
  const points: Point[] = plans.map(({ against, at }) => ({ against, at, samples: [] }));
  for (let round = 0; round < rounds; round++)
    for (const [index, plan] of plans.entries()) {
      const sample = await samplePosts(world, plan);
      points[index]?.samples.push(sample);
      world.say(
        `posts, ${plan.at} ${plan.against}: ${Math.round(sample.value)}/s, ` +
          `p99 ${sample.p99?.toFixed(0)} ms`,
      );
    }
  return points;
}

async function planAll(world: World): Promise<Plan[]> {
  const { service, hubs } = world;
  const empty = await seedHub(service, 'curves', callers);
  const common = authorsIn(empty, [await seedRoom(service, empty, 'Common')]);
  const filled = await authorsOf(world, hubs.large);
  return [
    ...(await planRooms(world, empty)),
    ...(await planMembers(world)),
    { against: 'messages in the hub', at: 0, authors: common },
    ...(await Promise.all(
      [hubs.small, hubs.large].map(async (hub) => ({
        against: 'messages in the hub',
        at: hub.shape.messages,
        authors: hub === hubs.large ? filled : await authorsOf(world, hub),
      })),
    )),
    ...socketCounts.map((at) => ({
      against: 'idle sockets',
      at,
      authors: filled,
      sockets: at,
    })),
    ...(await planHubs(world)),
  ];
}

const authorsIn = ({ hubId, users }: Seeded, rooms: readonly string[]): Author[] =>
  users.map((user) => ({ user, hubId, rooms }));

/** Each room has two members, or more where there are fewer rooms than callers. */
async function planRooms({ service }: World, { hubId, users }: Seeded): Promise<Plan[]> {
  const most = Math.max(...roomCounts);
  const own = await forEach(most, async (n) => {
    const as = { token: users[n % callers]?.token ?? '', hubId };
    const params = { name: `Room ${n}`, user_ids: [users[(n + 1) % callers]?.id] };
    return (await service.call<{ entity_id: string }>('room.create', params, as)).entity_id;
  });
  const shared: Seeded[][] = roomCounts
    .filter((count) => count < callers)
    .map((count) =>
      Array.from({ length: count }, (_, room) => ({
        hubId,
        users: users.filter((_, n) => n % count === room),
      })),
    );
  const plans: Plan[] = [];
  for (const groups of shared) {
    const authors = await forEach(groups.length, async (n) => {
      const group = groups[n] as Seeded;
      return authorsIn(group, [await seedRoom(service, group, 'Shared')]);
    });
    plans.push({ against: 'rooms posted to', at: groups.length, authors: authors.flat() });
  }
  for (const at of roomCounts.filter((count) => count >= callers)) {
    const authors = users.map((user, n) => ({
      user,
      hubId,
      rooms: own.slice(0, at).filter((_, room) => room % callers === n),
    }));
    plans.push({ against: 'rooms posted to', at, authors });
  }
  return plans;
}

/** The author of all posts is one of two members, however many the room has. */
async function planMembers(world: World): Promise<Plan[]> {
  const hub = world.hubs.large;
  const plans: Plan[] = [];
  for (const at of memberCounts.filter((count) => count <= hub.shape.members)) {
    const ids = membersOf(hub).slice(0, at - 1);
    const room = await createRoom(world, hub, ids);
    const two = [hub.ownerId, ids[0] as string];
    const users = await forEach(callers, (n) => world.userOf(hub, two[n % 2] as string));
    const authors = authorsIn({ hubId: hub.hubId, users }, [room]);
    plans.push({ against: 'members of the room', at, authors });
  }
  return plans;
}

/** Returns the members of a filled hub but its owner; the callers first. */
const membersOf = (hub: FilledHub): string[] => {
  const others = Array.from({ length: hub.shape.members - reader }, (_, n) => n + reader + 1);
  return [...others.map(hub.userIdOf), hub.readerId, hub.heavyId];
};

const addedAtOnce = 1000;

/** Creates a room of the owner and of others. */
async function createRoom({ service, userOf }: World, hub: FilledHub, ids: readonly string[]) {
  const { token } = await userOf(hub, hub.ownerId);
  const as = { token, hubId: hub.hubId };
  const [first, params] = [ids.slice(0, addedAtOnce), { name: 'Curve' }];
  const { entity_id } = await service.call<{ entity_id: string }>(
    'room.create',
    { ...params, user_ids: first },
    as,
  );
  for (let from = addedAtOnce; from < ids.length; from += addedAtOnce) {
    const user_ids = ids.slice(from, from + addedAtOnce);
    await service.call('room.add', { entity_id, user_ids }, as);
  }
  return entity_id;
}

/** Returns members of a filled hub, who post to a room of theirs. */
async function authorsOf(world: World, hub: FilledHub): Promise<Author[]> {
  const ids = membersOf(hub).slice(0, callers);
  const room = await createRoom(world, hub, ids);
  const users = await forEach(callers, (n) => world.userOf(hub, ids[n] as string));
  return authorsIn({ hubId: hub.hubId, users }, [room]);
}

/** The callers are divided among hubs, each with one room. */
async function planHubs({ service }: World): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const at of hubCounts) {
    const perHub = callers / at;
    const authors: Author[] = [];
    for (let n = 0; n < at; n++) {
      // A room has two members at least.
      const seeded = await seedHub(service, `curves-${at}-${n}`, Math.max(2, perHub));
      const room = await seedRoom(service, seeded, 'Common');
      authors.push(...authorsIn(seeded, [room]).slice(0, perHub));
    }
    plans.push({ against: 'hubs', at, authors });
  }
  return plans;
}

async function samplePosts(world: World, { authors, sockets = 0 }: Plan): Promise<Sample> {
  const { service, hubs, databasePid } = world;
  const others = membersOf(hubs.large).slice(callers, callers + 1000);
  const idle = await forEach(sockets, async (n) => {
    const user = await world.userOf(hubs.large, others[n % others.length] as string);
    return openReceiver(service, user, hubs.large.hubId, () => {});
  });
  const opened = await forEach(callers, async (n) => {
    const { user, hubId, rooms } = authors[n] as Author;
    const caller = await openCaller(service, 'chat.post', user, hubId);
    const bodies = rooms.map((entity_id) => JSON.stringify({ entity_id, message: text }));
    return { caller, bodies, posts: 0 };
  });
  const work = async (n: number): Promise<number> => {
    const one = opened[n] as (typeof opened)[number];
    const body = one.bodies[one.posts++ % one.bodies.length] as string;
    const start = performance.now();
    await one.caller.call(body);
    return performance.now() - start;
  };
  try {
    return await sampleLoop({ ...loop, work }, { service: service.pid, database: databasePid });
  } finally {
    for (const { caller } of opened) caller.close();
    for (const socket of idle) socket.close();
    // The service notices that they have gone, before the next point is measured.
    await sleep(idle.length);
  }
}

const titles = ['posts against', '', 'posts/s', 'p50', 'p99', 'CPU a post: service + database'];

const cellsOf = ({ against, at, samples }: Point): string[] => {
  const middle = (of: (sample: Sample) => number | undefined): string =>
    median(samples.map((sample) => of(sample) ?? Number.NaN)).toFixed(0);
  const [service, database] = [middle((one) => one.service), middle((one) => one.database)];
  return [
    against,
    at.toLocaleString('en'),
    middle(({ value }) => value),
    `${middle(({ p50 }) => p50)} ms`,
    `${middle(({ p99 }) => p99)} ms`,
    `${service} + ${database} µs`,
  ];
};

/** Returns the points as rows of a table, its titles first. */
export const curveRows = (points: readonly Point[]): string[][] => [titles, ...points.map(cellsOf)];
