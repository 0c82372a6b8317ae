import type { Bench, Contest } from '../contest.ts';
import { type Sample, sampleLoop } from '../measure/sample.ts';
import { forEach, type Seeded, seedHub, seedRoom, text } from '../seed.ts';
import { startFloor } from '../sides/floor.ts';
import {
  type Hubchat,
  openCaller,
  openReceiver,
  type Target,
  type User,
} from '../sides/hubchat.ts';
import { deliveries } from './conversations.ts';

const size = 1000;

interface Room {
  target: Target;
  seeded: Seeded;
  entityId: string;
}

/** A post to a room whose 1,000 participants are all connected, until the last one has it. */
export async function fanoutPart(bench: Bench): Promise<Contest[]> {
  const rooms: Room[] = [];
  for (const service of bench.services) rooms.push(await seedAudience(service));
  const floor = await startFloor('broadcast', [], bench.atEnd);
  const users = Array.from({ length: size }, (_, n) => ({ id: `user-${n}`, token: `token-${n}` }));
  rooms.push({ target: floor, seeded: { hubId: 'hub', users }, entityId: 'room' });
  return [
    {
      title: `post to a room of ${size} connected`,
      unit: 'deliveries/s',
      sides: rooms.map((room) => ({
        name: room.target.name,
        measure: () => measureFanout(bench, room),
      })),
    },
  ];
}

async function seedAudience(service: Hubchat): Promise<Room> {
  const seeded = await seedHub(service, 'audience', size);
  return { target: service, seeded, entityId: await seedRoom(service, seeded, 'Audience') };
}

async function measureFanout({ options, database }: Bench, room: Room): Promise<Sample> {
  const { target, seeded, entityId } = room;
  const { hubId, users } = seeded;
  const everyone = deliveries();
  let missing = 0;
  const sockets = await forEach(size, (n) =>
    openReceiver(target, users[n] as User, hubId, () => {
      missing -= 1;
      if (missing === 0) everyone.note();
    }),
  );
  const caller = await openCaller(target, 'chat.post', users[0] as User, hubId);
  const body = JSON.stringify({ entity_id: entityId, message: text });
  const work = async (): Promise<number> => {
    missing = size;
    const start = performance.now();
    await Promise.all([everyone.next(), caller.call(body)]);
    return performance.now() - start;
  };
  try {
    const pids = { service: target.pid, database: database.pid };
    return await sampleLoop({ ...options, callers: 1, work }, pids, size);
  } finally {
    for (const socket of sockets) socket.close();
    caller.close();
  }
}
