import type { Pool } from '../connection/connect.ts';
import { transact } from '../connection/transaction.ts';

/** Returns the time by the clock of the database's machine, in Unix milliseconds. */
export async function databaseTime(pool: Pool): Promise<number> {
  const [row] = await transact(pool, (tx) =>
    tx.read<{ seconds: number }>('SELECT UNIX_TIMESTAMP() AS seconds', []),
  );
  return Number(row?.seconds) * 1000;
}
