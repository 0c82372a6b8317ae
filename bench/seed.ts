import type { Hubchat, User } from './sides/hubchat.ts';

export const text =
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt.';

export interface Seeded {
  hubId: string;
  users: User[];
}

const callsAtOnce = 16;

/** Runs work for each number below `count`, some at once; returns the results in order. */
export async function forEach<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) results[n] = await work(n);
  };
  await Promise.all(Array.from({ length: callsAtOnce }, run));
  return results;
}

/** Creates a hub with members by calls, which work in every version of the service. */
export async function seedHub(service: Hubchat, name: string, members: number): Promise<Seeded> {
  const { hub_id: hubId } = await service.call<{ hub_id: string }>('hub.create', {
    name,
    host: `${name}.bench.example`,
  });
  const users = await forEach(members, async (n): Promise<User> => {
    const { user_id: id } = await service.call<{ user_id: string }>('user.create', {
      firstname: `User ${n}`,
      lastname: 'Test',
    });
    await service.call('hub.add_member', { user_id: id, privilege: 7 }, { hubId });
    const issued = { user_id: id, hub_id: hubId };
    const { token } = await service.call<{ token: string }>('session.issue', issued);
    return { id, token };
  });
  return { hubId, users };
}

/** Creates a room of all users, owned by the first. */
export async function seedRoom(service: Hubchat, { hubId, users }: Seeded, name: string) {
  const [owner, ...others] = users;
  const room = { name, user_ids: others.map(({ id }) => id) };
  const as = { token: owner?.token ?? '', hubId };
  return (await service.call<{ entity_id: string }>('room.create', room, as)).entity_id;
}
