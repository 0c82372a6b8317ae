import { connect, type DatabaseAddress, type Pool } from '../db/connection/connect.ts';
import { joinEmbedded } from '../db/embedded/server.ts';
import { readConfig } from '../service/config.ts';

/**
 * Gives `work` connections to the database of the service that the environment describes, which may
 * be running.
 */
export async function withDatabase<T>(
  say: (line: string) => void,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const { databaseUrl, dataDir } = readConfig(process.env);
  const embedded = databaseUrl === undefined ? await joinEmbedded({ dataDir, say }) : undefined;
  const address: DatabaseAddress = embedded?.connection ?? { uri: databaseUrl ?? '' };
  const pool = connect(address, 4);
  try {
    return await work(pool);
  } finally {
    await pool.end();
    await embedded?.stop();
  }
}
