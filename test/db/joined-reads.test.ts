import { expect } from 'chai';
import { boundedSelect } from '../../db/connection/bounds.ts';
import { connect } from '../../db/connection/connect.ts';
import { DatabaseUnavailable, transact } from '../../db/connection/transaction.ts';
import { database } from '../support/app.ts';

/** A pool that counts its round trips. */
async function countingPool() {
  const pool = connect(database(), 8);
  const sent: string[][] = [];
  pool.roundTrips.observer = (_, statements) => sent.push(statements.map(({ sql }) => sql));
  return Object.assign(pool, { sent, [Symbol.asyncDispose]: () => pool.end() });
}
type CountingPool = Awaited<ReturnType<typeof countingPool>>;

const ownerOf = (n: number) => ({ hubId: 'a', userId: `user ${n}` });
const numbers = Array.from({ length: 40 }, (_, n) => n);
const read = (pool: CountingPool, n: number, sql = 'SELECT ? AS n') =>
  transact(pool, (tx) => tx.read(sql, [n]), ownerOf(n));
/** Leaves almost no room for temporary tables on any connection. */
async function bindTables(pool: CountingPool) {
  const taken = await Promise.all(
    Array.from({ length: pool.shares.total }, () => pool.getConnection()),
  );
  for (const connection of taken) {
    await connection.query('SET SESSION tmp_memory_table_size = 1024, tmp_disk_table_size = 1024');
    connection.release();
  }
}
const failure = (error: unknown) => error;

describe('Reads of concurrent calls', () => {
  it('travel together, and each call gets its own', async () => {
    await using pool = await countingPool();
    const rows = await Promise.all(numbers.map((n) => read(pool, n)));
    expect(rows).to.deep.equal(numbers.map((n) => [{ n }]));
    expect(pool.sent).to.have.lengthOf(2);
    expect(await read(pool, 7)).to.deep.equal([{ n: 7 }]);
  });

  it('share a statement by keys, before or after what each call asks for itself', async () => {
    await using pool = await countingPool();
    const shared = 'SELECT id FROM (SELECT ? AS id UNION SELECT ?) ids WHERE id IN (?)';
    const outcomes = ['a', 'b', 'a', 'c'].map((key, n) =>
      transact(
        pool,
        async (tx) => {
          const own = () => tx.read('SELECT ? AS n', [n]);
          const ids = () => tx.readShared<{ id: string }>(shared, ['a', 'b', [key]]);
          const [first, last] = await Promise.all(n < 2 ? [ids(), own()] : [own(), ids()]);
          return n < 2 ? { ids: first, own: last } : { ids: last, own: first };
        },
        ownerOf(n),
      ),
    );
    const found = await Promise.all(outcomes);
    expect(found.map(({ own }) => own)).to.deep.equal([0, 1, 2, 3].map((n) => [{ n }]));
    expect(found.map(({ ids }) => ids)).to.deep.equal([
      [{ id: 'a' }, { id: 'b' }],
      [{ id: 'a' }, { id: 'b' }],
      [{ id: 'a' }],
      [{ id: 'a' }],
    ]);
    const [packet = []] = pool.sent;
    expect(packet.map((sql) => sql.includes('IN (?)'))).to.deep.equal([
      ...[true, false, false, false, false, true],
    ]);
  });

  it('share the last statement of calls after what others share first', async () => {
    await using pool = await countingPool();
    const shared = (what: string) =>
      `SELECT '${what}' AS what FROM (SELECT 1 AS id) k WHERE id IN (?)`;
    const calls = ['page 1', 'page 2'].map((page, n) =>
      transact(
        pool,
        (tx) => Promise.all([page, 'rights'].map((what) => tx.readShared(shared(what), [['1']]))),
        ownerOf(n),
      ),
    );
    expect(await Promise.all(calls)).to.deep.equal([
      [[{ what: 'page 1' }], [{ what: 'rights' }]],
      [[{ what: 'page 2' }], [{ what: 'rights' }]],
    ]);
    const sent = pool.sent.map((packet) => packet.map((sql) => /'(.*)'/.exec(sql)?.[1]));
    expect(sent).to.deep.equal([['page 1', 'page 2', 'rights']]);
  });

  it('fail for the call only that caused it', async () => {
    await using pool = await countingPool();
    const outcomes = await Promise.all(
      numbers.map((n) =>
        read(pool, n, n === 5 ? 'SELECT ? FROM nowhere' : 'SELECT ? AS n').catch(failure),
      ),
    );
    expect(outcomes[5]).to.be.instanceOf(Error);
    expect(outcomes.filter((one) => one instanceof Error)).to.have.lengthOf(1);
    expect(outcomes[6]).to.deep.equal([{ n: 6 }]);
  });

  it('do not wait for one that takes long, which then goes by itself', async () => {
    await using pool = await countingPool();
    const slow = 'SELECT SLEEP(0.6) AS slept, ? AS n FROM (SELECT 1 UNION SELECT 2) two';
    const [first, second] = await Promise.all([read(pool, 1, slow), read(pool, 2)]);
    expect([first.length, second]).to.deep.equal([2, [{ n: 2 }]]);
    pool.sent.length = 0;
    await Promise.all([read(pool, 1), read(pool, 2)]);
    expect(pool.sent).to.have.lengthOf(2);
  });

  it('do not wait for many of one owner, each of which takes less than its bound', async () => {
    await using pool = await countingPool();
    const slow = 'SELECT SLEEP(0.3) AS slept, ? AS n FROM (SELECT 1 UNION SELECT 2) two';
    const others = Array.from({ length: 8 }, () => read(pool, 1, slow));
    const startMs = performance.now();
    expect(await read(pool, 2)).to.deep.equal([{ n: 2 }]);
    expect(performance.now() - startMs).to.be.below(2000);
    for (const rows of await Promise.all(others)) expect(rows).to.have.lengthOf(2);
  });

  it('go by themselves if they are bounded', async () => {
    await using pool = await countingPool();
    const bounded = (n: number) => read(pool, n, `${boundedSelect(5)} ? AS n`);
    await Promise.all([bounded(1), bounded(2)]);
    expect(pool.sent.map((packet) => packet.length)).to.deep.equal([1, 1]);
  });

  it('share no statement with other parameters', async () => {
    await using pool = await countingPool();
    const sql = "SELECT ? AS a, ? AS b FROM (SELECT 'key' AS id) ids WHERE id IN (?)";
    const places = [['x y', 'z'] as const, ['x', 'y z'] as const];
    const rows = await Promise.all(
      places.map(([a, b], n) =>
        transact(pool, (tx) => tx.readShared(sql, [a, b, ['key']]), ownerOf(n)),
      ),
    );
    expect(rows).to.deep.equal(places.map(([a, b]) => [{ a, b }]));
    expect(pool.sent).to.have.lengthOf(1);
  });

  it('are not joined with those of an owner whose reads fail', async () => {
    await using pool = await countingPool();
    const readBoth = () =>
      Promise.all([read(pool, 1, 'SELECT ? FROM nowhere').catch(failure), read(pool, 2)]);
    await readBoth();
    pool.sent.length = 0;
    await readBoth();
    expect(pool.sent.map((packet) => packet.length)).to.deep.equal([1, 1]);
  });

  it('are not joined with those of an owner whose many reads take long together', async () => {
    await using pool = await countingPool();
    const slow = () => read(pool, 1, 'SELECT SLEEP(0.05) AS slept, ? AS n');
    await Promise.all(Array.from({ length: 16 }, slow));
    pool.sent.length = 0;
    await Promise.all([read(pool, 1), read(pool, 2)]);
    expect(pool.sent.map((packet) => packet.length)).to.deep.equal([1, 1]);
  });

  it('are joined again after they had to wait because another call failed', async () => {
    await using pool = await countingPool();
    const failing = read(pool, 1, 'SELECT ? FROM nowhere').catch(failure);
    const sleeping = () => read(pool, 2, 'SELECT SLEEP(0.1) AS slept, ? AS n');
    await Promise.all([failing, ...Array.from({ length: 14 }, sleeping)]);
    pool.sent.length = 0;
    await Promise.all([read(pool, 2), read(pool, 3)]);
    expect(pool.sent.map((packet) => packet.length)).to.deep.equal([2]);
  });

  it('fail for the call only whose temporary table is full', async function () {
    await using pool = await countingPool();
    const [version] = await transact(pool, (tx) =>
      tx.read<{ text: string }>('SELECT VERSION() AS text', []),
    );
    if (!version?.text.includes('MariaDB')) return this.skip();
    await bindTables(pool);
    const large = `SELECT COUNT(*), ? AS n FROM (
      SELECT DISTINCT RAND() AS a, REPEAT('x', 500) AS b
      FROM information_schema.collations) large`;
    const [full, other] = await Promise.all([read(pool, 1, large).catch(failure), read(pool, 2)]);
    expect(full).to.be.instanceOf(DatabaseUnavailable);
    expect(other).to.deep.equal([{ n: 2 }]);
  });
});
