import type { Connection, Pool } from './connect.ts';
import type { Statement } from './statements.ts';

/** A database transaction on a connection that is taken from the pool by the first `send`. */
export interface Session {
  isOpen(): boolean;
  /** Sends statements in one round trip; returns their results in order. */
  send(statements: readonly Statement[]): Promise<unknown[]>;
  /** Rolls back everything that was written; locks are kept. */
  rollBackToStart(): Promise<void>;
  /** Rolls back, and gives the connection back to the pool. */
  rollBack(): Promise<void>;
  /** Gives the connection back to the pool, or destroys it when it is broken. */
  close(isHealthy: boolean): Promise<void>;
}

// InnoDB begins a transaction at its first read. A savepoint set before that would free all locks
// when rolled back to.
const opening: Statement[] = [
  { sql: 'START TRANSACTION', params: [] },
  { sql: 'SELECT 1 FROM hubs LIMIT 1', params: [] },
  { sql: 'SAVEPOINT start', params: [] },
];

export function createSession(pool: Pool): Session {
  let connecting: Promise<Connection> | undefined;

  const close = async (isHealthy: boolean): Promise<void> => {
    const connection = await connecting?.catch(() => undefined);
    connecting = undefined;
    if (isHealthy) connection?.release();
    else connection?.destroy();
  };

  return {
    isOpen: () => connecting !== undefined,
    async send(statements) {
      if (connecting) return sendTogether(await connecting, statements);
      connecting = pool.getConnection();
      const results = await sendTogether(await connecting, [...opening, ...statements]);
      return results.slice(opening.length);
    },
    async rollBackToStart() {
      await (await connecting)?.query('ROLLBACK TO SAVEPOINT start');
    },
    async rollBack() {
      const connection = await connecting?.catch(() => undefined);
      const isHealthy = await connection?.query('ROLLBACK').then(
        () => true,
        () => false,
      );
      await close(isHealthy ?? false);
    },
    close,
  };
}

/** Sends statements in one round trip, outside a transaction if `client` is a pool. */
export async function sendTogether(
  client: Pool | Connection,
  statements: readonly Statement[],
): Promise<unknown[]> {
  const sql = statements.map((one) => one.sql).join(';\n');
  const params = statements.flatMap((one) => one.params);
  const [results]: unknown[] = await client.query({ sql }, params);
  return statements.length > 1 ? (results as unknown[]) : [results];
}
