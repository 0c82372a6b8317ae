import { expect } from 'chai';
import { newHub, newRoom } from '../support/hub.ts';
import { openStore } from '../support/store.ts';
import { eventually } from '../support/wait.ts';

describe('The list of conversations', () => {
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
