import { fileURLToPath } from 'node:url';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type { RowDataPacket } from 'mysql2';
import { boundSession } from '../connection/bounds.ts';
import type { Connection, Pool } from '../connection/connect.ts';
import { lockName } from '../connection/process-lock.ts';
import { fillRoomSearch, fillUserSearch } from './fill-search.ts';
import { fillSuffixes } from './fill-suffixes.ts';
import { MigrationSteps } from './migration-steps.ts';

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
export async function migrate(pool: Pool): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await connection.query(boundSession(0));
    const [rows] = await connection.query(`SELECT GET_LOCK(${migrationLockName}, 120) AS held`);
    if ((rows as { held: number }[])[0]?.held !== 1)
      throw new Error('another process has been migrating the database for over two minutes');
    await applyMigrations(connection, readMigrationFiles({ migrationsFolder: folder }));
  } finally {
    connection.destroy();
  }
}

/** Drizzle's own record of the migrations that are complete. */
const createRecord = `CREATE TABLE IF NOT EXISTS __drizzle_migrations (
  id SERIAL PRIMARY KEY, hash TEXT NOT NULL, created_at BIGINT)`;

async function applyMigrations(
  connection: Connection,
  migrations: readonly MigrationMeta[],
): Promise<void> {
  await connection.query(createRecord);
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT MAX(created_at) AS last FROM __drizzle_migrations',
  );
  const last = Number(rows[0]?.last ?? 0);
  const steps = await MigrationSteps.open(connection, last > 0);
  for (const { sql, folderMillis, hash } of migrations) {
    if (folderMillis <= last) continue;
    for (const [index, statement] of sql.entries())
      await steps.apply(`${folderMillis}/${index}`, statement);
    await connection.query('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)', [
      hash,
      folderMillis,
    ]);
  }
  for (const [name, fill] of Object.entries(fillings))
    await steps.repeat(name, () => fill(connection));
}
