import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2';
import type { Connection, Pool } from './connect.ts';
import { faultOf } from './faults.ts';

export type Db = MySql2Database;
type Statement = { sql: string; params: unknown[] };
type Rows = Record<string, unknown>[];

/** One attempt at one call's work. It begins at the first statement that writes or locks; reads alone cost no BEGIN. */
export interface Transaction {
  readonly db: Db;
  /** Read by SQL written out, where a query builder would hide what it does. */
  rows<T>(sql: string, params: unknown[]): Promise<T[]>;
  /** Run statements in one round trip, inside the transaction; answers their results in order. */
  together(...statements: Statement[]): Promise<unknown[]>;
  /** Queue a write that travels with the COMMIT. For rows that carry a seq: nothing is awaited once the hub's row is locked. */
  atCommit(...queries: { toSQL(): Statement }[]): void;
  /** Learn how this attempt ended. */
  whenSettled(hear: (committed: boolean) => void): void;
}

/** The handle that query functions on a hub's data take first. */
export interface Hub extends Transaction {
  readonly id: string;
}

/** COMMIT was sent and the connection broke: it may have happened or not. */
export class OutcomeUnknown extends Error {}
/** The database cannot be reached or cannot write; nothing happened. */
export class DatabaseUnavailable extends Error {}

const writesOrLocks = /^\s*(insert|update|delete|replace)\b|\bfor update\s*$/i;

function begin(pool: Pool) {
  let connection: Connection | undefined;
  const last: Statement[] = [];
  const listeners: ((committed: boolean) => void)[] = [];

  const pinned = async (): Promise<Connection> => {
    if (connection) return connection;
    connection = await pool.getConnection();
    await connection.query('START TRANSACTION');
    return connection;
  };
  const query = async (statement: { sql: string }, params: unknown[]) => {
    if (!connection && !writesOrLocks.test(statement.sql)) return pool.query(statement as never, params);
    return (await pinned()).query(statement as never, params);
  };
  const send = async (target: Connection, statements: Statement[]): Promise<unknown[]> => {
    const [results] = await target.query(
      statements.map((s) => s.sql).join(';\n'),
      statements.flatMap((s) => s.params),
    );
    return statements.length > 1 ? (results as unknown as Rows[]) : [results];
  };
  const end = (healthy: boolean) => {
    if (healthy) connection?.release();
    else connection?.destroy();
    connection = undefined;
  };

  const transaction: Transaction = {
    // drizzle asks of its client nothing but `query`.
    db: drizzle({ client: { query } as unknown as Pool }),
    rows: async <T>(sql: string, params: unknown[]) => (await query({ sql }, params))[0] as T[],
    together: async (...statements) => send(await pinned(), statements),
    atCommit: (...queries) => void last.push(...queries.map((q) => q.toSQL())),
    whenSettled: (hear) => void listeners.push(hear),
  };

  return {
    transaction,
    settle: (committed: boolean) => {
      for (const hear of listeners) hear(committed);
    },
    async commit() {
      if (last.length > 0) await pinned();
      if (!connection) return;
      try {
        await send(connection, [...last, { sql: 'COMMIT', params: [] }]);
        end(true);
      } catch (error) {
        if (faultOf(error) !== 'lost') throw error;
        end(false);
        throw new OutcomeUnknown('the connection broke during COMMIT', { cause: error });
      }
    },
    async rollback() {
      if (!connection) return;
      const healthy = await connection.query('ROLLBACK').then(
        () => true,
        () => false,
      );
      end(healthy);
    },
  };
}

// A duplicate key is a race with one who did the same a moment ago: done anew, the work finds what he did.
const patience = { conflict: 12, lost: 6, duplicate: 3 };

/**
 * Do the work in one transaction: all of it or nothing. Conflicts (deadlock, lock timeout, changed record) and connections
 * lost before COMMIT are tried again, so `work` may run more than once and must keep its effects inside the transaction.
 */
export async function transact<T>(pool: Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const { transaction, commit, rollback, settle } = begin(pool);
    try {
      const result = await work(transaction);
      await commit();
      settle(true);
      return result;
    } catch (error) {
      await rollback();
      settle(false);
      if (error instanceof OutcomeUnknown) throw error;
      const fault = faultOf(error);
      if (fault === 'full') throw new DatabaseUnavailable('the database cannot write', { cause: error });
      if (fault === 'other' || (fault === 'duplicate' && attempt >= patience.duplicate)) throw error;
      if (attempt >= patience[fault]) throw new DatabaseUnavailable(`the database is ${fault}`, { cause: error });
      const wait = fault === 'lost' ? 100 * 2 ** (attempt - 1) : 2 ** Math.min(attempt, 6);
      await sleep(wait * (0.5 + Math.random()));
    }
  }
}
