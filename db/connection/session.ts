import { bounded, isBounded, statementSeconds } from './bounds.ts';
import type { Connection, Pool } from './connect.ts';
import { NotJoined } from './joined-reads.ts';
import type { Waiting } from './round-trip.ts';
import type { Share } from './shares.ts';
import type { Statement } from './statements.ts';

/** A database transaction on a connection that is taken from the pool by the first `send`. */
export interface Session {
  isOpen(): boolean;
  /** Takes a connection; otherwise the first `send` does. */
  open(): Promise<void>;
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
  const { roundTrips } = pool;
  const waiting = waitingOf(share);
  let connecting: Promise<Connection> | undefined;
  let hasBegun = false;
  let leave = () => {};

  /** Waits for the owner's turn, then for a connection. */
  const connect = async (): Promise<Connection> => {
    if (share !== undefined)
      leave = await pool.shares.lanesOf(share).writes.enter(pool.shares.ownerOf(share));
    return roundTrips.connect(waiting);
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
    async open() {
      connecting ??= connect();
      await connecting;
    },
    async send(statements) {
      const timed = boundedFor(share, statements);
      connecting ??= connect();
      const connection = await connecting;
      if (hasBegun) return roundTrips.send(connection, timed, waiting);
      hasBegun = true;
      const results = await roundTrips.send(connection, [...opening, ...timed], waiting);
      return results.slice(opening.length);
    },
    async rollBackToStart() {
      if (connecting) await roundTrips.send(await connecting, [backToStart], waiting);
    },
    async rollBack() {
      const connection = await connecting?.catch(() => undefined);
      const isHealthy =
        connection !== undefined &&
        (await roundTrips.send(connection, [rollback], waiting).then(
          () => true,
          () => false,
        ));
      await close(isHealthy);
    },
    close,
  };
}

/** Jobs have other bounds than those of the session. */
const boundedFor = (share: Share | undefined, statements: readonly Statement[]) =>
  share === undefined
    ? statements.map((one) => (one.sql === commit.sql ? one : bounded(one, statementSeconds.job)))
    : statements;

/** Only work with a share has a client who waits. */
const waitingOf = (share: Share | undefined): Waiting => (share === undefined ? 'job' : 'call');

export const commit: Statement = { sql: 'COMMIT', params: [] };
const rollback: Statement = { sql: 'ROLLBACK', params: [] };
const backToStart: Statement = { sql: 'ROLLBACK TO SAVEPOINT start', params: [] };

/**
 * Sends reads in one round trip outside a transaction, once it is their owner's turn. Those of
 * calls are joined, unless a statement has a bound of its own: such a statement may take long.
 */
export async function readTogether(
  pool: Pool,
  share: Share | undefined,
  statements: readonly Statement[],
): Promise<unknown[]> {
  const ask = () => pool.roundTrips.ask(boundedFor(share, statements), waitingOf(share));
  if (share === undefined) return ask();
  const { shares, joinedReads } = pool;
  const owner = shares.ownerOf(share);
  const { joined, reads } = shares.lanesOf(share);
  if (statements.some(isBounded)) return reads.run(owner, ask);
  const line = share === 'lookup' ? 'lookups' : 'calls';
  try {
    return await joined.run(owner, () => joinedReads.ask(line, owner, statements));
  } catch (error) {
    if (!(error instanceof NotJoined)) throw error;
    return reads.run(owner, () => joinedReads.watch(owner, ask));
  }
}
