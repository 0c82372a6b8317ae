import { expect } from 'chai';
import { isRefusal } from '../../client/calls/errors.ts';
import { createStore, type Store } from '../../client/store/store.ts';
import type { WindowView } from '../../client/store/window.ts';
import { newHub, newRoom } from '../support/hub.ts';
import { callOf } from '../support/outbox.ts';
import { openStore, settled } from '../support/store.ts';
import { eventually } from '../support/wait.ts';

const textsOf = ({ rows }: WindowView): string[] => rows.map(({ message }) => message);
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => String(from + n));

/** A hub in which bob has posted so many messages to alice, `1`, `2` and so on. */
async function withMessages(count: number) {
  const { members } = await newHub({ alice: 7, bob: 7 });
  const { alice, bob } = members;
  const ids: string[] = [];
  for (const message of numbers(1, count))
    ids.push((await bob.chat.post({ entity_id: alice.id, message })).message_id);
  const idOf = (n: number): string => ids[n - 1] as string;
  return { alice, bob, idOf };
}

const openAt = (store: Store, entityId: string, at: 'unread' | 'newest') => {
  const window = store.open(entityId, at);
  return { window, shown: () => settled(store, window) };
};

describe('A window of a conversation', () => {
  it('that was empty shows what it has missed before a message that comes meanwhile', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    let read = (): void => {};
    let isRead = Promise.resolve();
    const { store, feed, close } = createStore({
      userId: alice.id,
      async call(method, ...rest) {
        if (method === 'chat.chat_room_info') await isRead;
        return callOf(alice)(method, ...rest);
      },
    });
    const { view } = store.open(bob.id, 'newest');
    await eventually(() => store.isSettled);
    isRead = new Promise((resolve) => {
      read = resolve;
    });
    const { seq } = await bob.chat.post({ entity_id: alice.id, message: 'missed' });
    feed.begin({ seq, recovered: false });
    await bob.chat.post({ entity_id: alice.id, message: 'next' });
    for (const event of (await alice.chat.sync({ since: seq })).events) feed.receive(event);
    expect(textsOf(view.getSnapshot())).to.deep.equal(['next']);
    read();
    await eventually(() => store.isSettled);
    expect(textsOf(view.getSnapshot())).to.deep.equal(['missed', 'next']);
    close();
  });

  it('opens around the read pointer, with a few calls, and marks the first unread', async () => {
    const { alice, bob, idOf } = await withMessages(130);
    await alice.chat.acknowledge({ message_id: idOf(60) });
    using live = await openStore(alice);
    live.calls.length = 0;
    const { window, shown } = openAt(live.store, bob.id, 'unread');
    const view = await shown();
    expect(textsOf(view)).to.deep.equal(numbers(51, 105));
    expect(view).to.include({ hasOlder: true, hasNewer: true, firstUnreadId: idOf(61) });
    expect(live.calls).to.have.members(['chat.chat_room_info', 'chat.messages', 'chat.messages']);

    await alice.chat.acknowledge({ message_id: idOf(105) });
    await bob.chat.post({ entity_id: alice.id, message: '131' });
    await window.loadNewer();
    const end = await shown();
    expect(textsOf(end)).to.deep.equal(numbers(51, 131));
    expect(end).to.include({ hasNewer: false, firstUnreadId: idOf(61) });
    await window.jump('newest');
    expect((await shown()).firstUnreadId).to.equal(undefined);
    await window.jump('unread');
    expect((await shown()).firstUnreadId).to.equal(idOf(106));
  });

  it('takes own messages for read, and opens at the end where all are', async () => {
    const { alice, bob, idOf } = await withMessages(3);
    await alice.chat.post({ entity_id: bob.id, message: 'mine' });
    await bob.chat.post({ entity_id: alice.id, message: 'his' });
    await alice.chat.mark_unread({ message_id: idOf(3) });
    using live = await openStore(alice);
    const { window, shown } = openAt(live.store, bob.id, 'unread');
    expect((await shown()).firstUnreadId).to.equal(idOf(3));
    window.close();
    await alice.chat.post({ entity_id: bob.id, message: 'end' });
    const read = await openAt(live.store, bob.id, 'unread').shown();
    expect(textsOf(read)).to.deep.equal(['1', '2', '3', 'mine', 'his', 'end']);
    expect(read).to.include({ firstUnreadId: undefined, hasOlder: false, hasNewer: false });
  });

  it('jumps to a message, counts new ones meanwhile, and shows them at the end', async () => {
    const { alice, bob, idOf } = await withMessages(120);
    using live = await openStore(alice);
    const { window, shown } = openAt(live.store, bob.id, 'newest');
    await shown();
    await window.jump({ messageId: idOf(40) });
    const around = await shown();
    expect(textsOf(around)).to.deep.equal(numbers(20, 85));
    expect(around).to.include({ hasOlder: true, hasNewer: true, newCount: 0 });

    const { message_id: gone } = await bob.chat.post({ entity_id: alice.id, message: 'gone' });
    await bob.chat.post({ entity_id: alice.id, message: '121' });
    await alice.chat.post({ entity_id: bob.id, message: '122' });
    await eventually(() => window.view.getSnapshot().newCount === 2);
    await bob.chat.delete({ messages: [gone], option: 'all' });
    await eventually(() => window.view.getSnapshot().newCount === 1);
    expect(textsOf(await shown())).to.deep.equal(numbers(20, 85));
    await window.loadNewer();
    const end = await shown();
    expect(textsOf(end)).to.deep.equal(numbers(20, 122));
    expect(end).to.include({ hasNewer: false, newCount: 0 });
  });

  it('refuses it also where a refresh has replaced the jump', async () => {
    const { alice, bob, idOf } = await withMessages(5);
    await bob.chat.delete({ option: 'all', messages: [idOf(2)] });
    using live = await openStore(alice);
    const { window, shown } = openAt(live.store, bob.id, 'newest');
    await shown();
    const jumping = window.jump({ messageId: idOf(2) }).catch((error: unknown) => error);
    live.feed.begin({ seq: live.store.seq.getSnapshot(), recovered: false });
    const error = await jumping;
    expect(isRefusal('chat.get', error) && error.code).to.equal('MESSAGE_NOT_FOUND');
    expect(textsOf(await shown())).to.deep.equal(['1', '3', '4', '5']);
  });

  it('refuses to jump to a message that the member cannot see, and shows what it did', async () => {
    const { alice, bob, idOf } = await withMessages(50);
    const room = await newRoom(alice, bob);
    const elsewhere = await bob.chat.post({ entity_id: room, message: 'elsewhere' });
    await bob.chat.delete({ messages: [idOf(7)], option: 'all' });
    await alice.chat.delete({ messages: [idOf(8)], option: 'me' });
    using live = await openStore(alice);
    const { window, shown } = openAt(live.store, bob.id, 'newest');
    const before = await shown();
    for (const messageId of [idOf(7), idOf(8), elsewhere.message_id, '0123456789abcdef']) {
      const error = await window.jump({ messageId }).catch((reason) => reason);
      expect(isRefusal('chat.get', error) && error.code).to.equal('MESSAGE_NOT_FOUND');
    }
    await bob.chat.post({ entity_id: alice.id, message: '51' });
    await eventually(() => window.view.getSnapshot().rows.at(-1)?.message === '51');
    const after = await shown();
    expect(textsOf(after)).to.deep.equal([...textsOf(before), '51']);
    expect(after.isGone).to.equal(false);
  });

  it('keeps six pages: the far end goes, and what is read again is what was shown', async () => {
    const { alice, bob, idOf } = await withMessages(330);
    using live = await openStore(alice);
    const { window, shown } = openAt(live.store, bob.id, 'newest');
    await shown();
    for (let page = 1; page < 6; page++) await window.loadOlder();
    expect(await shown()).to.include({ hasOlder: true, hasNewer: false });
    await window.loadOlder();
    const trimmed = await shown();
    expect(textsOf(trimmed)).to.deep.equal(numbers(16, 285));
    expect(trimmed).to.include({ hasOlder: true, hasNewer: true });

    // As after a break that is longer than the service keeps events.
    await bob.chat.edit({ message_id: idOf(100), message: 'edited' });
    const { feed } = live;
    feed.begin({ seq: feed.seq, recovered: false });
    const again = await shown();
    expect(textsOf(again)).to.deep.equal(numbers(16, 285).with(100 - 16, 'edited'));
    expect(again).to.include({ hasOlder: true, hasNewer: true });
    await bob.chat.edit({ message_id: idOf(100), message: '100' });

    await window.loadOlder();
    expect(textsOf(await shown())).to.deep.equal(numbers(1, 270));
    await window.loadNewer();
    await window.loadNewer();
    const end = await shown();
    expect(textsOf(end)).to.deep.equal(numbers(61, 330));
    expect(end).to.include({ hasOlder: true, hasNewer: false });
    await bob.chat.post({ entity_id: alice.id, message: '331' });
    await eventually(() => window.view.getSnapshot().rows.at(-1)?.message === '331');
    expect(textsOf(await shown())).to.deep.equal(numbers(62, 331));
  });

  it('keeps its place after a break in which more came than it has room for', async () => {
    const { alice, bob } = await withMessages(50);
    using live = await openStore(alice);
    const { shown } = openAt(live.store, bob.id, 'newest');
    expect(textsOf(await shown())).to.deep.equal(numbers(6, 50));
    live.socket.disconnect();
    for (const message of numbers(51, 300)) await bob.chat.post({ entity_id: alice.id, message });
    live.feed.begin({ seq: live.feed.seq, recovered: false });
    const view = await shown();
    expect(textsOf(view)).to.deep.equal(numbers(6, 275));
    expect(view).to.include({ hasOlder: true, hasNewer: true });
  });

  it('shows who has read how far, and follows it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const { message_id: first } = await alice.chat.post({ entity_id: room, message: 'one' });
    await bob.chat.acknowledge({ message_id: first });
    using live = await openStore(alice);
    const { window, shown } = openAt(live.store, room, 'newest');
    const ordinal = (await shown()).rows[0]?.ordinal ?? 0;
    const readers = () => window.view.getSnapshot().readers;
    expect([...readers()]).to.have.deep.members([
      [bob.id, ordinal],
      [carol.id, 0],
    ]);
    await carol.chat.acknowledge({ message_id: first });
    await eventually(() => readers().get(carol.id) === ordinal);
    expect(window.view.getSnapshot().rows[0]?.is_seen).to.equal(1);
    await alice.room.remove({ entity_id: room, user_ids: [carol.id] });
    await eventually(() => !readers().has(carol.id));
  });

  it('shows what the other has read of a direct conversation', async () => {
    const { alice, bob } = await withMessages(1);
    const { message_id: mine } = await alice.chat.post({ entity_id: bob.id, message: 'mine' });
    using live = await openStore(alice);
    const { window, shown } = openAt(live.store, bob.id, 'newest');
    const ordinalOf = ({ rows }: WindowView): number => rows.at(-1)?.ordinal ?? 0;
    expect((await shown()).readers.get(bob.id)).to.be.below(ordinalOf(await shown()));
    await bob.chat.acknowledge({ message_id: mine });
    await eventually(() => window.view.getSnapshot().rows.at(-1)?.is_seen === 1);
    window.close();
    const again = await openAt(live.store, bob.id, 'newest').shown();
    expect(again.readers.get(bob.id)).to.equal(ordinalOf(again));
  });
});
