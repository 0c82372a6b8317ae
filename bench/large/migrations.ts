import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundSession } from '../../db/connection/bounds.ts';
import { text } from '../seed.ts';
import { milliseconds } from './compare.ts';
import type { World } from './world.ts';
import { postsWhile } from './writes.ts';

/** A statement that changes the schema, and what posts felt of it. */
export interface SchemaChange {
  migration: string;
  table: string;
  what: string;
  rowsOfTable: number;
  ms: number;
  /** By how much the file of the table grows. */
  bytes: number;
  longestPostMs: number;
}

/** What the migrations drop is made before them, so that dropping it is measured too. */
const migrations: readonly { name: string; before?: string }[] = [
  { name: '0009_events_stream', before: 'ALTER TABLE events ADD INDEX events_age (created_ms)' },
  {
    name: '0010_lists',
    before: 'ALTER TABLE participants ADD INDEX participants_user (hub_id, user_id)',
  },
  { name: '0011_own_messages' },
  { name: '0012_own_counts' },
];

/** No migration since 0009 changes the largest table. What one would cost is measured by this. */
const example = `ALTER TABLE messages ADD INDEX messages_example (hub_id, created_ms),
  ALGORITHM=INPLACE, LOCK=NONE`;

const suffix = '_again';
const named = /\b((?:ADD|DROP) (?:INDEX|COLUMN)|CREATE TABLE) `?(\w+)`?/g;

/**
 * Gives what a statement makes or drops another name: what the service uses stays as it is, and it
 * can post meanwhile.
 */
const renamed = (sql: string): string => sql.replace(named, `$1 $2${suffix}`);

/** Runs the migrations again, and an example, while a member posts. */
export async function measureMigrations(world: World): Promise<SchemaChange[]> {
  const changes: SchemaChange[] = [];
  const measure = async (migration: string, sql: string): Promise<void> => {
    const change = await measureChange(world, migration, renamed(sql.trim()));
    changes.push(change);
    world.say(cellsOf(change).join(', '));
  };
  for (const { name, before } of migrations) {
    if (before !== undefined) await world.pool.query(renamed(before));
    const file = new URL(`../../db/migrations/${name}.sql`, import.meta.url);
    const statements = (await readFile(file, 'utf8')).split('--> statement-breakpoint');
    for (const sql of statements) await measure(name, sql);
  }
  await measure('example', example);
  return changes;
}

/** Posts go on for so long before and after a statement. */
const aroundMs = 1000;

async function measureChange(world: World, migration: string, sql: string): Promise<SchemaChange> {
  const { pool } = world;
  const { large } = world.hubs;
  const params = { entity_id: large.wideRoomId, message: text };
  const call = { hub: large, as: large.ordinaryId, method: 'chat.post', params };
  const table = /^(?:ALTER|CREATE) TABLE `?(\w+)/.exec(sql)?.[1] ?? '';
  const before = await fileBytes(world, table);
  let ms = Number.NaN;
  const posts = await postsWhile(world, call, async () => {
    await sleep(aroundMs);
    ms = await timeUnbounded(world, sql);
    await sleep(aroundMs);
  });
  const names = [...sql.matchAll(named)].map(([, verb, name]) => `${verb} ${name}`);
  const [counted] = await pool.query(`SELECT COUNT(*) AS count FROM ${table}`);
  return {
    migration,
    table: table.replace(suffix, ''),
    what: names.join(', ').replaceAll(suffix, ''),
    rowsOfTable: (counted as [{ count: number }])[0].count,
    ms,
    bytes: (await fileBytes(world, table)) - before,
    longestPostMs: Math.max(...posts),
  };
}

/** Runs a statement as the service runs migrations: however long it takes. */
async function timeUnbounded({ pool }: World, sql: string): Promise<number> {
  const connection = await pool.getConnection();
  try {
    await connection.query(boundSession(0));
    const start = performance.now();
    await connection.query(sql);
    return performance.now() - start;
  } finally {
    connection.destroy();
  }
}

/** Returns what the file of a table has on the disk, in bytes; a new table has none before. */
async function fileBytes({ pool }: World, table: string): Promise<number> {
  const [rows] = await pool.query('SELECT @@datadir AS folder, DATABASE() AS name');
  const { folder, name } = (rows as [{ folder: string; name: string }])[0];
  return stat(join(folder, name, `${table}.ibd`)).then(
    ({ size }) => size,
    () => 0,
  );
}

const titles = ['migration', 'table', 'what', 'rows', 'time', 'disk', 'longest post'];

const cellsOf = (change: SchemaChange): string[] => [
  ...[change.migration, change.table, change.what, change.rowsOfTable.toLocaleString('en')],
  milliseconds(change.ms),
  `${(change.bytes / 2 ** 20).toFixed(0)} MiB`,
  milliseconds(change.longestPostMs),
];

/** Returns the changes as rows of a table, its titles first. */
export const migrationRows = (changes: readonly SchemaChange[]): string[][] => [
  titles,
  ...changes.map(cellsOf),
];
