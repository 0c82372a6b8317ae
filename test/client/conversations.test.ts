import { expect } from 'chai';
import { newHub, newRoom } from '../support/hub.ts';
import { openStore } from '../support/store.ts';
import { eventually } from '../support/wait.ts';

describe('The list of conversations', () => {
  it('ends what notifies for a time at that time, as the service does', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hello' });
    using live = await openStore(alice);
    const { getSnapshot } = live.store.conversations('active');
    const level = () => getSnapshot().rows[0]?.notify_level;
    const until_ms = Date.now() + 1500;
    await alice.chat.notify({ entity_id: bob.id, level: 'none', until_ms });
    await eventually(() => level() === 'none');
    await eventually(() => level() === 'default');
    expect(Date.now()).to.be.at.least(until_ms);
    expect(getSnapshot().rows).to.deep.equal(await alice.chat.chat_rooms({ option: 'active' }));
  });

  it('shows whole pages, and what it had until they have been read again', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    for (let n = 0; n < 46; n++) await newRoom(alice);
    using live = await openStore(alice);
    const { store, feed } = live;
    const list = store.conversations('active');
    const lengths: number[] = [];
    list.subscribe(() => lengths.push(list.getSnapshot().rows.length));
    expect(list.getSnapshot()).to.include({ hasMore: true });
    expect(list.getSnapshot().rows).to.have.length(45);
    await store.loadMoreConversations('active');
    expect(list.getSnapshot().rows).to.have.length(46);
    expect(list.getSnapshot()).to.include({ hasMore: false });
    feed.begin({ seq: feed.seq, recovered: false });
    await eventually(() => store.isSettled);
    expect(list.getSnapshot().rows).to.have.length(45);
    expect(Math.min(...lengths)).to.equal(45);
  });
});
