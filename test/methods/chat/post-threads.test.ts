import { expect } from 'chai';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';
import { eventually } from '../../support/wait.ts';

describe('chat.post', () => {
  describe('threads', () => {
    it('shows the message replied to in the reply, the event and the history', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const asked = await alice.chat.post({ entity_id: bob.id, message: 'question' });
      using device = await alice.device();
      const answer = await bob.chat.post({
        entity_id: alice.id,
        message: 'answer',
        thread_id: asked.message_id,
      });
      const thread = {
        message_id: asked.message_id,
        message: 'question',
        author_id: alice.id,
        is_attachment: 0,
        entity: asked.entity,
      };
      expect([answer.thread_id, answer.thread]).to.deep.equal([asked.message_id, thread]);
      expect((await device.next('chat.post')).data).to.deep.include({
        thread_id: asked.message_id,
        thread,
      });
      const [row] = await alice.chat.messages({ entity_id: bob.id });
      expect(row?.thread).to.deep.equal(thread);
      const deeper = await alice.chat.post({
        entity_id: bob.id,
        message: 'thanks',
        thread_id: answer.message_id,
      });
      expect(deeper.thread).to.include({ message_id: answer.message_id, message: 'answer' });
      expect(
        (await alice.chat.post({ entity_id: bob.id, message: 'none', thread_id: null })).thread,
      ).to.equal(null);
    });

    it('fails with INVALID_THREAD unless the message is visible in the conversation', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      const to = async (from: Member, entity: string) =>
        (await from.chat.post({ entity_id: entity, message: 'Hi' })).message_id;
      const good = await to(alice, bob.id);
      const elsewhere = await to(alice, carol.id);
      const foreign = await to(bob, carol.id);
      const hidden = await to(bob, alice.id);
      const deleted = await to(bob, alice.id);
      await alice.chat.delete({ option: 'me', messages: [hidden] });
      await bob.chat.delete({ option: 'all', messages: [deleted] });
      for (const thread of [elsewhere, foreign, hidden, deleted, 'nothing', 'not an id', '\u0000'])
        await refused(
          alice.chat.post({ entity_id: bob.id, message: 'Hi', thread_id: thread }),
          'INVALID_THREAD',
        );
      await refused(
        alice.chat.post({ entity_id: bob.id, thread_id: untyped(7), message: 'Hi' }),
        'INVALID_INPUT',
      );
      await alice.chat.post({ entity_id: bob.id, message: 'Hi', thread_id: good });
      await bob.chat.post({
        entity_id: alice.id,
        message: 'hidden from Alice alone',
        thread_id: hidden,
      });
    });
  });

  it('quotes no text of a message deleted for all in a later reply, also in a race', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    using device = await carol.device();
    for (let round = 0; round < 12; round++) {
      const text = `secret of round ${round}.`;
      const { message_id: id } = await alice.chat.post({ entity_id: room, message: text });
      const reply = () => bob.chat.post({ entity_id: room, message: 'a reply', thread_id: id });
      const [early, , late] = await Promise.all([
        Promise.allSettled([reply(), reply()]),
        alice.chat.delete({ option: 'all', messages: [id] }),
        Promise.allSettled([reply(), reply()]),
      ]);
      for (const outcome of [...early, ...late])
        if (outcome.status === 'rejected') expect(outcome.reason.code).to.equal('INVALID_THREAD');
      const { seq: end } = await alice.chat.post({ entity_id: room, message: 'that is all' });
      await eventually(() => device.received.at(-1)?.seq === end);
      const deletion = device.received.find(
        (event) => event.name === 'chat.delete' && event.data.message_id === id,
      );
      if (!deletion) return expect.fail('no chat.delete');
      const after = device.received.filter((event) => event.seq > deletion.seq);
      expect(after.filter((event) => JSON.stringify(event).includes(text))).to.deep.equal([]);
    }
  });
});
