import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate as runMigrations } from 'drizzle-orm/mysql2/migrator';
import type { Pool } from './connect.ts';

const folder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Bring the schema up to date. Under a lock, so that processes that start together do it once. */
export async function migrate(pool: Pool): Promise<void> {
  const connection = await pool.getConnection();
  try {
    const [rows] = await connection.query("SELECT GET_LOCK('hubchat.migrate', 120) AS held");
    if ((rows as { held: number }[])[0]?.held !== 1)
      throw new Error('another process is migrating the database for over two minutes');
    await runMigrations(drizzle({ client: connection }), { migrationsFolder: folder });
  } finally {
    connection.destroy();
  }
}
