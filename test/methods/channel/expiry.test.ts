import { expect } from 'chai';
import { transact } from '../../../db/connection/transaction.ts';
import { listStaleChannels } from '../../../db/rows/rooms/rooms.ts';
import type { Publication } from '../../../service/events/publication.ts';
import { closeStaleChannels } from '../../../service/jobs/channels.ts';
import { namesOf, synced } from '../../support/events.ts';
import { dayMs, type ForwardApp, forwardApp } from '../../support/forward.ts';
import { newHub, refused } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import { expectNoDrift, expectSyncedAs, history, say } from './support.ts';

/**
 * Closes expired channels of every hub by the clock of that service; returns what was published.
 */
async function sweep({ app: { pool }, now }: ForwardApp): Promise<Publication[]> {
  const jobs = jobsOn(pool, now);
  while ((await transact(pool, (tx) => listStaleChannels(tx, now()))).length > 0)
    await closeStaleChannels(jobs);
  return jobs.published;
}

describe('A channel without new messages', () => {
  it('is deleted after its lifetime, not earlier; a stored message extends it', async () => {
    await using forward = await forwardApp();
    const hub = await newHub({ alice: 7 }, forward.app);
    const { alice } = hub.members;
    const make = (type: 'gl' | 'dy' | 'sy', sub_id: string, params: object = {}) =>
      hub.operator.channel.create({ type, sub_id, ...params });
    await make('dy', 'quiet');
    const busy = await make('dy', 'busy', { expire_days: 5 });
    const ops = await make('sy', 'ops', { expire_days: 5 });
    await make('gl', 'lobby');
    await make('dy', 'endless', { expire_days: null });
    await make('gl', 'monthly', { expire_days: 31 });
    const left = async (days: number) => {
      forward.putForward(days * dayMs);
      await sweep(forward);
      return (await hub.operator.channel.list()).map((channel) => channel.sub_id);
    };
    expect(await left(4)).to.have.members(['quiet', 'busy', 'ops', 'lobby', 'endless', 'monthly']);
    await say(alice, busy.channel_id, 'still here');
    await hub.operator.channel.post_simple({
      channel_id: ops.channel_id,
      text: 'not kept',
      record: 0,
    });
    await alice.channel.connect({ channel_id: busy.channel_id });
    expect(await left(3)).to.have.members(['quiet', 'busy', 'lobby', 'endless', 'monthly']);
    expect(await left(22.9)).to.have.members(['quiet', 'lobby', 'endless', 'monthly']);
    expect(await left(0.2)).to.have.members(['lobby', 'endless', 'monthly']);
    expect(await left(1)).to.have.members(['lobby', 'endless']);
    expect(await left(4000)).to.have.members(['lobby', 'endless']);
  });

  it('expires like a deletion: event to participants, free id, no rows left', async () => {
    await using forward = await forwardApp();
    const hub = await newHub({ alice: 7, bob: 7 }, forward.app);
    const { alice, bob } = hub.members;
    const old = await hub.operator.channel.create({ type: 'dy', sub_id: 'match', expire_days: 1 });
    const { channel_id, entity_id } = old;
    await alice.channel.connect({ channel_id });
    const message_id = await say(bob, channel_id, 'secret');
    forward.putForward(1.1 * dayMs);
    const published = (await sweep(forward))
      .filter(({ hubId }) => hubId === hub.id)
      .flatMap(({ events }) => events);
    expect(published.map((event) => [event.name, event.actorId])).to.deep.equal([
      ['room.remove', ''],
      ['channel.delete', ''],
    ]);
    const since = (published[0]?.seq ?? 0) - 1;
    expect(namesOf(await synced(alice, since))).to.deep.equal(['room.remove', 'channel.delete']);
    expect(namesOf(await synced(bob, since))).to.deep.equal(['channel.delete']);
    expect(JSON.stringify(await synced(alice))).to.not.contain('secret');
    await refused(alice.channel.info({ channel_id }), 'CHANNEL_NOT_FOUND');
    await refused(alice.chat.get({ message_ids: [message_id] }), 'MESSAGE_NOT_FOUND');
    expect(await alice.chat.share_rooms()).to.deep.equal([]);
    expect((await alice.chat.count_all()).total_cnt).to.equal(0);
    const made = await hub.operator.channel.create({ type: 'dy', sub_id: 'match' });
    expect(made.entity_id).to.not.equal(entity_id);
    expect(await history(alice, channel_id)).to.deep.equal([]);
    await expectNoDrift(hub, entity_id);
  });

  it('is closed once by two concurrent processes, and not during a concurrent post', async () => {
    await using forward = await forwardApp();
    const hub = await newHub({ alice: 7 }, forward.app);
    const { alice } = hub.members;
    for (let round = 0; round < 4; round++) {
      await sweep(forward);
      const { channel_id, entity_id } = await hub.operator.channel.create({
        type: 'dy',
        sub_id: `r${round}`,
        expire_days: 1,
      });
      await alice.channel.connect({ channel_id });
      forward.putForward(1.1 * dayMs);
      const post = () =>
        say(alice, channel_id, 'just in time').catch((error: { code: string }) => error.code);
      const [first, second, outcome] = await Promise.all([sweep(forward), sweep(forward), post()]);
      // The clock ages all channels: those of other tests and earlier rounds may close too.
      const closed = [...first, ...second]
        .flatMap(({ events }) => events)
        .filter(({ name, data }) => name === 'channel.delete' && data.entity_id === entity_id);
      expect(closed, outcome).to.have.length(outcome === 'CHANNEL_NOT_FOUND' ? 1 : 0);
      if (closed.length === 0)
        expect(await history(alice, channel_id)).to.deep.equal(['just in time']);
      await expectNoDrift(hub, entity_id);
    }
  });

  it('is closed by the service itself, which publishes to the devices', async () => {
    await using forward = await forwardApp({}, { retentionEveryMs: 50 });
    const hub = await newHub({ alice: 7, bob: 7 }, forward.app);
    const { alice, bob } = hub.members;
    forward.putForward(dayMs);
    await sweep(forward);
    const { channel_id, entity_id } = await hub.operator.channel.create({
      type: 'dy',
      sub_id: 'match',
      expire_days: 1,
    });
    await alice.channel.connect({ channel_id });
    using device = await alice.device();
    using outside = await bob.device();
    forward.putForward(2 * dayMs);
    const removal = await device.next('room.remove');
    expect(removal.data).to.deep.include({
      room_id: entity_id,
      user_ids: [alice.id],
      member_count: 0,
    });
    for (const one of [device, outside])
      expect((await one.next('channel.delete')).data).to.deep.equal({ channel_id, entity_id });
    await expectSyncedAs(device, alice);
  });
});
