import type { Bench, Contest } from '../../contest.ts';
import type { Sample } from '../../measure/sample.ts';
import { forEach, type Seeded, seedHub } from '../../seed.ts';
import { type Hubchat, openReceiver, type User } from '../../sides/hubchat.ts';
import { memoryOf } from '../../sides/inspector.ts';
import { startSecond } from './second.ts';

const users = 250;
const devicesEach = 4;
const count = users * devicesEach;

async function measureSockets(service: Hubchat, { hubId, users }: Seeded): Promise<Sample> {
  const before = await memoryOf(service);
  const sockets = await forEach(count, (n) =>
    openReceiver(service, users[n % users.length] as User, hubId, () => {}),
  );
  const after = await memoryOf(service);
  for (const socket of sockets) socket.close();
  return { value: (after - before) / count / 1024 };
}

/** The memory of a socket that waits: what 1,000 take, after garbage collections, by 1,000. */
export async function idlePart(bench: Bench): Promise<Contest[]> {
  const sides = [];
  for (const service of bench.services) {
    const second = await startSecond(bench, service, 'idle', bench.database);
    const seeded = await seedHub(second, 'idle', users);
    // The first sockets also compile code and fill caches.
    await measureSockets(second, seeded);
    sides.push({ name: service.name, measure: () => measureSockets(second, seeded) });
  }
  return [{ title: 'memory of an idle socket', unit: 'KiB', sides }];
}
