import { expect } from 'chai';
import { bounded, boundSession, statementSeconds } from '../../db/connection/bounds.ts';
import { connect } from '../../db/connection/connect.ts';
import { StatementTimeout, type Transaction, transact } from '../../db/connection/transaction.ts';
import { database } from '../support/app.ts';

/** Four connections for reads and four for writes: one user may have two, one hub three. */
async function smallPool() {
  const pool = connect(database(), 8);
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

const lockName = () => `shares ${Math.random()}`;
/** Runs in the database until `release`, which frees the lock of the name. */
async function holdLock(pool: Awaited<ReturnType<typeof smallPool>>, name: string) {
  const connection = await pool.getConnection();
  await connection.query('SELECT GET_LOCK(?, 1)', [name]);
  return async () => {
    await connection.query('SELECT RELEASE_ALL_LOCKS()');
    connection.release();
  };
}
const waitFor = (name: string) => (tx: Transaction) =>
  tx.read('SELECT RELEASE_LOCK(?) FROM (SELECT GET_LOCK(?, 8)) held', [name, name]);
const one = (tx: Transaction) => tx.read('SELECT 1 AS one', []);
const locking = (tx: Transaction) => tx.lock("SELECT 1 FROM hubs WHERE id = '' FOR UPDATE", []);

describe('Connections', () => {
  it('are left to other users, hubs and writes by one who holds many', async () => {
    await using pool = await smallPool();
    const name = lockName();
    const release = await holdLock(pool, name);
    const busy = { hubId: 'busy', userId: 'busy' };
    const slow = Array.from({ length: 24 }, () => transact(pool, waitFor(name), busy));
    for (const share of [
      { hubId: 'busy', userId: 'other' },
      { hubId: 'other', userId: 'other' },
      'lookup' as const,
    ])
      expect(await transact(pool, one, share)).to.deep.equal([{ one: 1 }]);
    await transact(pool, locking, busy);
    await release();
    await Promise.all(slow);
  });

  it('are refused with UNAVAILABLE and a time to retry while too many wait', async () => {
    await using pool = await smallPool();
    const name = lockName();
    const release = await holdLock(pool, name);
    const busy = { hubId: 'busy', userId: 'busy' };
    const outcomes = Array.from({ length: 260 }, () =>
      transact(pool, waitFor(name), busy).catch((error: unknown) => error),
    );
    const refused = await Promise.race(outcomes);
    expect(refused).to.include({ code: 'UNAVAILABLE', retryAfter: 1 });
    await transact(pool, one, { hubId: 'busy', userId: 'other' });
    await release();
    const all = await Promise.all(outcomes);
    expect(all.filter((outcome) => outcome instanceof Error)).to.have.lengthOf(2);
  });

  it('are given back by transactions that fail', async () => {
    await using pool = await smallPool();
    const owner = { hubId: 'a', userId: 'a' };
    for (let times = 0; times < 12; times++) {
      const failing = async (tx: Transaction) => {
        await locking(tx);
        throw new Error('failed');
      };
      const outcome = await transact(pool, failing, owner).catch((error: Error) => error);
      expect(outcome).to.include({ message: 'failed' });
    }
    await transact(pool, locking, owner);
  });
});

describe('The time of a statement', () => {
  // Without rows an interrupted SLEEP is no error in MySQL.
  const sleeping = (seconds: number) => ({
    sql: `SELECT SLEEP(${seconds}) AS slept FROM (SELECT 1 UNION SELECT 2) two`,
    params: [],
  });
  const owner = { hubId: 'a', userId: 'a' };
  const failure = (error: unknown) => error;

  it('is bounded by its class, without a retry', async () => {
    await using pool = await smallPool();
    const [session] = await transact(
      pool,
      async (tx) => {
        await locking(tx);
        return tx.read<{ seconds: number }>(
          `SELECT /*M! @@max_statement_time */ /*!80000 @@max_execution_time / 1000 */ AS seconds`,
          [],
        );
      },
      owner,
    );
    expect(session).to.deep.equal({ seconds: statementSeconds.call });
    const { sql } = bounded(sleeping(20), 0.05);
    const outcome = await transact(pool, (tx) => tx.read(sql, []), owner).catch(failure);
    expect(outcome).to.be.instanceOf(StatementTimeout);
  });

  it('is longer for jobs', async () => {
    await using pool = await smallPool();
    const [{ sql }, inSession] = [sleeping(0.05), boundSession(0.01)];
    const work = async (tx: Transaction) => {
      await locking(tx);
      await tx.read(inSession, []);
      return (await tx.read(sql, [])).length;
    };
    const bound = await transact(pool, work, owner).catch(failure);
    expect(bound).to.be.instanceOf(StatementTimeout);
    expect(await transact(pool, work)).to.equal(2);
  });
});
