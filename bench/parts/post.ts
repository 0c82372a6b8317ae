import type { Bench, Contest, Side } from '../contest.ts';
import { forEach, type Seeded, seedHub, seedRoom, text } from '../seed.ts';
import type { Target } from '../sides/hubchat.ts';
import { ejabberdOf, openEjabberdPair } from './ejabberd-pairs.ts';
import { floorOf } from './floor-of.ts';
import { firstPost, measurePairs, openPair } from './pairs.ts';

const pairs = 64;

interface Seeding {
  target: Target;
  seeded: Seeded;
  room: string | undefined;
}

/** Posts that are answered and delivered: to many rooms, by one caller, and all to one room. */
export async function postPart(bench: Bench): Promise<Contest[]> {
  const seedings: Seeding[] = [];
  for (const service of bench.services) {
    const seeded = await seedHub(service, 'posts', 2 * pairs);
    await forEach(pairs, (n) => firstPost(service, seeded, n));
    seedings.push({ target: service, seeded, room: await seedRoom(service, seeded, 'Common') });
  }
  const floor = await floorOf(bench);
  seedings.push({ target: floor, seeded: floor, room: undefined });
  const ejabberd = await ejabberdOf(bench, 2 * pairs);

  const sideOf = ({ target, seeded }: Seeding, callers: number, room?: string): Side => ({
    name: target.name,
    measure: () =>
      measurePairs(bench, target.pid, callers, (n) => openPair(target, seeded, n, room)),
  });
  const contest = (title: string, callers: number): Contest => ({
    title,
    unit: 'posts/s',
    sides: [
      ...seedings.map((seeding) => sideOf(seeding, callers)),
      ...(ejabberd
        ? [
            {
              name: 'ejabberd',
              measure: () =>
                measurePairs(bench, ejabberd.pid, callers, (n) =>
                  openEjabberdPair(ejabberd, n, text),
                ),
            },
          ]
        : []),
    ],
  });
  const rooms = seedings.filter(({ room }) => room !== undefined);
  return [
    contest('post, 64 callers', pairs),
    contest('post, 1 caller', 1),
    {
      title: 'post, 64 callers, one room',
      unit: 'posts/s',
      sides: rooms.map((seeding) => sideOf(seeding, pairs, seeding.room)),
    },
  ];
}
