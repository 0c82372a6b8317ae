import { expect } from 'chai';
import { boundedSelect } from '../../db/connection/bounds.ts';
import { connect } from '../../db/connection/connect.ts';
import { transact } from '../../db/connection/transaction.ts';
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

  it('go by themselves if they are bounded', async () => {
    await using pool = await countingPool();
    const bounded = (n: number) => read(pool, n, `${boundedSelect(5)} ? AS n`);
    await Promise.all([bounded(1), bounded(2)]);
    expect(pool.sent.map((packet) => packet.length)).to.deep.equal([1, 1]);
  });
});
