import type { Duplex } from 'node:stream';
import type mysql from 'mysql2/promise';
import type { Statement } from './statements.ts';

/**
 * The database did not answer in time. `unanswered`: statements were sent, and may still be run
 * once it goes on. `unreachable`: nothing was sent.
 */
export class NoAnswer extends Error {
  readonly code: 'NO_ANSWER' | 'NO_CONNECTION';
  constructor(what: 'unanswered' | 'unreachable') {
    super('the database does not answer');
    this.code = what === 'unanswered' ? 'NO_ANSWER' : 'NO_CONNECTION';
  }
}

/** A call waits for its client, a job for nobody. */
export type Waiting = 'call' | 'job';

/** Called just before statements are sent, for tests that count. */
export type Observer = (
  connection: mysql.PoolConnection,
  statements: readonly Statement[],
  waiting: Waiting,
) => void;

/**
 * The only way to the connections of a pool. Each wait is bounded, also for a server that is
 * stopped but not dead. A connection without an answer is destroyed: the server rolls back what was
 * not committed, as soon as it sees that.
 *
 * If the database has answered nobody since the statements were sent, it is silent: until it
 * answers a probe, all others fail at once instead of waiting as long. Connections that were open
 * by then are not used again.
 */
export class RoundTrips {
  readonly #pool: mysql.Pool;
  readonly #endPool: () => Promise<void>;
  readonly #answerMs: Readonly<Record<Waiting, number>>;
  /** When the open connections were opened, by their streams. */
  readonly #openedMs = new Map<Duplex, number>();
  observer: Observer | undefined;
  #answeredMs = 0;
  #isSilent = false;
  #silentSinceMs = 0;

  /** `answerMs`: how long each wait may last. */
  constructor(pool: mysql.Pool, answerMs: Readonly<Record<Waiting, number>>) {
    this.#pool = pool;
    this.#endPool = pool.end.bind(pool);
    this.#answerMs = answerMs;
    pool.pool.on('connection', (connection) => {
      const stream = streamOf(connection);
      this.#openedMs.set(stream, performance.now());
      stream.once('close', () => this.#openedMs.delete(stream));
    });
  }

  async connect(waiting: Waiting): Promise<mysql.PoolConnection> {
    this.#refuseIfSilent();
    return this.#take(waiting);
  }

  /** Sends statements in one round trip; returns their results in order. */
  async send(
    connection: mysql.PoolConnection,
    statements: readonly Statement[],
    waiting: Waiting,
  ): Promise<unknown[]> {
    this.#refuseIfSilent();
    return this.#exchange(connection, statements, waiting);
  }

  /** Sends statements outside a transaction, on any connection. */
  async ask(statements: readonly Statement[], waiting: Waiting): Promise<unknown[]> {
    const connection = await this.connect(waiting);
    try {
      return await this.send(connection, statements, waiting);
    } finally {
      connection.release();
    }
  }

  /** Closes the pool and all connections, also those that nothing answers on. */
  async end(): Promise<void> {
    await within(this.#endPool(), this.#answerMs.call).catch((error: unknown) => {
      if (!(error instanceof Late)) throw error;
      for (const stream of this.#openedMs.keys()) stream.destroy();
    });
  }

  #refuseIfSilent(): void {
    if (this.#isSilent) throw new NoAnswer('unreachable');
  }

  async #take(waiting: Waiting): Promise<mysql.PoolConnection> {
    for (;;) {
      const sinceMs = performance.now();
      const taking = this.#pool.getConnection();
      try {
        const connection = await within(taking, this.#answerMs[waiting]);
        if (!this.#mayBeDead(connection)) return connection;
        destroy(connection);
      } catch (error) {
        if (error instanceof Late) void taking.then((one) => one.release()).catch(() => {});
        else if ((error as { code?: string }).code !== 'ETIMEDOUT') throw error;
        throw this.#late(sinceMs, 'unreachable');
      }
    }
  }

  /** Where the database's machine or the network has failed, nothing closes a connection. */
  #mayBeDead(connection: mysql.PoolConnection): boolean {
    const openedMs = this.#openedMs.get(streamOf(connection.connection)) ?? 0;
    return openedMs < this.#silentSinceMs;
  }

  async #exchange(
    connection: mysql.PoolConnection,
    statements: readonly Statement[],
    waiting: Waiting,
  ): Promise<unknown[]> {
    const sinceMs = performance.now();
    const sql = statements.map((one) => one.sql).join(';\n');
    const params = statements.flatMap((one) => one.params);
    this.observer?.(connection, statements, waiting);
    try {
      const asked = connection.query({ sql }, params);
      const [results]: unknown[] = await within(asked, this.#answerMs[waiting]);
      this.#answeredMs = performance.now();
      return statements.length > 1 ? (results as unknown[]) : [results];
    } catch (error) {
      if (!(error instanceof Late)) {
        this.#answeredMs = performance.now();
        throw error;
      }
      destroy(connection);
      throw this.#late(sinceMs, 'unanswered');
    }
  }

  #late(sinceMs: number, what: 'unanswered' | 'unreachable'): NoAnswer {
    if (this.#answeredMs < sinceMs && !this.#isSilent) void this.#waitForAnswer();
    return new NoAnswer(what);
  }

  async #waitForAnswer(): Promise<void> {
    this.#isSilent = true;
    this.#silentSinceMs = performance.now();
    while (!(await this.#isAnswering()));
    this.#isSilent = false;
  }

  /** Whether the database answers in any way; that it refuses connections is an answer. */
  async #isAnswering(): Promise<boolean> {
    try {
      const connection = await this.#take('call');
      await this.#exchange(connection, [{ sql: 'SELECT 1', params: [] }], 'call');
      connection.release();
      return true;
    } catch (error) {
      return !(error instanceof NoAnswer);
    }
  }
}

class Late extends Error {}

/** How long a process that stood still itself reads what has come meanwhile. */
const graceMs = 1000;

/** Rejects with Late if the work takes longer. */
function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const endMs = performance.now() + ms;
    const giveUp = () => reject(new Late());
    let timer = setTimeout(() => {
      if (performance.now() < endMs + graceMs) giveUp();
      else timer = setTimeout(giveUp, graceMs);
    }, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The driver's own `destroy` lets what is not sent yet follow once the server goes on. */
function destroy(connection: mysql.PoolConnection): void {
  connection.destroy();
  streamOf(connection.connection).destroy();
}

/** The driver's types leave the stream out. */
export const streamOf = <C extends object>(connection: C): Duplex =>
  (connection as C & { stream: Duplex }).stream;
