import { expect } from 'chai';
import { type Chat, type Conversation, openChat } from '../../client/index.ts';
import { openKept } from '../../client/kept/database.ts';
import { app } from '../support/app.ts';
import { useChats } from '../support/chats.ts';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import { type Network, openNetwork } from '../support/network.ts';
import { eventually } from '../support/wait.ts';

const listOf = ({ store }: Chat): string[] =>
  store
    .conversations('active')
    .getSnapshot()
    .rows.map((row) => row.last_message);

const textsOf =
  ({ messages }: Conversation): (() => (string | undefined)[]) =>
  () =>
    messages.getSnapshot().map(({ row, item }) => row?.message ?? item?.message);

/** Opens a conversation; returns the texts that it shows. */
const textsIn = (chat: Chat, entityId: string) => textsOf(chat.open(entityId));

const keptOf = async ({ hubId, id }: Member) => {
  const kept = await openKept(`${hubId} ${id}`);
  const ids = await Promise.all([kept.ids('room'), kept.ids('messages'), kept.ids('counters')]);
  kept.close();
  return ids.flat();
};

describe('What is kept for reading offline', () => {
  const chats = useChats();
  let alice: Member;
  let bob: Member;
  let network: Network;
  beforeEach(async () => {
    ({ alice, bob } = (await newHub({ alice: 7, bob: 7 })).members);
    network = await openNetwork(app().url);
  });
  afterEach(() => network[Symbol.asyncDispose]());

  const postAll = async (texts: readonly string[]): Promise<void> => {
    for (const message of texts) await bob.chat.post({ entity_id: alice.id, message });
  };
  /** Opens it again, after what it shows has been kept. */
  async function reload(chat: Chat): Promise<Chat> {
    await chat.close();
    return chats.open(alice, network.url);
  }

  it('is the list, counters, names and messages, until the service answers', async () => {
    await postAll(['one', 'two']);
    const before = await chats.openLive(alice, network.url);
    before.store.members([bob.id]);
    const texts = textsIn(before, bob.id);
    await eventually(() => texts().join() === 'one,two' && before.store.isSettled);
    await eventually(() => before.store.members([]).getSnapshot().has(bob.id));
    network.cut();
    const chat = await reload(before);
    expect(listOf(chat)).to.deep.equal(['two']);
    expect(chat.store.counters.getSnapshot()?.total_cnt).to.equal(2);
    expect(chat.store.members([]).getSnapshot().get(bob.id)?.firstname).to.equal('bob');
    const conversation = chat.open(bob.id);
    await eventually(() => conversation.messages.getSnapshot().length === 2);
    const { rows, isLoading, firstUnreadId } = conversation.view.getSnapshot();
    expect(rows.map(({ message }) => message)).to.deep.equal(['one', 'two']);
    expect(firstUnreadId).to.equal(rows[0]?.message_id);
    expect(isLoading || chat.connection.getSnapshot() !== 'live').to.equal(true);

    await bob.chat.delete({ messages: [rows[0]?.message_id ?? ''], option: 'all' });
    await postAll(['three']);
    network.mend();
    globalThis.dispatchEvent?.(new Event('online'));
    await eventually(() => textsIn(chat, bob.id)().join() === 'two,three');
    await eventually(() => listOf(chat).join() === 'three');
    await eventually(() => chat.store.counters.getSnapshot()?.total_cnt === 2);
  });

  it('is written while the page is open, and only what has changed', async () => {
    for (let n = 0; n < 5; n++)
      await bob.chat.post({
        entity_id: await newRoom(bob, alice),
        message: `room ${n}`,
      });
    await postAll(['one']);
    const chat = await chats.openLive(alice, network.url);
    const texts = textsIn(chat, bob.id);
    await eventually(() => texts().join() === 'one');
    await eventually(async () => (await keptOf(alice)).length === 6 + 1 + 1);
    const { put } = IDBObjectStore.prototype;
    const written: unknown[] = [];
    IDBObjectStore.prototype.put = function (value, key) {
      if (this.transaction.db.name === 'hubchat-kept')
        written.push([key].flat().slice(1).join(' '));
      return put.call(this, value, key);
    };
    await postAll(['two']);
    await eventually(() => written.includes(`messages ${bob.id}`));
    await eventually(() => written.includes('counters '));
    expect(new Set(written)).to.deep.equal(
      new Set([`messages ${bob.id}`, `room ${bob.id}`, 'counters ']),
    );
  });

  it('has the last 50 messages, and follows events of what is not open', async () => {
    const texts = Array.from({ length: 60 }, (_, n) => `message ${n}`);
    await postAll(texts);
    const chat = await chats.openLive(alice, network.url);
    const conversation = chat.open(bob.id, 'newest');
    await eventually(() => conversation.view.getSnapshot().rows.length === 45);
    await conversation.loadOlder();
    expect(conversation.view.getSnapshot().rows.length).to.equal(60);
    const idOf = (n: number): string => conversation.view.getSnapshot().rows[n]?.message_id ?? '';
    const [edited, deleted] = [idOf(58), idOf(59)];
    conversation.close();
    await bob.chat.edit({ message_id: edited, message: 'edited' });
    await bob.chat.delete({ messages: [deleted], option: 'all' });
    await postAll(['last']);
    await eventually(() => listOf(chat).join() === 'last');
    network.cut();
    const again = await reload(chat);
    const shown = textsIn(again, bob.id);
    await eventually(() => shown().length > 0);
    expect(shown()).to.deep.equal([...texts.slice(10, 58), 'edited', 'last'].slice(-50));
  });

  it('is the same after pages that never reached the service', async () => {
    await postAll(['one']);
    const before = await chats.openLive(alice, network.url);
    before.open(bob.id);
    await eventually(() => before.store.isSettled);
    network.cut();
    const between = await reload(before);
    const shown = textsIn(between, bob.id);
    await eventually(() => shown().join() === 'one');
    await eventually(() => between.connection.getSnapshot() === 'offline');
    const chat = await reload(between);
    const { view } = chat.open(bob.id);
    await eventually(() => view.getSnapshot().rows.length === 1);
    expect(view.getSnapshot()).to.include({ hasNewer: false, lastOrdinal: 1 });
  });

  /** Keeps the first message of a conversation, and its row in the list as it is now. */
  async function keepFirst(): Promise<void> {
    const rows = (await alice.chat.messages({ entity_id: bob.id, mark_read: 0 })).slice(-1);
    const room = await alice.chat.chat_room_info({ key: bob.id });
    const kept = await openKept(`${alice.hubId} ${alice.id}`);
    await kept.write([
      { kind: 'room', id: bob.id, value: room },
      { kind: 'messages', id: bob.id, value: { rows, lastOrdinal: 1 } },
    ]);
    kept.close();
  }

  it('is followed by what is sent, even if newer messages are missing before that', async () => {
    await postAll(['one', 'two']);
    await keepFirst();
    network.cut();
    const chat = await chats.open(alice, network.url);
    const conversation = chat.open(bob.id, 'newest');
    await eventually(() => conversation.view.getSnapshot().hasNewer);
    await conversation.send({ message: 'three' });
    const texts = textsOf(conversation);
    expect(texts()).to.deep.equal(['one', 'three']);
    const seen = new Set<boolean>();
    conversation.messages.subscribe(() => seen.add(texts().includes('three')));
    network.mend();
    globalThis.dispatchEvent?.(new Event('online'));
    await eventually(() => texts().join() === 'one,two,three' && chat.outbox.items.length === 0);
    expect([...seen]).to.deep.equal([true]);
  });

  it('shows what is sent also between its event and the messages of the service', async () => {
    await postAll(['one', 'two']);
    await keepFirst();
    let read = (): void => {};
    const isRead = new Promise<void>((resolve) => {
      read = resolve;
    });
    const chat = await openChat({
      ...{ url: app().url, hubId: alice.hubId, userId: alice.id, token: alice.token },
      async fetch(url, init) {
        if (url.endsWith('chat.chat_room_info')) await isRead;
        return fetch(url, init);
      },
    });
    let hasCome = false;
    chat.store.onEvents((events) => {
      if (events.some(({ name }) => name === 'chat.post')) hasCome = true;
    });
    await eventually(() => chat.connection.getSnapshot() === 'live' && chat.store.isSettled);
    const conversation = chat.open(bob.id, 'newest');
    await eventually(() => conversation.view.getSnapshot().hasNewer);
    await conversation.send({ message: 'three' });
    await eventually(() => hasCome);
    const texts = textsOf(conversation);
    expect(texts()).to.deep.equal(['one', 'three']);
    read();
    await eventually(() => texts().join() === 'one,two,three' && chat.outbox.items.length === 0);
    await chat.close();
  });

  it('is of one user in one hub, and removed at log-out from all tabs', async () => {
    await postAll(['secret']);
    const [chat, tab] = [await chats.openLive(alice), await chats.openLive(alice)];
    for (const one of [chat, tab]) {
      const texts = textsIn(one, bob.id);
      await eventually(() => texts().join() === 'secret');
    }
    await eventually(async () => (await keptOf(alice)).length === 3);
    network.cut();
    const others = await chats.open(bob, network.url);
    expect(listOf(others)).to.deep.equal([]);
    const { members } = await newHub({ alice: 7 });
    const elsewhere = { ...alice, hubId: members.alice.hubId };
    expect(listOf(await chats.open(elsewhere, network.url))).to.deep.equal([]);

    await chat.logout();
    expect(await keptOf(alice)).to.deep.equal([]);
    // The other tab has what it shows in memory, and may still be about to write it.
    await tab.close();
    const next = await chats.open(alice, network.url);
    expect(listOf(next)).to.deep.equal([]);
    expect(await keptOf(alice)).to.deep.equal([]);
  });

  it('has no conversation that the member is no longer in', async () => {
    const room = await newRoom(bob, alice);
    await bob.chat.post({ entity_id: room, message: 'in the room' });
    const chat = await chats.openLive(alice, network.url);
    const texts = textsIn(chat, room);
    await eventually(() => texts().join() === 'in the room');
    await eventually(async () => (await keptOf(alice)).includes(room));
    await bob.room.remove({ entity_id: room, user_ids: [alice.id] });
    await eventually(async () => !(await keptOf(alice)).includes(room));
  });

  it('is nothing where the browser refuses to write, and all else works', async () => {
    await postAll(['one']);
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('no space', 'QuotaExceededError');
    };
    const chat = await chats.openLive(alice, network.url);
    const texts = textsIn(chat, bob.id);
    await eventually(() => texts().join() === 'one');
    await chat.draft(bob.id).set({ text: 'a draft' });
    expect(chat.draft(bob.id).view.getSnapshot()).to.deep.equal({ text: 'a draft' });
    await postAll(['two']);
    await eventually(() => texts().join() === 'one,two');
  });
});
