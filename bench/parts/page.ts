import type { Bench, Contest, Side } from '../contest.ts';
import { sampleLoop } from '../measure/sample.ts';
import { forEach, type Seeded, seedHub, seedRoom, text } from '../seed.ts';
import type { Ejabberd } from '../sides/ejabberd.ts';
import { type Hubchat, openCaller, type Target, type User } from '../sides/hubchat.ts';
import { ejabberdOf, openArchive, openEjabberdPair } from './ejabberd-pairs.ts';
import { floorOf } from './floor-of.ts';

const pairs = 64;
const history = 60;
const roomsEach = 200;

interface Reader {
  read(): Promise<unknown>;
  close(): void;
}

/** Measures readers who each read again when they have read. */
async function measureReaders(
  { options, database }: Bench,
  pid: number,
  open: (caller: number) => Promise<Reader>,
) {
  const readers = await Promise.all(Array.from({ length: pairs }, (_, n) => open(n)));
  try {
    const work = async (caller: number): Promise<number> => {
      const start = performance.now();
      await readers[caller]?.read();
      return performance.now() - start;
    };
    const pids = { service: pid, database: database.pid };
    return await sampleLoop({ ...options, callers: pairs, work }, pids);
  } finally {
    for (const reader of readers) reader.close();
  }
}

async function openReader(
  target: Target,
  { hubId, users }: Seeded,
  user: number,
  method: string,
  params: object,
): Promise<Reader> {
  const caller = await openCaller(target, method, users[user] as User, hubId);
  const body = JSON.stringify(params);
  return { read: () => caller.call(body), close: caller.close };
}

/** A page of 50 of 60 messages, all by its reader, so that nothing is to be marked as read. */
export async function pagePart(bench: Bench): Promise<Contest[]> {
  const sides: Side[] = [];
  const add = (target: Target, seeded: Seeded) =>
    sides.push({
      name: target.name,
      measure: () =>
        measureReaders(bench, target.pid, (n) =>
          openReader(target, seeded, 2 * n, 'chat.messages', {
            entity_id: seeded.users[2 * n + 1]?.id,
            limit: 50,
          }),
        ),
    });
  for (const service of bench.services) add(service, await seedHistory(service));
  const floor = await floorOf(bench);
  add(floor, floor);
  const ejabberd = await ejabberdOf(bench, 2 * pairs);
  if (ejabberd) {
    await archiveHistory(ejabberd);
    sides.push({
      name: 'ejabberd',
      measure: () => measureReaders(bench, ejabberd.pid, (n) => openArchive(ejabberd, n)),
    });
  }
  return [{ title: 'page of 50, 64 callers', unit: 'pages/s', sides }];
}

async function seedHistory(service: Hubchat): Promise<Seeded> {
  const seeded = await seedHub(service, 'pages', 2 * pairs);
  const { hubId, users } = seeded;
  await forEach(pairs, async (n) => {
    const [author, reader] = users.slice(2 * n, 2 * n + 2) as [User, User];
    const message = { entity_id: reader.id, message: text };
    for (let count = 0; count < history; count++)
      await service.call('chat.post', message, { token: author.token, hubId });
  });
  return seeded;
}

async function archiveHistory(ejabberd: Ejabberd): Promise<void> {
  await forEach(pairs, async (n) => {
    const pair = await openEjabberdPair(ejabberd, n, text);
    for (let count = 0; count < history; count++) {
      await Promise.all([pair.delivered.next(), pair.send()]);
    }
    pair.close();
  });
}

/** The lists of a member of 200 rooms. */
export async function listPart(bench: Bench): Promise<Contest[]> {
  const seedings: { target: Target; seeded: Seeded }[] = [];
  for (const service of bench.services) seedings.push(await seedRooms(service));
  const contest = (title: string, unit: string, method: string): Contest => ({
    title,
    unit,
    sides: seedings.map(({ target, seeded }) => ({
      name: target.name,
      measure: () =>
        measureReaders(bench, target.pid, (n) => openReader(target, seeded, n, method, {})),
    })),
  });
  return [
    contest('room list, 45 of 200, 64 callers', 'lists/s', 'chat.chat_rooms'),
    contest('count_all of 200, 64 callers', 'calls/s', 'chat.count_all'),
  ];
}

async function seedRooms(service: Hubchat): Promise<{ target: Target; seeded: Seeded }> {
  const seeded = await seedHub(service, 'lists', pairs);
  const { hubId, users } = seeded;
  await forEach(roomsEach, async (n) => {
    const room = await seedRoom(service, seeded, `Room ${n}`);
    const author = users[n % users.length] as User;
    const as = { token: author.token, hubId };
    await service.call('chat.post', { entity_id: room, message: text }, as);
  });
  return { target: service, seeded };
}
