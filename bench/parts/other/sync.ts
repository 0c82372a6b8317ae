import { socketPath } from '../../../acl/paths.ts';
import { openEvents } from '../../clients/events.ts';
import type { Bench, Contest } from '../../contest.ts';
import { sampleLoop } from '../../measure/sample.ts';
import { forEach, seedHub, seedRoom, text } from '../../seed.ts';
import type { Hubchat, User } from '../../sides/hubchat.ts';

const members = 40;
const rooms = 20;
/** Of the rooms, the reader is in the first ones. */
const ownRooms = 10;
/** 20 posts a second while the reader was away. */
const missedPosts = 60 * 20;

interface Absence {
  service: Hubchat;
  hubId: string;
  reader: User;
  /** The seq of the last event before the reader left. */
  since: number;
}

async function seedAbsence(service: Hubchat): Promise<Absence> {
  const { hubId, users } = await seedHub(service, 'busy', members);
  const [reader, ...others] = users as [User, ...User[]];
  const entityIds = await forEach(rooms, (n) =>
    seedRoom(service, { hubId, users: n < ownRooms ? [...others, reader] : others }, `Room ${n}`),
  );
  const post = (n: number) =>
    service.call<{ seq: number }>(
      'chat.post',
      { entity_id: entityIds[n % rooms], message: text },
      { token: others[n % others.length]?.token ?? '', hubId },
    );
  const { seq: since } = await post(0);
  await forEach(missedPosts, post);
  return { service, hubId, reader, since };
}

/** Connects as the reader until `ready`; resolves to the number of messages that came before. */
async function catchUp({ service, hubId, reader, since }: Absence): Promise<number> {
  let messages = 0;
  const onEvent = (packet: Buffer): void => {
    if (packet.toString('latin1', 2, 14) === '["chat.post"') messages += 1;
  };
  const auth = { token: reader.token, hub_id: hubId, since };
  const socket = await openEvents({ port: service.port, path: socketPath, auth, onEvent });
  socket.close();
  return messages;
}

/** A socket that comes back after a minute, until it has all that it missed. */
export async function syncPart(bench: Bench): Promise<Contest[]> {
  const sides = [];
  for (const service of bench.services) {
    const absence = await seedAbsence(service);
    const expected = (missedPosts * ownRooms) / rooms;
    const work = async (): Promise<number> => {
      const start = performance.now();
      const messages = await catchUp(absence);
      if (messages !== expected) throw new Error(`${messages} of ${expected} messages came`);
      return performance.now() - start;
    };
    const pids = { service: service.pid, database: bench.database.pid };
    const measure = () => sampleLoop({ ...bench.options, callers: 1, work }, pids);
    sides.push({ name: service.name, measure });
  }
  return [{ title: 'sync after 60 s away', unit: 'syncs/s', sides }];
}
