import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate as runMigrations } from 'drizzle-orm/mysql2/migrator';
import { boundSession } from './bounds.ts';
import type { Pool } from './connect.ts';

const folder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Brings the schema up to date, under a lock for processes that start at the same time. */
export async function migrate(pool: Pool): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await connection.query(boundSession(0));
    const [rows] = await connection.query("SELECT GET_LOCK('hubchat.migrate', 120) AS held");
    if ((rows as { held: number }[])[0]?.held !== 1)
      throw new Error('another process has been migrating the database for over two minutes');
    await runMigrations(drizzle({ client: connection }), { migrationsFolder: folder });
  } finally {
    connection.destroy();
  }
}
