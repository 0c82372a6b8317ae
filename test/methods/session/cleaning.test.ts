import { expect } from 'chai';
import { connect } from '../../../db/connection/connect.ts';
import { build } from '../../../db/connection/statements.ts';
import { type Transaction, transact } from '../../../db/connection/transaction.ts';
import { saveEndedJwt } from '../../../db/rows/identity/ended-jwts.ts';
import { findKnownNetwork, queueKnownNetwork } from '../../../db/rows/identity/known-networks.ts';
import { migrate } from '../../../db/setup/migrate.ts';
import { sessions } from '../../../db/tables/index.ts';
import { clean } from '../../../service/jobs/cleaning.ts';
import { ownSchema } from '../../support/app.ts';
import { dayMs } from '../../support/forward.ts';
import { jobsOn } from '../../support/jobs.ts';

const session = (id: string, expiresMs: number, endedAs: 'ended' | null) => ({
  ...{ id, tokenHash: id, kind: 'issued', userId: 'ann', hubId: null, privilegeCap: 63 },
  ...{ userAgent: '', createdMs: 0, expiresMs, endedAs },
});

describe('The cleaning of what authenticates', () => {
  it('deletes expired sessions and JWTs and networks not seen for 30 days, no other', async () => {
    await using schema = await ownSchema();
    const pool = connect(schema.address, 2);
    try {
      await migrate(pool);
      const now = Date.now();
      await transact(pool, async (tx: Transaction) => {
        tx.atCommit(
          build
            .insert(sessions)
            .values([
              session('expired', now - 1, null),
              session('live', now + 1, null),
              session('ended', now + 1, 'ended'),
            ]),
        );
        await saveEndedJwt(tx, 'expired', now - 1);
        await saveEndedJwt(tx, 'kept', now + 1);
        queueKnownNetwork(tx, 'ann', '10.0.0.1', now - 31 * dayMs);
        queueKnownNetwork(tx, 'ann', '10.0.0.2', now - 29 * dayMs);
      });
      await clean(
        jobsOn(pool, () => now),
        30,
      );
      const [rows] = await pool.query(
        'SELECT id FROM sessions UNION ALL SELECT hash FROM ended_jwts ORDER BY id',
      );
      expect(rows).to.deep.equal([{ id: 'ended' }, { id: 'kept' }, { id: 'live' }]);
      const seen = await transact(pool, (tx) =>
        Promise.all(['10.0.0.1', '10.0.0.2'].map((one) => findKnownNetwork(tx, 'ann', one))),
      );
      expect(seen).to.deep.equal([undefined, now - 29 * dayMs]);
    } finally {
      await pool.end();
    }
  });

  it('stops at the next batch when the service stops', async () => {
    await using schema = await ownSchema();
    const pool = connect(schema.address, 2);
    try {
      await migrate(pool);
      const now = Date.now();
      const expired = Array.from({ length: 1500 }, (_, n) => session(`s${n}`, now - 1, null));
      await transact(pool, async (tx: Transaction) => {
        tx.atCommit(build.insert(sessions).values(expired));
      });
      const stopping = new AbortController();
      let batches = -1;
      const clock = () => {
        // The first time is that before which events are old.
        if (++batches === 1) stopping.abort();
        return now;
      };
      await clean(jobsOn(pool, clock, { signal: stopping.signal }), 30);
      const [rows] = await pool.query('SELECT COUNT(*) AS count FROM sessions');
      expect(rows).to.deep.equal([{ count: 500 }]);
    } finally {
      await pool.end();
    }
  });
});
