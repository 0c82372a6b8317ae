import type { Pool } from '../../db/connection/connect.ts';
import { fillSuffixes } from '../../db/setup/fill-suffixes.ts';

/** Fills what the service keeps of the names of members and rooms that were inserted by SQL. */
export async function fillNames(pool: Pool): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await fillSuffixes(connection);
  } finally {
    connection.release();
  }
}
