import { setTimeout as sleep } from 'node:timers/promises';
import { is } from 'drizzle-orm';
import { getTableConfig, MySqlTable } from 'drizzle-orm/mysql-core';
import type { Pool } from '../../../db/connection/connect.ts';
import type { Observer } from '../../../db/connection/round-trip.ts';
import * as tables from '../../../db/tables/index.ts';
import type { App } from '../../../service/app.ts';
import { rowsReadBy } from '../../support/rows-read.ts';
import { eventually } from '../../support/wait.ts';
import { request, type World } from '../contract/world.ts';
import type { Source } from './calls.ts';

/** What a call costs, without anything that depends on the clock. */
export interface Cost {
  trips: number;
  statements: number;
  /** Rows that the database reads: the sum of Handler_read_*. */
  rows: number;
  /** Bytes of the reply's body. */
  bytes: number;
}

/**
 * The time of the service. It moves on before each measured call and stands still otherwise, so
 * that no cost depends on how fast the calls follow each other.
 */
export const clock = { ms: Date.now(), read: () => clock.ms };

/** Counts what calls send to the database; the work of jobs is left out. */
class Counter {
  trips = 0;
  statements = 0;
  readonly #reads: Promise<number>[] = [];

  readonly observe: Observer = (connection, statements, waiting) => {
    if (waiting === 'job') return;
    this.trips += 1;
    this.statements += statements.length;
    // A connection runs its queries in order: these go before and after what is being sent.
    const before = rowsReadBy(connection);
    const after = Promise.resolve().then(() => rowsReadBy(connection));
    this.#reads.push(Promise.all([before, after]).then(([from, to]) => to - from));
  };

  /** Returns the rows read, once everything has been answered that was sent. */
  async rows(): Promise<number> {
    return (await Promise.all(this.#reads)).reduce((sum, rows) => sum + rows, 0);
  }
}

/** Waits until what a call does after its reply has ended; returns the rows read. */
async function untilQuiet(counter: Counter): Promise<number> {
  let rows = 0;
  for (let seen = -1; seen !== counter.trips; ) {
    seen = counter.trips;
    rows = await counter.rows();
    await sleep(1);
  }
  return rows;
}

/** Waits until letters to everyone are in all boxes: jobs deliver them meanwhile. */
export async function untilDelivered({ app: { pool } }: Pick<World, 'app'>): Promise<void> {
  await eventually(async () => {
    const [rows] = await pool.query('SELECT 1 FROM mail WHERE bulk_after IS NOT NULL LIMIT 1');
    return (rows as object[]).length === 0;
  });
}

/** Lets the optimizer know the tables as they are, and choose the same plans in each run. */
export async function analyze({ pool }: Pick<App, 'pool'>): Promise<void> {
  const names = Object.values(tables).flatMap((table) =>
    is(table, MySqlTable) ? [getTableConfig(table).name] : [],
  );
  await pool.query(`ANALYZE TABLE ${names.map((name) => `\`${name}\``).join(', ')}`);
}

async function measureOnce(world: World, source: Source): Promise<Cost> {
  const { roundTrips }: Pool = world.app.pool;
  const { token, run } = await source.prepare(world);
  await untilDelivered(world);
  // The preparation may have changed rights: the caller is known again after another call.
  const other = { token, hubId: world.hub.id, params: { message_ids: ['unknown'] } };
  await request(world, 'chat.get', other);
  clock.ms += 10_000;
  const counter = new Counter();
  roundTrips.observer = counter.observe;
  try {
    const bytes = await run();
    const rows = await untilQuiet(counter);
    return { trips: counter.trips, statements: counter.statements, rows, bytes };
  } finally {
    roundTrips.observer = undefined;
  }
}

/** Measures a call that the same caller has made once before. */
export async function measure(world: World, source: Source): Promise<Cost> {
  await measureOnce(world, source);
  return measureOnce(world, source);
}

export const least = (one: Cost, other: Cost): Cost => ({
  trips: Math.min(one.trips, other.trips),
  statements: Math.min(one.statements, other.statements),
  rows: Math.min(one.rows, other.rows),
  bytes: Math.min(one.bytes, other.bytes),
});
