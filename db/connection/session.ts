import { bounded, statementSeconds } from './bounds.ts';
import type { Connection, Pool } from './connect.ts';
import type { Share } from './shares.ts';
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

export function createSession(pool: Pool, share: Share | undefined): Session {
  let connecting: Promise<Connection> | undefined;
  let leave = () => {};

  /** Waits for the owner's turn, then for a connection. */
  const connect = async (): Promise<Connection> => {
    if (share !== undefined)
      leave = await pool.shares.lanesOf(share).writes.enter(pool.shares.ownerOf(share));
    return pool.getConnection();
  };

  const close = async (isHealthy: boolean): Promise<void> => {
    const connection = await connecting?.catch(() => undefined);
    connecting = undefined;
    if (isHealthy) connection?.release();
    else connection?.destroy();
    leave();
    leave = () => {};
  };

  return {
    isOpen: () => connecting !== undefined,
    async send(statements) {
      const timed = boundedFor(share, statements);
      if (connecting) return sendTogether(await connecting, timed);
      connecting = connect();
      const results = await sendTogether(await connecting, [...opening, ...timed]);
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

/** Jobs have other bounds than those of the session. */
const boundedFor = (share: Share | undefined, statements: readonly Statement[]) =>
  share === undefined
    ? statements.map((one) => (one.sql === commit.sql ? one : bounded(one, statementSeconds.job)))
    : statements;

export const commit: Statement = { sql: 'COMMIT', params: [] };

/** Sends reads in one round trip outside a transaction, once it is their owner's turn. */
export async function readTogether(
  pool: Pool,
  share: Share | undefined,
  statements: readonly Statement[],
): Promise<unknown[]> {
  const timed = boundedFor(share, statements);
  if (share === undefined) return sendTogether(pool, timed);
  const { lanesOf, ownerOf } = pool.shares;
  return lanesOf(share).reads.run(ownerOf(share), () => sendTogether(pool, timed));
}

/** Sends statements in one round trip, outside a transaction if `client` is a pool. */
async function sendTogether(
  client: Pool | Connection,
  statements: readonly Statement[],
): Promise<unknown[]> {
  const sql = statements.map((one) => one.sql).join(';\n');
  const params = statements.flatMap((one) => one.params);
  const [results]: unknown[] = await client.query({ sql }, params);
  return statements.length > 1 ? (results as unknown[]) : [results];
}
