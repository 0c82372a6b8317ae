import type { Bench, Contest } from '../../contest.ts';
import { type Seeded, seedHub } from '../../seed.ts';
import { firstPost, measurePairs, openPair } from '../pairs.ts';

const pairs = 64;

/** Posts by as many callers as in one hub, each in a hub of their own. */
export async function hubsPart(bench: Bench): Promise<Contest[]> {
  const sides = [];
  for (const service of bench.services) {
    const hubs: Seeded[] = [];
    for (let n = 0; n < pairs; n++) {
      const hub = await seedHub(service, `hub-${n}`, 2);
      await firstPost(service, hub, 0);
      hubs.push(hub);
    }
    sides.push({
      name: service.name,
      measure: () =>
        measurePairs(bench, service.pid, pairs, (n) => openPair(service, hubs[n] as Seeded, 0)),
    });
  }
  return [{ title: `post, ${pairs} callers, ${pairs} hubs`, unit: 'posts/s', sides }];
}
