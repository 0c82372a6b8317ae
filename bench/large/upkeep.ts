import { setTimeout as sleep } from 'node:timers/promises';
import { inHub, transact } from '../../db/connection/transaction.ts';
import { findDrift } from '../../db/upkeep/recount.ts';
import { findOldest, listFrom } from '../../db/upkeep/retention.ts';
import { median, quantile } from '../measure/sample.ts';
import { milliseconds, type Row } from './compare.ts';
import type { FilledHub } from './fill/fill.ts';
import { smallRoomsOf } from './fill/shape.ts';
import type { World } from './world.ts';
import { postsWhile } from './writes.ts';

/** Measures work on a whole hub: what it costs, and what others feel of it. */
export async function measureUpkeep(world: World, isWanted: (part: string) => boolean) {
  const rows: Row[] = [];
  if (isWanted('disk')) rows.push(...diskRows(world));
  if (isWanted('settings')) rows.push(...(await settingRows(world)));
  if (isWanted('recount')) rows.push(...(await recountRows(world)));
  if (isWanted('column')) rows.push(await addColumn(world));
  // The last one: it removes half of the messages.
  if (isWanted('retention')) rows.push(...(await retentionRows(world)));
  for (const { title, large } of rows) world.say(`${title}: ${large}`);
  return rows;
}

function diskRows({ sizes, hubs }: World): Row[] {
  const count = hubs.large.shape.messages + hubs.small.shape.messages;
  const bytesOf = (name: string) =>
    (sizes.find(({ table }) => table === name)?.bytes ?? Number.NaN) / count;
  const [message, echo] = [bytesOf('messages'), bytesOf('echoes')];
  const shown = [message, echo].map(Math.round).join(' + ');
  return [
    {
      part: 'disk',
      title: 'disk: a message and its echo key',
      large: `${shown} B`,
      small: '',
      reach: '≤ 600 B',
      isReached: message + echo <= 600,
    },
  ];
}

async function settingRows({ pool }: World): Promise<Row[]> {
  const [rows] = await pool.query(
    `SELECT @@innodb_buffer_pool_size DIV 1048576 AS pool,
       @@innodb_log_file_size DIV 1048576 AS log`,
  );
  const [{ pool: bufferPool, log }] = rows as [{ pool: number; log: number }];
  return [
    {
      part: 'settings',
      title: 'buffer pool and log of the embedded database',
      small: '',
      large: `${bufferPool} MB, ${log} MB`,
      reach: 'by the memory, or by a variable',
      isReached: bufferPool >= 128,
    },
  ];
}

const timeOf = async (work: () => Promise<unknown>): Promise<{ ms: number; error?: string }> => {
  const start = performance.now();
  const error = await work().then(
    () => undefined,
    (reason: Error) => reason.message,
  );
  const ms = performance.now() - start;
  return error === undefined ? { ms } : { ms, error };
};

const sampledPages = 10;
const roomsPerPage = 100;
const recountLimitMs = 120_000;

/** The whole hub is estimated from some rooms, the long one and the wide one. */
async function recountRows({ pool, hubs: { large } }: World): Promise<Row[]> {
  const recount = (roomIds: readonly string[]) =>
    timeOf(() => transact(pool, (tx) => findDrift(inHub(tx, large.hubId), roomIds)));
  const others = smallRoomsOf(large.shape);
  const [some] = await pool.query(
    'SELECT id FROM rooms WHERE hub_id = ? AND id NOT IN (?) ORDER BY id LIMIT ?',
    [large.hubId, [large.wideRoomId, large.longRoomId], sampledPages * roomsPerPage],
  );
  const ids = (some as { id: string }[]).map(({ id }) => id);
  const times: number[] = [];
  for (let from = 0; from < ids.length; from += roomsPerPage)
    times.push((await recount(ids.slice(from, from + roomsPerPage))).ms);
  const [wide, long] = [await recount([large.wideRoomId]), await recount([large.longRoomId])];
  const all = (median(times) * others) / roomsPerPage + wide.ms + long.ms;
  const isComplete = wide.error === undefined && long.error === undefined;
  const estimated = `${isComplete ? '' : 'over '}${milliseconds(all)}`;
  const shown = ({ ms, error }: typeof wide) => `${milliseconds(ms)}${error ? ` (${error})` : ''}`;
  const base = { part: 'recount', small: '' };
  return [
    { ...base, title: 'recount of the wide room', large: shown(wide), reach: '' },
    { ...base, title: 'recount of the long room', large: shown(long), reach: '' },
    {
      ...base,
      title: 'recount of the whole hub, estimated',
      large: estimated,
      reach: '≤ 120 s',
      isReached: isComplete && all <= recountLimitMs,
    },
  ];
}

async function addColumn({ pool }: World): Promise<Row> {
  const { ms, error } = await timeOf(() =>
    pool.query('ALTER TABLE messages ADD COLUMN large_bench INT NULL, ALGORITHM=INSTANT'),
  );
  if (error === undefined)
    await pool.query('ALTER TABLE messages DROP COLUMN large_bench, ALGORITHM=INSTANT');
  return {
    part: 'column',
    title: 'ADD COLUMN to messages',
    large: error ?? milliseconds(ms),
    small: '',
    reach: 'instant',
    isReached: error === undefined && ms < 1000,
  };
}

/** Leaves a little over half of the messages. */
const retentionDays = 12;
const aloneMs = 15_000;
const retentionLimitMs = 900_000;

/** Lets half of the messages expire, while a member posts in another room of the hub. */
async function retentionRows(world: World): Promise<Row[]> {
  const { pool, hubs, say } = world;
  const { large } = hubs;
  const all = await timeOf(() => transact(pool, (tx) => findOldest(inHub(tx, large.hubId))));
  say(`retention: all rooms are looked at once a day: ${milliseconds(all.ms)}`);
  const { beforeMessages } = large;
  const idle = await timeOf(() =>
    transact(pool, (tx) => listFrom(inHub(tx, large.hubId), beforeMessages, 1)),
  );
  const params = { entity_id: large.wideRoomId, message: 'Lorem ipsum dolor sit amet.' };
  const call = { hub: large, as: large.ordinaryId, method: 'chat.post', params };
  const alone = await postsWhile(world, call, () => sleep(aloneMs));
  const start = performance.now();
  let state = await progressOf(world, large);
  const beside = await postsWhile(world, call, async () => {
    await pool.query('UPDATE hubs SET retention_days = ? WHERE id = ?', [
      retentionDays,
      large.hubId,
    ]);
    for (const deadline = start + retentionLimitMs; performance.now() < deadline; ) {
      await sleep(2000);
      state = await progressOf(world, large);
      if (state.expired > 0 && state.purged >= state.expired) break;
    }
  });
  const seconds = Math.round((performance.now() - start) / 1000);
  const ratio = quantile(beside, 0.99) / quantile(alone, 0.99);
  say(`retention: ${state.purged} of ${state.expired} expired messages purged in ${seconds} s`);
  const shown = (times: number[]) =>
    `${milliseconds(quantile(times, 0.99))}, at most ${milliseconds(Math.max(...times))}`;
  const base = { part: 'retention' };
  return [
    {
      ...base,
      title: 'retention with nothing to do: its read of a hub, once an hour',
      small: '',
      large: milliseconds(idle.ms),
      reach: 'one indexed read',
      isReached: idle.ms < 20,
    },
    {
      ...base,
      title: 'p99 of posts beside retention, and alone',
      ratio,
      large: shown(beside),
      small: shown(alone),
      reach: '≤ 2 ×',
      isReached: ratio <= 2,
    },
    {
      ...base,
      title: 'retention: expired messages purged',
      small: '',
      reach: '',
      large: `${state.purged} of ${state.expired} in ${seconds} s`,
    },
  ];
}

async function progressOf({ pool }: World, { hubId }: FilledHub) {
  const [rows] = await pool.query(
    `SELECT CAST(SUM(expired_at) AS SIGNED) AS expired, CAST(SUM(purged_at) AS SIGNED) AS purged
     FROM rooms WHERE hub_id = ?`,
    [hubId],
  );
  return (rows as [{ expired: number; purged: number }])[0];
}
