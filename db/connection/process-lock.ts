import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import type { DatabaseAddress } from './connect.ts';

/** The claim of one process on a database. It ends with the process, however that ends. */
export interface ProcessLock {
  /** Resolves if another process has taken the database, because the connection was lost. */
  lost: Promise<void>;
  release(): Promise<void>;
}

interface Patience {
  /** How long a process waits for another that is ending, or for the end of its own connection. */
  waitSeconds: number;
  /** The pause between two looks whether the lock is still held. */
  checkEveryMs: number;
  /** How long the database may take to answer. */
  answerMs?: number;
  /**
   * After how long without a look the server frees the lock: nothing closes the connection of a
   * machine that has failed, or is cut off. Longer than two looks and an answer take.
   */
  idleSeconds?: number;
}
const usual = { waitSeconds: 5, checkEveryMs: 2000, answerMs: 10_000, idleSeconds: 30 };
const retryEveryMs = 1000;

/**
 * SQL of the lock's name. Names of locks are those of the whole server, and have at most 64
 * characters. MySQL 9.7 has no MD5.
 */
export const lockName = "CONCAT('hubchat.', LEFT(SHA2(DATABASE(), 256), 32))";

/**
 * Claims a database for this process alone, with a named lock on a connection of its own. Fails
 * with an Error for the person who starts the service if another process has it.
 */
export async function lockDatabase(
  address: DatabaseAddress,
  patience: Patience = usual,
): Promise<ProcessLock> {
  const held = new HeldLock(address, { ...usual, ...patience });
  if (!(await held.take()))
    throw new Error(
      'Another hubchat process uses this database; several at once are not supported yet.',
    );
  return held;
}

class HeldLock implements ProcessLock {
  readonly lost: Promise<void>;
  readonly #address: DatabaseAddress;
  readonly #patience: Required<Patience>;
  readonly #released = new AbortController();
  #connection: mysql.Connection | undefined;
  #watching: Promise<void> | undefined;
  #lose = () => {};

  constructor(address: DatabaseAddress, patience: Required<Patience>) {
    this.#address = address;
    this.#patience = patience;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  /** Returns whether the lock is held now. Rejects if the database fails or refuses. */
  async take(): Promise<boolean> {
    const { waitSeconds, answerMs, idleSeconds } = this.#patience;
    const formerId = this.#connection?.threadId;
    const connection = await mysql.createConnection({
      ...this.#address,
      connectTimeout: answerMs,
    });
    connection.on('error', () => {});
    let isHeld = false;
    try {
      const sql = `SET SESSION wait_timeout = ${idleSeconds}`;
      await connection.query({ sql, timeout: answerMs });
      if (formerId) await endHolder(connection, answerMs, formerId);
      const timeout = answerMs + waitSeconds * 1000;
      isHeld = await isTrue(connection, timeout, `GET_LOCK(${lockName}, ${waitSeconds})`);
    } finally {
      if (!isHeld) connection.destroy();
    }
    if (!isHeld) return false;
    this.#connection = connection;
    this.#watching ??= this.#watch();
    return true;
  }

  /** Takes the lock again after the connection was lost, unless another process was faster. */
  async #watch(): Promise<void> {
    const { signal } = this.#released;
    const { checkEveryMs } = this.#patience;
    let pauseMs = checkEveryMs;
    while (await sleep(pauseMs, true, { signal }).catch(() => false)) {
      pauseMs = checkEveryMs;
      if (await this.#isHeld()) continue;
      this.#connection?.destroy();
      const isTaken = await this.take().catch(() => undefined);
      if (isTaken === false) return this.#lose();
      if (isTaken === undefined) pauseMs = retryEveryMs;
    }
  }

  async #isHeld(): Promise<boolean> {
    if (!this.#connection) return false;
    const isMine = `IS_USED_LOCK(${lockName}) = CONNECTION_ID()`;
    return isTrue(this.#connection, this.#patience.answerMs, isMine).catch(() => false);
  }

  async release(): Promise<void> {
    this.#released.abort();
    this.#connection?.destroy();
    await this.#watching;
    // It may have been taken again meanwhile.
    this.#connection?.destroy();
  }
}

/**
 * Ends a lost connection of this process, which the server may not know to be lost. If the id is
 * another process's by now, that one loses the database.
 */
async function endHolder(
  connection: mysql.Connection,
  timeout: number,
  formerId: number,
): Promise<void> {
  if (!(await isTrue(connection, timeout, `IS_USED_LOCK(${lockName}) = ${formerId}`))) return;
  // It may just have ended.
  await connection.query({ sql: `KILL ${formerId}`, timeout }).catch(() => {});
}

async function isTrue(
  connection: mysql.Connection,
  timeout: number,
  expression: string,
): Promise<boolean> {
  const sql = `SELECT ${expression} AS \`found\``;
  const [rows] = await connection.query({ sql, timeout });
  return (rows as { found: number | null }[])[0]?.found === 1;
}
