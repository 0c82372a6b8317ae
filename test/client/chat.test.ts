import { expect } from 'chai';
import { type Chat, openChat } from '../../client/index.ts';
import { app } from '../support/app.ts';
import { type Member, newHub } from '../support/hub.ts';
import { openNetwork } from '../support/network.ts';
import { useOutboxes } from '../support/outbox.ts';
import { eventually } from '../support/wait.ts';

describe('The chat', () => {
  useOutboxes();

  it('keeps the key of a message whose event comes before the reply', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { chat, posts, answer } = await openHeldBack(alice);
    const conversation = chat.open(bob.id);
    await isSettled(chat);
    const keys = new Set<string>();
    conversation.messages.subscribe(() => {
      for (const { key } of conversation.messages.getSnapshot()) keys.add(key);
    });
    const key = await conversation.send({ message: 'Hello' });
    await eventually(() => conversation.messages.getSnapshot()[0]?.row?.message === 'Hello');
    expect(posts()).to.equal(1);
    answer();
    await eventually(() => chat.outbox.items.length === 0);
    expect(conversation.messages.getSnapshot().map((message) => message.key)).to.deep.equal([key]);
    expect([...keys]).to.deep.equal([key]);
    await chat.close();
  });

  it('shows a message once that is read before the reply', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { chat, posts, answer } = await openHeldBack(alice);
    await isSettled(chat);
    const key = await chat.outbox.send({ entityId: bob.id, message: 'Hello' });
    await eventually(() => posts() === 1);
    const conversation = chat.open(bob.id);
    await isSettled(chat);
    const shown = () => conversation.messages.getSnapshot().map((message) => message.key);
    expect(shown()).to.deep.equal([key]);
    answer();
    await eventually(() => chat.outbox.items.length === 0);
    expect(shown()).to.deep.equal([key]);
    await chat.close();
  });

  it('shows a refused message also after a break, and where the window is read again', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { id: userId, hubId, token } = alice;
    await using network = await openNetwork(app().url);
    const chat = await openChat({ url: network.url, hubId, userId, token });
    const conversation = chat.open(bob.id);
    await isSettled(chat);
    await bob.contact.block({ entity_id: alice.id });
    const key = await conversation.send({ message: 'refused' });
    await eventually(() => chat.outbox.items[0]?.state === 'failed');
    network.cut();
    await eventually(() => chat.connection.getSnapshot() !== 'live');
    await bob.contact.unblock({ entity_id: alice.id });
    await bob.chat.post({ entity_id: alice.id, message: 'meanwhile' });
    network.mend();
    const shown = () =>
      conversation.messages.getSnapshot().map(({ row, item }) => row?.message ?? item?.state);
    await eventually(() => shown().join() === 'meanwhile,failed', 15_000);
    await isSettled(chat);
    await conversation.jump('newest');
    expect(shown()).to.deep.equal(['meanwhile', 'failed']);
    expect(conversation.messages.getSnapshot().at(-1)?.key).to.equal(key);
    await chat.close();
  });

  it('gives each message a key of its own, whatever echoIds others choose', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const message = { message: 'Hello', echoId: 'a-key' };
    await alice.chat.post({ entity_id: bob.id, ...message });
    for (const echoId of ['1', '1'])
      await alice.chat.post({ entity_id: bob.id, message: 'counted', echoId });
    const { chat } = await openHeldBack(alice);
    const conversation = chat.open(bob.id);
    await isSettled(chat);
    await bob.chat.post({ entity_id: alice.id, ...message });
    await eventually(() => conversation.messages.getSnapshot().length === 4);
    const keys = conversation.messages.getSnapshot().map(({ key }) => key);
    // A change makes each shown message of these again.
    for (const { row } of conversation.messages.getSnapshot())
      await alice.chat.react({ message_id: row?.message_id ?? '', emoji: '👍', state: 1 });
    await eventually(() =>
      conversation.messages.getSnapshot().every(({ row }) => row?.reactions.length === 1),
    );
    const after = conversation.messages.getSnapshot().map(({ key }) => key);
    expect(after).to.deep.equal(keys);
    expect(new Set(keys).size).to.equal(4);
    expect(keys[0]).to.equal('a-key');
    await chat.close();
  });

  it('gives each forwarded message a key of its own', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const sources = await Promise.all(
      ['one', 'two'].map((message) => bob.chat.post({ entity_id: alice.id, message })),
    );
    const { chat } = await openHeldBack(alice);
    const conversation = chat.open(bob.id);
    await isSettled(chat);
    const messages = sources.map(({ message_id }) => message_id);
    await alice.chat.forward({ entities: [bob.id], nodes: { messages }, echoId: 'a-forward' });
    await eventually(() => conversation.messages.getSnapshot().length === 4);
    const keys = conversation.messages.getSnapshot().map(({ key }) => key);
    expect(new Set(keys).size).to.equal(4);
    await chat.close();
  });

  it('ends when the socket is that of another member', async () => {
    const { alice, bob, cleo } = (await newHub({ alice: 7, bob: 7, cleo: 7 })).members;
    const { id: userId, hubId } = alice;
    for (const given of [{ token: bob.token }, { getToken: () => bob.token }]) {
      const chat = await openChat({ url: app().url, hubId, userId, ...given });
      const seen: string[] = [];
      chat.store.onEvents((events) => seen.push(...events.map(({ name }) => name)));
      await eventually(() => chat.connection.getSnapshot() === 'ended');
      await cleo.chat.post({ entity_id: bob.id, message: 'For Bob alone' });
      expect(seen).to.deep.equal([]);
      await chat.close();
    }
  });

  it('sends nothing in the name of a member who has logged in meanwhile', async () => {
    const { alice, bob, cleo } = (await newHub({ alice: 7, bob: 7, cleo: 7 })).members;
    const { id: userId, hubId } = alice;
    let token = alice.token;
    const answers: number[] = [];
    const chat = await openChat({
      ...{ url: app().url, hubId, userId, getToken: () => token },
      async fetch(url, init) {
        // As a browser does with its cookie: the session of this tab's socket goes on.
        const headers = { ...init.headers, authorization: `Bearer ${token}` };
        const answer = await fetch(url, { ...init, headers });
        if (url.endsWith('chat.post')) answers.push(answer.status);
        return answer;
      },
    });
    await isSettled(chat);
    token = bob.token;
    await chat.outbox.send({ entityId: cleo.id, message: 'By Alice' });
    await eventually(() => answers.includes(401));
    expect(await cleo.chat.messages({ entity_id: bob.id })).to.deep.equal([]);
    expect(chat.outbox.items.map(({ message }) => message)).to.deep.equal(['By Alice']);
    token = alice.token;
    chat.outbox.start();
    await eventually(() => chat.outbox.items.length === 0);
    const [row] = await cleo.chat.messages({ entity_id: alice.id });
    expect(row?.author_id).to.equal(alice.id);
    await chat.close();
  });
});

const isSettled = (chat: Chat): Promise<void> =>
  eventually(() => chat.connection.getSnapshot() === 'live' && chat.store.isSettled);

/** Opens a chat that is not given the replies to its posts before `answer` is called. */
async function openHeldBack({ id: userId, hubId, token }: Member) {
  let [posts, answer] = [0, (): void => {}];
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const chat = await openChat({
    ...{ url: app().url, hubId, userId, token },
    async fetch(url, init) {
      const reply = await fetch(url, init);
      if (!url.endsWith('chat.post')) return reply;
      posts += 1;
      await answered;
      return reply;
    },
  });
  return { chat, answer, posts: () => posts };
}
