import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate as runMigrations } from 'drizzle-orm/mysql2/migrator';
import type { RowDataPacket } from 'mysql2';
import { boundSession } from './bounds.ts';
import type { Connection, Pool } from './connect.ts';
import { fillRoomSearch, fillUserSearch } from './fill-search.ts';

const folder = fileURLToPath(new URL('../migrations', import.meta.url));

/**
 * What SQL cannot do, after the migrations that prepare it. A step that was cut short runs again,
 * so each must skip what it has done.
 */
const steps: Readonly<Record<string, (connection: Connection) => Promise<void>>> = {
  '0008_search_of_users': fillUserSearch,
  '0008_search_of_rooms': fillRoomSearch,
};

/** Brings the schema up to date, under a lock for processes that start at the same time. */
export async function migrate(pool: Pool): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await connection.query(boundSession(0));
    const [rows] = await connection.query("SELECT GET_LOCK('hubchat.migrate', 120) AS held");
    if ((rows as { held: number }[])[0]?.held !== 1)
      throw new Error('another process has been migrating the database for over two minutes');
    await runMigrations(drizzle({ client: connection }), { migrationsFolder: folder });
    await runSteps(connection);
  } finally {
    connection.destroy();
  }
}

async function runSteps(connection: Connection): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT name FROM migration_steps');
  const done = new Set(rows.map(({ name }) => name));
  for (const [name, run] of Object.entries(steps)) {
    if (done.has(name)) continue;
    await run(connection);
    await connection.query(
      'INSERT INTO migration_steps (name, done_ms) VALUES (?, UNIX_TIMESTAMP() * 1000)',
      [name],
    );
  }
}
