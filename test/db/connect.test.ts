import { expect } from 'chai';
import { connect, openAll } from '../../db/connection/connect.ts';
import { faultOf } from '../../db/connection/faults.ts';
import { app } from '../support/app.ts';
import { eventually } from '../support/wait.ts';
import { wireToDatabase } from '../support/wire.ts';

describe('A connection to the database', () => {
  it('is not used if the server refuses its settings', async () => {
    await using wire = await wireToDatabase();
    const pool = connect(wire.address, 2);
    try {
      wire.replace('LEVEL READ COMMITTED', 'LEVEL READ CORRUPTED');
      const refusal = await pool.query('SELECT 1').catch((error: Error) => error);
      expect(refusal).to.include({ code: 'ER_PARSE_ERROR' });
      expect(faultOf(refusal)).to.equal('disconnected');
      wire.replace('', '');
      const [rows] = await pool.query('SELECT @@innodb_lock_wait_timeout AS seconds');
      expect(rows).to.deep.equal([{ seconds: 3 }]);
    } finally {
      await pool.end();
    }
  });

  it('is not used again if it was open when all fell silent', async () => {
    await using wire = await wireToDatabase();
    const pool = connect(wire.address, 4, { call: 1500, job: 1500 });
    const ask = () => pool.roundTrips.ask([{ sql: 'SELECT 1 AS one', params: [] }], 'call');
    try {
      await openAll(pool);
      wire.freeze();
      expect(faultOf(await ask().catch((error: Error) => error))).to.equal('unanswered');
      // The next ones open others, which the database answers.
      await eventually(() => ask().then(Boolean, () => false), 1400);
      expect(await ask()).to.deep.equal([[{ one: 1 }]]);
    } finally {
      await pool.end();
    }
  });

  it('of a machine that has failed leaves its locks within half a minute', async () => {
    const { roundTrips } = app().pool;
    const sql = `SELECT VERSION() AS version, /*M! @@idle_transaction_timeout + */ 0 AS seconds`;
    const [rows] = await roundTrips.ask([{ sql, params: [] }], 'call');
    const [{ version, seconds } = { version: '', seconds: 0 }] = rows as {
      version: string;
      seconds: number;
    }[];
    expect(seconds).to.equal(version.includes('MariaDB') ? 30 : 0);
  });

  it('finds the rows of a long list by their keys', async () => {
    const ids = Array.from({ length: 2000 }, (_, n) => `id ${n}`);
    const select = 'SELECT 1 FROM members WHERE hub_id = ? AND user_id IN (?) FOR UPDATE';
    const explain = { sql: `EXPLAIN FORMAT=JSON ${select}`, params: ['hub', ids] };
    const [plan] = await app().pool.roundTrips.ask([explain], 'call');
    expect(JSON.stringify(plan))
      .to.include('members')
      .and.not.match(/<(derived|subquery)/);
  });

  it('on which nothing answers does not keep its pool open', async () => {
    await using wire = await wireToDatabase();
    const pool = connect(wire.address, 4, { call: 50, job: 50 });
    await openAll(pool);
    wire.freeze();
    await pool.end();
  });

  const faultOfNumber = (errno: number) => faultOf(Object.assign(new Error('fault'), { errno }));

  it('that exceeds the limit of its account or of the server is tried again', () => {
    for (const errno of [1040, 1041, 1135, 1203, 1226])
      expect(faultOfNumber(errno)).to.equal('disconnected');
  });

  it('is tried again while the server refuses this machine, or is not ready', () => {
    for (const errno of [1047, 1129]) expect(faultOfNumber(errno)).to.equal('disconnected');
  });

  it('finds a server that cannot write to its disk unable to write', () => {
    for (const errno of [3, 1021, 1026, 1114]) expect(faultOfNumber(errno)).to.equal('readOnly');
  });
});
