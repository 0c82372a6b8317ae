import { expect } from 'chai';
import { openChat } from '../../client/index.ts';
import { app } from '../support/app.ts';
import { newHub } from '../support/hub.ts';
import { useOutboxes } from '../support/outbox.ts';
import { eventually } from '../support/wait.ts';

describe('The chat', () => {
  useOutboxes();

  it('keeps the key of a message whose event comes before the reply', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    let [posts, answer] = [0, (): void => {}];
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const chat = await openChat({
      ...{ url: app().url, hubId: alice.hubId, userId: alice.id, token: alice.token },
      async fetch(url, init) {
        const reply = await fetch(url, init);
        if (!url.endsWith('chat.post')) return reply;
        posts += 1;
        await answered;
        return reply;
      },
    });
    const conversation = chat.open(bob.id);
    await eventually(() => chat.connection.getSnapshot() === 'live' && chat.store.isSettled);
    const keys = new Set<string>();
    conversation.messages.subscribe(() => {
      for (const { key } of conversation.messages.getSnapshot()) keys.add(key);
    });
    const key = await conversation.send({ message: 'Hello' });
    await eventually(() => conversation.messages.getSnapshot()[0]?.row?.message === 'Hello');
    expect(posts).to.equal(1);
    answer();
    await eventually(() => chat.outbox.items.length === 0);
    expect(conversation.messages.getSnapshot().map((message) => message.key)).to.deep.equal([key]);
    expect([...keys]).to.deep.equal([key]);
    chat.close();
  });
});
