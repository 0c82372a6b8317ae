import { expect } from 'chai';
import { connect } from '../../db/connection/connect.ts';
import { faultOf } from '../../db/connection/faults.ts';
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

  it('that exceeds the limit of its account or of the server is tried again', () => {
    for (const errno of [1040, 1203, 1226])
      expect(faultOf(Object.assign(new Error('limit'), { errno }))).to.equal('disconnected');
  });
});
