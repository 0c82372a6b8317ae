import { fileURLToPath } from 'node:url';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type { RowDataPacket } from 'mysql2';
import { boundSession } from '../connection/bounds.ts';
import type { Connection, Pool } from '../connection/connect.ts';
import { lockName } from '../connection/process-lock.ts';
import { fillRoomSearch, fillUserSearch } from './fill-search.ts';
import { fillSuffixes } from './fill-suffixes.ts';
import { changesRows, MigrationSteps } from './migration-steps.ts';

/** The same from here and from dist/service/, where the build puts this file's code. */
const folder = fileURLToPath(new URL('../../db/migrations', import.meta.url));

/** What SQL cannot do, after the migrations that prepare it. Each must skip what it has done. */
const fillings: Readonly<Record<string, (connection: Connection) => Promise<void>>> = {
  '0008_search_of_users': fillUserSearch,
  '0008_search_of_rooms': fillRoomSearch,
  // After the search forms, of which they are parts.
  name_suffixes: fillSuffixes,
};

/** SQL of the lock's name. */
export const migrationLockName = `CONCAT('migrate.', ${lockName})`;

/**
 * Brings the schema up to date, under a lock for processes that start at the same time. A process
 * that ends at any moment does no harm: the next one goes on at the step where it was.
 */
export const migrate = (pool: Pool): Promise<void> =>
  locked(pool, async (connection) => {
    const { steps, pending } = await openMigrations(connection);
    for (const migration of pending) await apply(connection, steps, migration);
    for (const [name, fill] of Object.entries(fillings))
      await steps.repeat(name, () => fill(connection));
  });

/**
 * Changes the schema while a service of an earlier version is running, up to the first step that
 * changes rows: the earlier version would not keep what that step fills. Returns whether a start
 * has steps left to run.
 */
export const migrateAhead = (pool: Pool): Promise<boolean> =>
  locked(pool, async (connection) => {
    const { steps, pending } = await openMigrations(connection);
    for (const migration of pending)
      if (!(await apply(connection, steps, migration, changesRows))) return true;
    return Object.keys(fillings).some((name) => !steps.isDone(name));
  });

async function locked<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await pool.getConnection();
  try {
    await connection.query(boundSession(0));
    const [rows] = await connection.query(`SELECT GET_LOCK(${migrationLockName}, 120) AS held`);
    if ((rows as { held: number }[])[0]?.held !== 1)
      throw new Error('another process has been migrating the database for over two minutes');
    return await work(connection);
  } finally {
    connection.destroy();
  }
}

/** Drizzle's own record of the migrations that are complete. */
const createRecord = `CREATE TABLE IF NOT EXISTS __drizzle_migrations (
  id SERIAL PRIMARY KEY, hash TEXT NOT NULL, created_at BIGINT)`;

/** Returns the migrations that are not complete, in their order, and the notes of their steps. */
async function openMigrations(connection: Connection) {
  await connection.query(createRecord);
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT MAX(created_at) AS last FROM __drizzle_migrations',
  );
  const last = Number(rows[0]?.last ?? 0);
  const migrations = readMigrationFiles({ migrationsFolder: folder });
  return {
    pending: migrations.filter(({ folderMillis }) => folderMillis > last),
    steps: await MigrationSteps.open(connection, last > 0),
  };
}

/** Applies a migration, up to a statement that `stopsAt`. Returns whether it is complete. */
async function apply(
  connection: Connection,
  steps: MigrationSteps,
  { sql, folderMillis, hash }: MigrationMeta,
  stopsAt: (statement: string) => boolean = () => false,
): Promise<boolean> {
  for (const [index, statement] of sql.entries()) {
    if (stopsAt(statement)) return false;
    await steps.apply(`${folderMillis}/${index}`, statement);
  }
  await connection.query('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)', [
    hash,
    folderMillis,
  ]);
  return true;
}
