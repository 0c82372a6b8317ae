import type { Bench, Contest, Side } from '../../contest.ts';
import { forEach, seedHub } from '../../seed.ts';
import { atPort, delayedPort } from '../../sides/delay.ts';
import { firstPost, measurePairs, openPair } from '../pairs.ts';
import { startSecond } from './second.ts';

const pairs = 64;
/** In each direction. */
const delayMs = 1;

/** Posts where both the clients and the database are on other machines than the service. */
export async function distantPart(bench: Bench): Promise<Contest[]> {
  const { database, atEnd } = bench;
  const far = atPort(database, await delayedPort(database.port, delayMs, atEnd));
  const measures: ((callers: number) => Side)[] = [];
  for (const service of bench.services) {
    const second = await startSecond(bench, service, 'distant', far);
    const target = { ...second, port: await delayedPort(second.port, delayMs, atEnd) };
    const seeded = await seedHub(second, 'distant', 2 * pairs);
    await forEach(pairs, (n) => firstPost(second, seeded, n));
    measures.push((callers) => ({
      name: service.name,
      measure: () => measurePairs(bench, second.pid, callers, (n) => openPair(target, seeded, n)),
    }));
  }
  return [pairs, 1].map((callers) => ({
    title: `post, ${callers === 1 ? '1 caller' : `${callers} callers`}, ${2 * delayMs} ms away`,
    unit: 'posts/s',
    sides: measures.map((side) => side(callers)),
  }));
}
