import type { Bench } from '../contest.ts';
import type { Seeded } from '../seed.ts';
import { startFloor } from '../sides/floor.ts';
import type { Target } from '../sides/hubchat.ts';

const pairs = 64;
const messagesEach = 60;
const started = new WeakMap<Bench, Promise<Target & Seeded>>();

/** Returns the floor of posts and pages, which both parts share. */
export function floorOf(bench: Bench): Promise<Target & Seeded> {
  const floor = started.get(bench) ?? start(bench);
  started.set(bench, floor);
  return floor;
}

async function start({ database, atEnd }: Bench): Promise<Target & Seeded> {
  const url = await database.create('hubchat_bench_floor');
  const args = [url, String(pairs), String(messagesEach)];
  const { hubId = '', users = [], ...floor } = await startFloor('post', args, atEnd);
  return { ...floor, hubId, users };
}
