import type { Pool } from '../../db/connection/connect.ts';
import type { Observer } from '../../db/connection/round-trip.ts';

type Connection = Parameters<Observer>[0];

/** The rows that a connection's session has read. Asking for it counts as none. */
export async function rowsReadBy(connection: Connection): Promise<number> {
  const [rows] = await connection.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
  return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
}

/** Returns how many rows the database reads for work of one pool that nothing else uses. */
export async function rowsReadFor(pool: Pool, work: () => Promise<unknown>): Promise<number> {
  const reads: Promise<number>[] = [];
  pool.roundTrips.observer = (connection) => {
    // A connection runs its queries in order: these go before and after what is being sent.
    const before = rowsReadBy(connection);
    const after = Promise.resolve().then(() => rowsReadBy(connection));
    reads.push(Promise.all([before, after]).then(([from, to]) => to - from));
  };
  try {
    await work();
    return (await Promise.all(reads)).reduce((sum, rows) => sum + rows, 0);
  } finally {
    pool.roundTrips.observer = undefined;
  }
}

/** Whether the server is MariaDB, and not MySQL, which chooses other plans for some statements. */
export async function isMariaDb(pool: Pool): Promise<boolean> {
  const [rows] = await pool.query('SELECT VERSION() AS version');
  return (rows as [{ version: string }])[0].version.includes('MariaDB');
}
