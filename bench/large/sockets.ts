import { setTimeout as sleep } from 'node:timers/promises';
import { socketPath } from '../../acl/paths.ts';
import { type EventSocket, openEvents } from '../clients/events.ts';
import { median, sampleLoop } from '../measure/sample.ts';
import { deliveries } from '../parts/conversations.ts';
import { forEach } from '../seed.ts';
import { startFloor } from '../sides/floor.ts';
import { openCaller, openReceiver, type Target, type User } from '../sides/hubchat.ts';
import { memoryOf } from '../sides/inspector.ts';
import { milliseconds, type Row } from './compare.ts';
import type { FilledHub } from './fill/fill.ts';
import { reader } from './fill/shape.ts';
import { callLimitMs, type World } from './world.ts';

/** Measures what sockets cost: catching up, being idle, and delivery to many. */
export async function measureSockets(world: World, isWanted: (part: string) => boolean) {
  const rows: Row[] = [];
  const { large, small } = world.hubs;
  if (isWanted('since')) rows.push(await compareCatchingUp(world, large, small));
  if (isWanted('idle')) rows.push(...(await measureIdle(world, large)));
  if (isWanted('fanout')) rows.push(await measureFanout(world, large));
  for (const { title, large: shown, ratio } of rows)
    world.say(`${title}: ${shown}${ratio === undefined ? '' : `, ${ratio.toFixed(2)} ×`}`);
  return rows;
}

/** Resolves once the socket has all that came after `since`. */
const openSocket = (
  { service }: World,
  { hubId }: FilledHub,
  { token }: User,
  since: number,
): Promise<EventSocket> =>
  openEvents({
    port: service.port,
    path: socketPath,
    auth: { token, hub_id: hubId, since },
    onEvent: () => {},
  });

/** Returns how long a socket needs until it is live, in ms; at most the limit of a call. */
async function catchUpMs(world: World, hub: FilledHub): Promise<number> {
  const user = await world.userOf(hub, hub.quietId);
  const start = performance.now();
  const opening = openSocket(world, hub, user, hub.beforeMessages);
  const socket = await Promise.race([
    opening.catch(() => {}),
    sleep(callLimitMs, undefined, { ref: false }),
  ]);
  const ms = performance.now() - start;
  if (socket) socket.close();
  else void opening.then((late) => late.close()).catch(() => {});
  return ms;
}

async function compareCatchingUp(world: World, large: FilledHub, small: FilledHub): Promise<Row> {
  const times: { large: number[]; small: number[] } = { large: [], small: [] };
  const start = performance.now();
  for (let n = 0; n < 10 && performance.now() - start < callLimitMs; n++) {
    times.small.push(await catchUpMs(world, small));
    times.large.push(await catchUpMs(world, large));
  }
  const ratio = median(times.large) / median(times.small);
  return {
    part: 'since',
    title: 'a socket with `since` far behind, member of one room',
    ratio,
    large: milliseconds(median(times.large)),
    small: milliseconds(median(times.small)),
    reach: '≤ 3 ×',
    isReached: ratio <= 3,
  };
}

/** Returns what each of the sockets takes in the service, in KiB. */
async function idleKib(world: World, hub: FilledHub, users: readonly User[]): Promise<number> {
  const before = await memoryOf(world.service);
  const sockets = await forEach(users.length, (n) =>
    openSocket(world, hub, users[n] as User, hub.seq),
  );
  const kib = ((await memoryOf(world.service)) - before) / 1024 / users.length;
  for (const socket of sockets) socket.close();
  await sleep(1000);
  return kib;
}

const idleSockets = 2000;
const heavySockets = 50;

async function measureIdle(world: World, hub: FilledHub): Promise<Row[]> {
  const count = Math.min(1000, hub.shape.members - 3);
  const people = await forEach(count, (n) => world.userOf(hub, hub.userIdOf(n + 3)));
  // The first sockets pay for what the service keeps once.
  await idleKib(world, hub, people.slice(0, 200));
  const users = Array.from({ length: idleSockets }, (_, n) => people[n % count] as User);
  const ordinary = await idleKib(world, hub, users);
  const heavy = await world.userOf(hub, hub.heavyId);
  const devices = Array.from({ length: heavySockets }, () => heavy);
  const single = await idleKib(world, hub, [heavy]);
  const most = await idleKib(world, hub, devices);
  const ratio = most / ordinary;
  return [
    {
      part: 'idle',
      title: 'memory of an idle socket, ordinary member',
      small: '',
      large: `${ordinary.toFixed(1)} KiB`,
      reach: '≤ 25 KiB',
      isReached: ordinary <= 25,
    },
    {
      part: 'idle',
      title: `memory of each of ${heavySockets} sockets of the member of most rooms, and ordinary`,
      large: `${most.toFixed(1)} KiB`,
      small: `${ordinary.toFixed(1)} KiB`,
      ratio,
      reach: '≤ 2 ×',
      isReached: ratio <= 2,
    },
    {
      part: 'idle',
      title: 'memory of an only socket of the member of most rooms, with the rooms',
      large: `${single.toFixed(0)} KiB`,
      small: '',
      reach: '',
    },
  ];
}

const listeners = 1000;
const loop = { callers: 1, seconds: 8, warmSeconds: 2 };

interface Audience {
  target: Target;
  hubId: string;
  entityId: string;
  users: readonly User[];
}

/**
 * A post to the wide room of which many are connected, beside bare Socket.IO. The author is an
 * ordinary member: what posts cost the reader of the long room after `mark_unread` is measured by
 * itself.
 */
async function measureFanout(world: World, hub: FilledHub): Promise<Row> {
  const count = Math.min(listeners, hub.shape.members - reader);
  const users = await forEach(count, (n) => world.userOf(hub, hub.userIdOf(n + reader + 1)));
  const floor = await startFloor('broadcast');
  const bare = users.map(({ id }) => ({ id, token: `token-${id}` }));
  const sides: Audience[] = [
    { target: world.service, hubId: hub.hubId, entityId: hub.wideRoomId, users },
    { target: floor, hubId: 'hub', entityId: 'room', users: bare },
  ];
  const rates: number[][] = [[], []];
  try {
    for (let round = 0; round < 3; round++)
      for (const [index, side] of sides.entries())
        rates[index]?.push(await deliveriesPerSecond(world, side));
  } finally {
    await floor.stop();
  }
  const [own, its] = rates.map(median) as [number, number];
  const ratio = own / its;
  return {
    part: 'fanout',
    title: `post to the wide room, ${count} connected; bare Socket.IO`,
    large: `${Math.round(own)} deliveries/s`,
    small: `${Math.round(its)} deliveries/s`,
    ratio,
    reach: '≥ 0.7 ×',
    isReached: ratio >= 0.7,
  };
}

async function deliveriesPerSecond(world: World, side: Audience): Promise<number> {
  const { target, hubId, entityId, users } = side;
  const everyone = deliveries();
  let missing = 0;
  const sockets = await forEach(users.length, (n) =>
    openReceiver(target, users[n] as User, hubId, () => {
      missing -= 1;
      if (missing === 0) everyone.note();
    }),
  );
  const caller = await openCaller(target, 'chat.post', users[0] as User, hubId);
  const body = JSON.stringify({ entity_id: entityId, message: 'Lorem ipsum dolor sit amet.' });
  const work = async (): Promise<number> => {
    missing = users.length;
    const start = performance.now();
    await Promise.all([everyone.next(), caller.call(body)]);
    return performance.now() - start;
  };
  try {
    const pids = { service: target.pid, database: world.databasePid };
    return (await sampleLoop({ ...loop, work }, pids, users.length)).value;
  } finally {
    for (const socket of sockets) socket.close();
    caller.close();
    await sleep(500);
  }
}
