import { expect } from 'chai';
import { createStore } from '../../client/store/store.ts';
import { newHub, newRoom } from '../support/hub.ts';
import { callOf } from '../support/outbox.ts';
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

  it('follows events that come after two resets, whose pages overtake each other', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { seq } = await bob.chat.post({ entity_id: alice.id, message: 'one' });
    const releases: (() => void)[] = [];
    const held = [0, 1].map((n) => new Promise<void>((resolve) => (releases[n] = resolve)));
    let asked = 0;
    let answered = 0;
    const { store, feed, close } = createStore({
      userId: alice.id,
      async call(method, ...rest) {
        const page = method === 'chat.chat_rooms' ? asked++ : undefined;
        const reply = await callOf(alice)(method, ...rest);
        if (page === undefined) return reply;
        answered += 1;
        await held[page];
        return reply;
      },
    });
    const { getSnapshot } = store.conversations('active');
    feed.begin({ seq, recovered: false });
    feed.begin({ seq, recovered: false });
    await eventually(() => answered === 2);
    releases[0]?.();
    await bob.chat.post({ entity_id: alice.id, message: 'two' });
    for (const event of (await alice.chat.sync({ since: seq })).events) feed.receive(event);
    await alice.chat.chat_room_info({ key: bob.id });
    expect(store.isSettled, 'the page is being read').to.equal(false);
    releases[1]?.();
    await eventually(() => store.isSettled);
    expect(getSnapshot().rows.map((row) => row.last_message)).to.deep.equal(['two']);
    close();
  });
});
