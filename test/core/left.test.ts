import { expect } from 'chai';
import { app } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { eventually } from '../support/wait.ts';

describe('A client that has left', () => {
  it('is read nothing for when its turn comes', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    const { pool } = app();
    let reads = 0;
    const sync = (signal?: AbortSignal) =>
      fetch(`${app().url}/-/svc/chat.sync?since=0`, {
        headers: { authorization: `Bearer ${alice.token}`, 'x-hub-id': alice.hubId },
        ...(signal ? { signal } : {}),
      });
    await sync();
    const lock = await pool.getConnection();
    try {
      await lock.query('LOCK TABLES event_targets WRITE');
      pool.roundTrips.observer = (_connection, statements) => {
        reads += statements.filter(({ sql }) => sql.includes('event_targets')).length;
      };
      const running = sync();
      await eventually(async () => reads === 1);
      const leaving = new AbortController();
      const waiting = sync(leaving.signal).catch(() => 'left');
      await new Promise((resolve) => setTimeout(resolve, 300));
      leaving.abort();
      expect(await waiting).to.equal('left');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await lock.query('UNLOCK TABLES');
      expect((await running).status).to.equal(200);
      expect((await sync()).status).to.equal(200);
      expect(reads, 'the first and the last').to.equal(2);
    } finally {
      await lock.query('UNLOCK TABLES');
      lock.release();
      pool.roundTrips.observer = undefined;
    }
  });
});
