import { EventEmitter } from 'node:events';
import mysql from 'mysql2/promise';
import { answerMs, boundSession, statementSeconds } from './bounds.ts';
import { createJoinedReads, type JoinedReads } from './joined-reads.ts';
import { RoundTrips, streamOf } from './round-trip.ts';
import { type ConnectionShares, createShares } from './shares.ts';
import { UnreadTotals } from './unread-totals.ts';

/** Work that transactions leave to jobs. */
export type Work = 'receipts' | 'freed files' | 'bulk mail' | 'expiry' | 'purge';

/**
 * Wakes the jobs of this process: `emit(work, dueMs)` says that rows of such work are committed, or
 * may be, and when they are due (Unix milliseconds). A wake-up may be repeated or needless. Those
 * of other processes would be emitted here, too.
 */
export type WakeUps = EventEmitter<Record<Work, [dueMs: number]>>;

/** A pool whose connections are shared fairly by those on whose behalf transactions run. */
export type Pool = mysql.Pool & {
  readonly shares: ConnectionShares;
  readonly roundTrips: RoundTrips;
  readonly joinedReads: JoinedReads;
  readonly wakeUps: WakeUps;
  readonly unreadTotals: UnreadTotals;
};
export type Connection = mysql.PoolConnection;

/** A URL (`mysql://user:password@host:port/name`), or the embedded server's socket. */
export type DatabaseAddress =
  | { uri: string }
  | { socketPath: string; user: string; password?: string; database: string };

/**
 * MariaDB makes a table of a list of a thousand values, and then scans and locks more rows than the
 * list names.
 *
 * Nothing closes the connections of a machine that has failed, or is cut off: MariaDB ends their
 * transactions, which hold locks, once no statement comes. MySQL has no such bound.
 */
const sessionSettings = `SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',
    group_concat_max_len = 1048576, innodb_lock_wait_timeout = 3
    /*M! , idle_transaction_timeout = 30, in_predicate_conversion_threshold = 0 */;
  ${boundSession(statementSeconds.call)}`;

/**
 * Returns a pool of connections in READ COMMITTED and strict mode. It drops broken ones.
 * `connections` is how many its callers may use; some more are for jobs and authentication.
 */
export function connect(address: DatabaseAddress, connections: number, waits = answerMs): Pool {
  const shares = createShares(connections);
  const pool = mysql.createPool({
    ...address,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectionLimit: shares.total,
    connectTimeout: waits.call,
    maxIdle: shares.total,
    enableKeepAlive: true,
    decimalNumbers: true,
    stringifyObjects: true,
    // A stack trace captured for each statement costs 3 % of the CPU time of a call.
    trace: false,
    // Statements that are sent together take one round trip.
    multipleStatements: true,
  });
  // Queued before the first statement that a new connection is used for. That fails with the same
  // error if the server refuses: without its settings a connection would lose data.
  pool.pool.on('connection', (connection) => {
    connection.query(sessionSettings, (error) => error && streamOf(connection).destroy(error));
  });
  const roundTrips = new RoundTrips(pool, waits);
  const joinedReads = createJoinedReads(roundTrips, shares.joined);
  const wakeUps: WakeUps = new EventEmitter();
  const end = () => roundTrips.end();
  const unreadTotals = new UnreadTotals();
  return Object.assign(pool, { shares, roundTrips, joinedReads, wakeUps, unreadTotals, end });
}

/**
 * Opens all connections of a pool, as far as the server lets it: later the process may have no
 * files left for them.
 */
export async function openAll(pool: Pool): Promise<void> {
  const opened = Array.from({ length: pool.shares.total }, () => pool.getConnection());
  for (const outcome of await Promise.allSettled(opened))
    if (outcome.status === 'fulfilled') outcome.value.release();
}
