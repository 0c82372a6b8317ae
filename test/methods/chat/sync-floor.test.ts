import { expect } from 'chai';
import { dayMs } from '../../../acl/language/time.ts';
import { clean } from '../../../service/jobs/cleaning.ts';
import { app } from '../../support/app.ts';
import { newHub } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import { posts } from './support.ts';

describe('The event log of a hub', () => {
  it('is cut after EVENTS_DAYS at messages as at other events', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { hubId } = alice;
    const { pool } = app();
    const old = await posts(alice, bob.id, 5);
    const { seq: cutAt } = await bob.chat.sync({ since: 0 });
    await posts(alice, bob.id, 2);
    for (const table of ['events', 'messages'])
      await pool.query(
        `UPDATE ${table} SET created_ms = created_ms - ? WHERE hub_id = ? AND seq <= ?`,
        [31 * dayMs, hubId, cutAt],
      );

    await clean(jobsOn(pool), 32);
    expect((await bob.chat.sync({ since: 0 })).recovered).to.equal(true);
    await clean(jobsOn(pool), 30);
    const missed = { events: [], seq: cutAt + 2, first: cutAt, more: false, recovered: false };
    expect(await bob.chat.sync({ since: 0 })).to.deep.equal(missed);
    expect(await bob.chat.sync({ since: cutAt - 1 })).to.deep.equal(missed);
    const kept = await bob.chat.sync({ since: cutAt });
    expect(kept).to.include({ first: cutAt, recovered: true, more: false });
    expect(kept.events.map(({ seq }) => seq)).to.deep.equal([cutAt + 1, cutAt + 2]);
    using late = await bob.device(cutAt - 1);
    expect(late.ready.recovered).to.equal(false);
    using intime = await bob.device(cutAt);
    expect(intime.ready.recovered).to.equal(true);
    const left = await bob.chat.get({ message_ids: old });
    expect(left, 'messages stay').to.have.length(old.length);
  });
});
