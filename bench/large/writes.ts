import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../measure/sample.ts';
import { compare, milliseconds, type Row, type Side } from './compare.ts';
import type { FilledHub } from './fill/fill.ts';
import { type Call, type Caller, createCaller, type World } from './world.ts';

type Sides = (hub: FilledHub, caller: Caller) => Side;

interface Write {
  part: string;
  title: string;
  most: number;
  side: Sides;
}

const text = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit.';

const post =
  (who: 'heavyId' | 'ordinaryId' | 'readerId', where: (hub: FilledHub) => string): Sides =>
  (hub) => ({
    call: postOf(hub, hub[who], where(hub)),
  });

const postOf = (hub: FilledHub, as: string, entity_id: string): Call => ({
  hub,
  as,
  method: 'chat.post',
  params: { entity_id, message: text },
});

/** Far back in the long room: all but a few of its messages are unread then. */
const farBack = 10;

export const markUnread = (hub: FilledHub): Call => ({
  hub,
  as: hub.readerId,
  method: 'chat.mark_unread',
  params: { message_id: hub.longMessageId(farBack) },
});

const acknowledge = (hub: FilledHub): Call => ({
  hub,
  as: hub.readerId,
  method: 'chat.acknowledge',
  params: { message_id: hub.longMessageId(hub.shape.longMessages) },
});

/** Runs a call whose time does not count; it must succeed. */
async function must(caller: Caller, call: Call): Promise<string> {
  const { error, body = '' } = await caller.run(call);
  if (error !== undefined) throw new Error(`${call.method}: ${error}`);
  return body;
}

export const writes: readonly Write[] = [
  {
    part: 'post',
    title: 'chat.post by the member of most rooms',
    most: 1.5,
    side: post('heavyId', ({ groupId }) => groupId),
  },
  {
    part: 'post',
    title: 'chat.post by an ordinary member to the wide room',
    most: 1.5,
    side: post('ordinaryId', ({ wideRoomId }) => wideRoomId),
  },
  {
    part: 'post',
    title: 'chat.post to the long room',
    most: 1.5,
    side: post('readerId', ({ longRoomId }) => longRoomId),
  },
  {
    part: 'fine',
    title: 'chat.acknowledge in the long room',
    most: 1.5,
    side: (hub, caller) => ({
      call: acknowledge(hub),
      between: async () =>
        void (await must(caller, {
          ...markUnread(hub),
          params: { message_id: hub.longMessageId(hub.shape.longMessages - 5) },
        })),
    }),
  },
  {
    part: 'unread',
    title: 'chat.mark_unread far back in the long room',
    most: 3,
    side: (hub, caller) => ({
      call: markUnread(hub),
      between: async () => void (await must(caller, acknowledge(hub))),
    }),
  },
];

/** What a member pays who has marked nearly all messages of the long room as unread. */
export const afterwards: readonly Write[] = [
  {
    part: 'unread',
    title: 'count_all, after it',
    most: 3,
    side: (hub) => ({
      call: { hub, as: hub.readerId, method: 'chat.count_all', params: {} },
    }),
  },
  {
    part: 'unread',
    title: 'chat_rooms, after it',
    most: 3,
    side: (hub) => ({
      call: { hub, as: hub.readerId, method: 'chat.chat_rooms', params: {} },
    }),
  },
  {
    part: 'unread',
    title: 'chat.post to another room, after it',
    most: 3,
    side: post('readerId', ({ wideRoomId }) => wideRoomId),
  },
];

export async function measureWrites(world: World, isWanted: (part: string) => boolean) {
  const rows: Row[] = [];
  const caller = createCaller(world);
  const { large, small } = world.hubs;
  const run = async (all: readonly Write[]) => {
    for (const { part, title, most, side } of all.filter((one) => isWanted(one.part))) {
      const sides = { large: side(large, caller), small: side(small, caller) };
      rows.push(await compare(world, { part, title, most, ...sides }));
    }
  };
  try {
    await run(writes);
    if (isWanted('unread')) {
      rows.push(await postsBeside(world, caller));
      for (const hub of [small, large]) await caller.run(markUnread(hub));
      await run(afterwards);
      for (const hub of [small, large]) await caller.run(acknowledge(hub));
    }
    if (isWanted('add')) rows.push(await compareAdding(world, caller));
    return rows;
  } finally {
    await caller.close();
  }
}

const besideMs = 8000;

/** Posts of another member elsewhere in the hub, alone and while messages are marked as unread. */
async function postsBeside(world: World, caller: Caller): Promise<Row> {
  const { large } = world.hubs;
  const call = postOf(large, large.ordinaryId, large.wideRoomId);
  const alone = await postsWhile(world, call, () => sleep(besideMs));
  const beside = await postsWhile(world, call, async () => {
    for (const end = performance.now() + besideMs; performance.now() < end; ) {
      await caller.run(markUnread(large));
      await caller.run(acknowledge(large));
    }
  });
  const ratio = quantile(beside, 0.99) / quantile(alone, 0.99);
  world.say(`posts beside mark_unread: p99 ${ratio.toFixed(2)} ×`);
  return {
    part: 'unread',
    title: 'p99 of posts elsewhere beside it, and alone',
    ratio,
    large: milliseconds(quantile(beside, 0.99)),
    small: milliseconds(quantile(alone, 0.99)),
    reach: '≤ 1.5 ×',
    isReached: ratio <= 1.5,
  };
}

/** Posts one after the other while work is running; returns their times in ms. */
export async function postsWhile(
  world: World,
  call: Call,
  work: () => Promise<void>,
): Promise<number[]> {
  const caller = createCaller(world);
  const times: number[] = [];
  let isRunning = true;
  const posting = (async () => {
    while (isRunning) times.push((await caller.run(call)).ms);
  })();
  try {
    await work();
  } finally {
    isRunning = false;
    await posting;
    await caller.close();
  }
  return times;
}

const mostAdded = 1000;

/** Adds a thousand members to a room of the large hub, beside two members to another one. */
async function compareAdding(world: World, caller: Caller): Promise<Row> {
  const hub = world.hubs.large;
  const as = hub.ownerId;
  const create = { hub, as, method: 'room.create', params: { name: 'Adding' } };
  const sideOf = async (count: number): Promise<Side> => {
    const { entity_id } = JSON.parse(await must(caller, create)).data;
    const user_ids = Array.from({ length: count }, (_, n) => hub.userIdOf(n + 3));
    const params = { entity_id, user_ids };
    return {
      call: { hub, as, method: 'room.add', params },
      between: async () => void (await must(caller, { hub, as, method: 'room.remove', params })),
    };
  };
  const count = Math.min(mostAdded, hub.shape.members - 3);
  const title = `room.add of ${count}, and of 2`;
  const sides = { large: await sideOf(count), small: await sideOf(2) };
  return compare(world, { part: 'add', title, most: 4, ...sides });
}
