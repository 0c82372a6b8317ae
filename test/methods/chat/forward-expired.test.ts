import { expect } from 'chai';
import { expireMessages } from '../../../service/jobs/retention.ts';
import { dayMs, forwardApp } from '../../support/forward.ts';
import { newHub, newRoom, refused } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import { eventually } from '../../support/wait.ts';
import { texts } from '../setting/aged.ts';

describe('chat.forward of an expiring message', () => {
  it('sends nothing when the message expires while the call waits for the room', async () => {
    await using service = await forwardApp();
    const { pool } = service.app;
    const { id, members } = await newHub({ admin: 31, bob: 7, carol: 7 }, service.app);
    const { admin, bob, carol } = members;
    await admin.setting.patch({ message_retention_days: 10 });
    const [from, to] = [await newRoom(bob, carol), await newRoom(bob, carol)];
    const { message_id: old } = await bob.chat.post({ entity_id: from, message: 'must be gone' });

    const other = await pool.getConnection();
    await other.query('START TRANSACTION');
    await other.query('SELECT 1 FROM rooms WHERE hub_id = ? AND id = ? FOR UPDATE', [id, to]);
    const forwarding = bob.chat.forward({ entities: [to], nodes: { messages: [old] } });
    forwarding.catch(() => {});
    await eventually(async () => {
      const [running] = await pool.query('SHOW FULL PROCESSLIST');
      return (running as { Info: string | null }[]).some(({ Info }) =>
        /FROM rooms .*FOR UPDATE/s.test(Info ?? ''),
      );
    });
    service.putForward(11 * dayMs);
    await expireMessages(jobsOn(pool, service.now));
    await other.query('ROLLBACK');
    other.release();

    await refused(forwarding, 'INVALID_MESSAGES');
    expect(texts(await carol.chat.messages({ entity_id: to, mark_read: 0 }))).to.deep.equal([]);
  });
});
