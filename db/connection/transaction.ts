import { setTimeout as sleep } from 'node:timers/promises';
import type { MySqlTable } from 'drizzle-orm/mysql-core';
import type { ResultSetHeader } from 'mysql2/promise';
import { Outage } from '../../acl/language/errors.ts';
import type { Pool, Work } from './connect.ts';
import { type Fault, faultOf } from './faults.ts';
import { RowChanges } from './row-changes.ts';
import { commit as commitStatement, createSession, readTogether, type Session } from './session.ts';
import type { Share } from './shares.ts';
import { type Query, type Statement, statementOf } from './statements.ts';
import type { UnreadTotals } from './unread-totals.ts';

/** `unknown`: COMMIT was sent, and the connection broke or was given up before its reply came. */
export type Outcome = 'committed' | 'rolledBack' | 'unknown';

/**
 * One attempt at one call's work. The database transaction begins at the first lock or write; reads
 * alone don't begin one.
 *
 * Statements that are asked for in the same turn of the event loop (`Promise.all`) are sent in one
 * round trip, in the order asked. If one of them fails, all of them reject.
 */
export interface Transaction {
  /** Runs a SELECT. */
  read<T>(sql: string, params: readonly unknown[]): Promise<T[]>;
  /**
   * Runs a SELECT whose last parameter is a list of keys. It may be sent once for several calls,
   * and then returns the rows of all their keys: the same objects to each, to be left unchanged.
   */
  readShared<T>(sql: string, params: readonly [...unknown[], readonly string[]]): Promise<T[]>;
  /** Runs a SELECT … FOR UPDATE or LOCK IN SHARE MODE. */
  lock<T>(sql: string, params: readonly unknown[]): Promise<T[]>;
  /** Runs an INSERT, UPDATE or DELETE; returns the number of affected rows. */
  write(query: Query): Promise<number>;
  /** Queues writes that are sent together with the COMMIT. */
  atCommit(...queries: Query[]): void;
  /**
   * Wakes a job for what this transaction leaves to it, once it has committed or may have. `dueMs`:
   * when the work is due, in Unix milliseconds; otherwise at once.
   */
  wakeAtCommit(work: Work, dueMs?: number): void;
  /**
   * Declares that unread counts in a room of a hub change with the commit: those of all its
   * participants, or of one.
   */
  changesUnread(hubId: string, roomId: string, userId?: string): void;
  /** The kept sums of unread messages. */
  readonly unreadTotals: UnreadTotals;
  /** Queues changes of a locked row. All changes of one row become one UPDATE. */
  changeAtCommit<T extends MySqlTable>(
    table: T,
    key: Partial<T['$inferSelect']>,
    columns: Partial<T['$inferSelect']>,
  ): void;
  /** Returns the queued changes of a row, in the names of the table's declaration. */
  changesAtCommit<T extends MySqlTable>(
    table: T,
    key: Partial<T['$inferSelect']>,
  ): Readonly<Record<string, unknown>>;
  /**
   * Declares that the hub's row is locked: every other writer of the hub waits for this
   * transaction. From here on only `atCommit` and `changeAtCommit` are allowed. Outside production
   * anything else throws.
   */
  seal(): void;
  /** Takes back everything written and queued, and unseals. Locks are kept. */
  undo(): Promise<void>;
  /**
   * Calls `ask` when the next round trip is about to be sent: the statements that it asks for, in
   * the same turn, are the first or the last ones of that round trip. One that only accompanying
   * reads are sent in does not count.
   */
  withNext(place: 'first' | 'last', ask: () => void): void;
  /** Returns the same transaction for reads that accompany those of the work. */
  accompanying(): Transaction;
  /** Whether anything was written or queued since the beginning, or since `undo`. */
  hasWrites(): boolean;
  /** Calls back when this attempt has ended, or has been undone. */
  whenEnded(listener: (outcome: Outcome) => void): void;
}

/** A transaction on one hub's data; functions on such data take it as their first parameter. */
export interface Hub extends Transaction {
  readonly id: string;
}

/** Returns a transaction's handle for one hub. */
export const inHub = (transaction: Transaction, id: string): Hub =>
  Object.assign(Object.create(transaction) as Transaction, { id });

/** COMMIT was sent and no reply came: it may have happened, or may still happen. */
export class OutcomeUnknown extends Outage {
  override readonly details = ['outcome unknown'];
}
/** The database cannot be reached or cannot write. Nothing was changed. */
export class DatabaseUnavailable extends Outage {}
/** A statement ran longer than it may. Nothing was changed. */
export class StatementTimeout extends Outage {
  override readonly details = ['the call took too long'];
}

interface AskOptions {
  /** The statement locks or writes: it begins the database transaction. */
  inTransaction?: boolean;
  isAccompanying?: boolean;
}

/** Joins statements of one turn of the event loop into one round trip. */
function createQueue(session: Session, readAlone: (reads: Statement[]) => Promise<unknown[]>) {
  interface Asked {
    statement: Statement;
    inTransaction: boolean;
    isAccompanying: boolean;
    resolve(result: unknown): void;
    reject(error: unknown): void;
  }
  let asked: Asked[] = [];
  const withNext: { place: 'first' | 'last'; ask: () => void }[] = [];

  /** Takes the statements of this turn. */
  function take(): Asked[] {
    const own = asked;
    const joining = own.every((one) => one.isAccompanying) ? [] : withNext.splice(0);
    const at = (place: 'first' | 'last'): Asked[] => {
      asked = [];
      for (const one of joining) if (one.place === place) one.ask();
      return asked;
    };
    const turn = [...at('first'), ...own, ...at('last')];
    asked = [];
    return turn;
  }

  async function send(): Promise<void> {
    const turn = take();
    // Those that joined another round trip asked for one as well.
    if (turn.length === 0) return;
    const statements = turn.map(({ statement }) => statement);
    const inTransaction = session.isOpen() || turn.some((one) => one.inTransaction);
    try {
      const results = await (inTransaction ? session.send(statements) : readAlone(statements));
      turn.forEach(({ resolve }, index) => {
        resolve(results[index]);
      });
    } catch (error) {
      for (const { reject } of turn) reject(error);
    }
  }

  const ask = (
    statement: Statement,
    { inTransaction = false, isAccompanying = false }: AskOptions,
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (asked.push({ statement, inTransaction, isAccompanying, resolve, reject }) === 1)
        queueMicrotask(() => void send());
    });
  return { ask, withNext };
}

/** Returns the reads of a transaction, which ask for their statements by `ask`. */
const readsBy = (
  ask: (statement: Statement) => Promise<unknown>,
): Pick<Transaction, 'read' | 'readShared'> => ({
  read: <T>(sql: string, params: readonly unknown[]) => ask({ sql, params }) as Promise<T[]>,
  readShared: <T>(sql: string, params: readonly unknown[]) =>
    ask({ sql, params, isShared: true }) as Promise<T[]>,
});

/** Returns the same transaction, whose reads are asked for by `ask`. */
const readingBy = (
  transaction: Transaction,
  ask: (statement: Statement) => Promise<unknown>,
): Transaction => Object.assign(Object.create(transaction) as Transaction, readsBy(ask));

const isProduction = process.env.NODE_ENV === 'production';

function begin(pool: Pool, share: Share | undefined) {
  const session = createSession(pool, share);
  const queue = createQueue(session, (reads) => readTogether(pool, share, reads));
  const changes = new RowChanges();
  const last: Statement[] = [];
  const listeners: ((outcome: Outcome) => void)[] = [];
  let isSealed = false;
  let hasWritten = false;

  const ask = async (statement: Statement, options: AskOptions = {}): Promise<unknown> => {
    if (isSealed && !isProduction)
      throw new Error(`the hub's row is locked, only atCommit is allowed, not: ${statement.sql}`);
    return queue.ask(statement, options);
  };
  const end = (outcome: Outcome): void => {
    for (const listener of listeners.splice(0)) listener(outcome);
  };

  const transaction: Transaction = {
    ...readsBy(ask),
    lock: <T>(sql: string, params: readonly unknown[]) =>
      ask({ sql, params }, { inTransaction: true }) as Promise<T[]>,
    async write(query) {
      hasWritten = true;
      const result = await ask(statementOf(query), { inTransaction: true });
      return (result as ResultSetHeader).affectedRows;
    },
    atCommit: (...queries) => void last.push(...queries.map(statementOf)),
    wakeAtCommit: (work, dueMs = 0) =>
      void listeners.push((outcome) => {
        if (outcome !== 'rolledBack') pool.wakeUps.emit(work, dueMs);
      }),
    changesUnread: (...changed) => void listeners.push(unreadChange(pool, changed)),
    unreadTotals: pool.unreadTotals,
    changeAtCommit(table, key, columns) {
      hasWritten = true;
      changes.merge(table, key, columns);
    },
    changesAtCommit: (table, key) => changes.of(table, key),
    seal: () => {
      isSealed = true;
    },
    async undo() {
      last.length = 0;
      queue.withNext.length = 0;
      changes.clear();
      isSealed = false;
      hasWritten = false;
      end('rolledBack');
      await session.rollBackToStart();
    },
    withNext: (place, ask) => void queue.withNext.push({ place, ask }),
    accompanying: () =>
      readingBy(transaction, (statement) => ask(statement, { isAccompanying: true })),
    hasWrites: () => hasWritten || last.length > 0,
    whenEnded: (listener) => void listeners.push(listener),
  };
  const commit = () => commitSession(session, [...last, ...changes.toStatements()]);
  return { transaction, commit, rollBack: session.rollBack, end };
}

/** Returns the listener that passes a changed room to the kept sums when a transaction ends. */
const unreadChange =
  ({ unreadTotals }: Pool, changed: Parameters<UnreadTotals['change']>) =>
  (outcome: Outcome): void => {
    if (outcome === 'committed') unreadTotals.change(...changed);
    if (outcome === 'unknown') unreadTotals.pause(changed[0]);
  };

async function commitSession(session: Session, writes: readonly Statement[]): Promise<void> {
  if (!session.isOpen() && writes.length === 0) return;
  // Nothing has been sent where no connection can be had.
  await session.open();
  try {
    await session.send([...writes, commitStatement]);
    await session.close(true);
  } catch (error) {
    // A timeout may have been that of COMMIT itself.
    if (!['disconnected', 'timeout', 'unanswered'].includes(faultOf(error))) throw error;
    await session.close(false);
    throw new OutcomeUnknown('COMMIT had no reply', { cause: error });
  }
}

/**
 * Runs `work` in one transaction: all of it happens or nothing. Deadlocks, lock timeouts and
 * connections lost before COMMIT are retried, so `work` may run several times and must keep its
 * effects inside the transaction. Connections are taken from the share of `share`; fails with Busy
 * if too many wait for theirs, with StatementTimeout, and with DatabaseUnavailable if the database
 * does not answer in time.
 */
export async function transact<T>(
  pool: Pool,
  work: (transaction: Transaction) => Promise<T>,
  share?: Share,
): Promise<T> {
  const faults: Fault[] = [];
  for (;;) {
    const { transaction, commit, rollBack, end } = begin(pool, share);
    let result: T;
    try {
      result = await work(transaction);
      await commit();
    } catch (error) {
      await rollBack();
      end(error instanceof OutcomeUnknown ? 'unknown' : 'rolledBack');
      faults.push(faultOf(error));
      await sleep(delayBeforeRetry(error, faults));
      continue;
    }
    end('committed');
    return result;
  }
}

// A duplicate key is a race with another call that did the same: the retry finds what that one did.
// Each kind has its own attempts: before it sees a duplicate, such a call may have had deadlocks.
const mostAttempts = { conflict: 12, lockTimeout: 3, disconnected: 6, duplicate: 3 };

/**
 * Returns how many milliseconds to wait before the next attempt, or throws if there is none. The
 * error is the last one of the faults that there were.
 */
function delayBeforeRetry(error: unknown, faults: readonly Fault[]): number {
  if (error instanceof OutcomeUnknown) throw error;
  const fault = faultOf(error);
  const attempt = faults.filter((one) => one === fault).length;
  if (fault === 'readOnly')
    throw new DatabaseUnavailable('the database cannot write', { cause: error });
  if (fault === 'timeout')
    throw new StatementTimeout('a statement ran longer than it may', { cause: error });
  // Another attempt would keep the caller waiting as long again.
  if (fault === 'unanswered' || fault === 'unreachable')
    throw new DatabaseUnavailable('the database does not answer', { cause: error });
  if (fault === 'other') throw error;
  if (attempt >= mostAttempts[fault]) {
    if (fault === 'duplicate') throw error;
    throw new DatabaseUnavailable(`the database fails repeatedly: ${fault}`, { cause: error });
  }
  const delay = fault === 'disconnected' ? 100 * 2 ** (attempt - 1) : 2 ** Math.min(attempt, 6);
  return delay * (0.5 + Math.random());
}
