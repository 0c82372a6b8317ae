import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle, type MySql2Database } from 'drizzle-orm/mysql2';
import type { RowDataPacket } from 'mysql2/promise';
import { Outage } from '../../acl/language/errors.ts';
import type { Connection, Pool } from './connect.ts';
import { faultOf } from './faults.ts';

export type Db = MySql2Database;
type Statement = { sql: string; params: unknown[] };

/** `unknown`: COMMIT was sent, and the connection broke before it was answered. */
export type Outcome = 'committed' | 'undone' | 'unknown';

/** One attempt at one call's work. It begins at the first statement that writes or locks; reads alone cost no BEGIN. */
export interface Transaction {
  readonly db: Db;
  /** Read by SQL written out, where a query builder would hide what it does. Reads asked for together (`Promise.all`) share one round trip. */
  rows<T>(sql: string, params: unknown[]): Promise<T[]>;
  /** Run statements in one round trip, inside the transaction; answers their results in order. */
  together(...statements: Statement[]): Promise<unknown[]>;
  /** Queue a write that travels with the COMMIT. For rows that carry a seq: nothing is awaited once the hub's row is locked. */
  atCommit(...queries: { toSQL(): Statement }[]): void;
  /** Take back what was written and queued so far; the locks stay. */
  undo(): Promise<void>;
  /** Learn how this attempt ended. */
  whenSettled(hear: (outcome: Outcome) => void): void;
}

/** The handle that query functions on a hub's data take first. */
export interface Hub extends Transaction {
  readonly id: string;
}

/** A transaction's view of one hub. */
export const inHub = (transaction: Transaction, id: string): Hub =>
  Object.assign(Object.create(transaction) as Transaction, { id });

/** COMMIT was sent and the connection broke: it may have happened or not. */
export class OutcomeUnknown extends Outage {
  override readonly details = ['outcome unknown'];
}
/** The database cannot be reached or cannot write; nothing happened. */
export class DatabaseUnavailable extends Outage {}

const writesOrLocks = /^\s*(insert|update|delete|replace)\b|\bfor update\s*$/i;

function begin(pool: Pool) {
  let opened: Promise<Connection> | undefined;
  let db: Db | undefined;
  const last: Statement[] = [];
  const listeners: ((outcome: Outcome) => void)[] = [];

  // Statements come from drizzle too, with options that the driver takes and its types do not name: hence the casts.
  /** Send SQL on the transaction's connection; the first time BEGIN goes before it in the same round trip. */
  const inside = async (
    statement: { sql: string },
    params: unknown[],
  ): Promise<[unknown, unknown?]> => {
    if (opened) return (await opened).query(statement as never, params);
    opened = pool.getConnection();
    const connection = await opened;
    // Something is read first: a savepoint that InnoDB has not seen begin would, rolled back to, free all locks.
    const sql = `START TRANSACTION;\nSELECT 1 FROM hubs LIMIT 1;\nSAVEPOINT begun;\n${statement.sql}`;
    const [results] = await connection.query<RowDataPacket[][]>(
      { ...statement, sql } as never,
      params,
    );
    const [, , , first, ...rest] = results;
    return [rest.length > 0 ? [first, ...rest] : first];
  };
  const query = (statement: { sql: string }, params: unknown[]): Promise<[unknown, unknown?]> =>
    opened || writesOrLocks.test(statement.sql)
      ? inside(statement, params)
      : pool.query(statement as never, params);
  const send = async (statements: Statement[]): Promise<unknown[]> => {
    const sql = statements.map((one) => one.sql).join(';\n');
    const [results] = await inside(
      { sql },
      statements.flatMap((one) => one.params),
    );
    return statements.length > 1 ? (results as unknown[]) : [results];
  };
  let asked: {
    statement: Statement;
    resolve: (rows: unknown) => void;
    reject: (error: unknown) => void;
  }[] = [];
  /** Wait for the end of the turn, then send all that was asked for in it. */
  const read = (statement: Statement): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (asked.push({ statement, resolve, reject }) === 1) queueMicrotask(() => void readAsked());
    });
  const readAsked = async (): Promise<void> => {
    const turn = asked;
    asked = [];
    const sql = turn.map(({ statement }) => statement.sql).join(';\n');
    const params = turn.flatMap(({ statement }) => statement.params);
    const isPlain = !opened && !turn.some(({ statement }) => writesOrLocks.test(statement.sql));
    try {
      const [results] = await (isPlain ? pool.query(sql, params) : inside({ sql }, params));
      turn.forEach(({ resolve }, index) => {
        resolve(turn.length > 1 ? (results as unknown[])[index] : results);
      });
    } catch (error) {
      for (const { reject } of turn) reject(error);
    }
  };
  const end = async (isHealthy: boolean): Promise<void> => {
    const connection = await opened?.catch(() => undefined);
    opened = undefined;
    if (isHealthy) connection?.release();
    else connection?.destroy();
  };

  const transaction: Transaction = {
    get db() {
      // drizzle asks of its client nothing but `query`.
      db ??= drizzle({ client: { query } as unknown as Pool });
      return db;
    },
    rows: <T>(sql: string, params: unknown[]) => read({ sql, params }) as Promise<T[]>,
    together: (...statements) => send(statements),
    atCommit: (...queries) => void last.push(...queries.map((q) => q.toSQL())),
    async undo() {
      last.length = 0;
      for (const hear of listeners.splice(0)) hear('undone');
      if (opened) await (await opened).query('ROLLBACK TO SAVEPOINT begun');
    },
    whenSettled: (hear) => void listeners.push(hear),
  };

  return {
    transaction,
    settle: (outcome: Outcome) => {
      for (const hear of listeners) hear(outcome);
    },
    async commit() {
      if (!opened && last.length === 0) return;
      try {
        await send([...last, { sql: 'COMMIT', params: [] }]);
        await end(true);
      } catch (error) {
        if (faultOf(error) !== 'lost') throw error;
        await end(false);
        throw new OutcomeUnknown('the connection broke during COMMIT', { cause: error });
      }
    },
    async rollback() {
      const connection = await opened?.catch(() => undefined);
      const isHealthy = await connection?.query('ROLLBACK').then(
        () => true,
        () => false,
      );
      await end(isHealthy ?? false);
    },
  };
}

// A duplicate key is a race with one who did the same a moment ago: done anew, the work finds what he did.
const patience = { conflict: 12, waited: 3, lost: 6, duplicate: 3 };

/**
 * Do the work in one transaction: all of it or nothing. Conflicts (deadlock, lock timeout, changed record) and connections
 * lost before COMMIT are tried again, so `work` may run more than once and must keep its effects inside the transaction.
 */
export async function transact<T>(
  pool: Pool,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const { transaction, commit, rollback, settle } = begin(pool);
    let result: T;
    try {
      result = await work(transaction);
      await commit();
    } catch (error) {
      await rollback();
      settle(error instanceof OutcomeUnknown ? 'unknown' : 'undone');
      if (error instanceof OutcomeUnknown) throw error;
      const fault = faultOf(error);
      if (fault === 'full')
        throw new DatabaseUnavailable('the database cannot write', { cause: error });
      if (fault === 'other' || (fault === 'duplicate' && attempt >= patience.duplicate))
        throw error;
      if (attempt >= patience[fault])
        throw new DatabaseUnavailable(`the database is ${fault}`, { cause: error });
      const wait = fault === 'lost' ? 100 * 2 ** (attempt - 1) : 2 ** Math.min(attempt, 6);
      await sleep(wait * (0.5 + Math.random()));
      continue;
    }
    settle('committed');
    return result;
  }
}
