import { expect } from 'chai';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';

describe('chat.post', () => {
  it('posts once for a repeated echoId, also when the calls are concurrent', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const post = () => alice.chat.post({ entity_id: bob.id, message: 'once', echoId: 'a-key' });
    const replies = await Promise.all([post(), post(), post(), post()]);
    expect(new Set(replies.map((reply) => reply.message_id)).size).to.equal(1);
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(1);
    await refused(
      alice.chat.post({ entity_id: bob.id, message: 'another', echoId: 'a-key' }),
      'ECHO_ID_CONFLICT',
    );
  });

  it('shows the echoId in the rows of its author, and of nobody else', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await alice.chat.post({ entity_id: bob.id, message: 'keyed', echoId: 'a-key' });
    await alice.chat.post({ entity_id: bob.id, message: 'plain' });
    const [plain, keyed] = await alice.chat.messages({ entity_id: bob.id });
    expect([plain?.echoId, keyed?.echoId]).to.deep.equal([undefined, 'a-key']);
    const theirs = await bob.chat.messages({ entity_id: alice.id });
    expect(theirs.map((row) => 'echoId' in row)).to.deep.equal([false, false]);
    const [read] = await alice.chat.get({ message_ids: [keyed?.message_id ?? ''] });
    expect(read?.echoId).to.equal('a-key');
  });

  it('treats an echoId of digits as a tab’s counter, never as a key', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const first = await alice.chat.post({ entity_id: bob.id, message: 'one', echoId: '1' });
    const second = await alice.chat.post({ entity_id: bob.id, message: 'one', echoId: '1' });
    expect(second.message_id).to.not.equal(first.message_id);
  });

  describe('a repeated echoId', () => {
    it('is accepted in a room that was archived since, unlike other posts', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const call = { entity_id: room, message: 'once', echoId: 'a-key' };
      const first = await bob.chat.post(call);
      await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
      expect((await bob.chat.post(call)).message_id).to.equal(first.message_id);
      await refused(bob.chat.post({ ...call, message: 'another' }), 'ECHO_ID_CONFLICT');
      await refused(bob.chat.post({ ...call, echoId: 'b-key' }), 'ROOM_ARCHIVED');
    });

    it('is rejected when the caller was removed or blocked since', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const inRoom = { entity_id: room, message: 'once', echoId: 'a-key' };
      const direct = { entity_id: alice.id, message: 'once', echoId: 'a-key' };
      const first = await bob.chat.post(inRoom);
      await bob.chat.post(direct);
      await alice.room.remove({ entity_id: room, user_id: bob.id });
      await alice.contact.block({ entity_id: bob.id });
      await refused(bob.chat.post(inRoom), 'INVALID_CONTACT');
      await refused(bob.chat.post(direct), 'INVALID_CONTACT');
      await alice.contact.unblock({ entity_id: bob.id });
      await alice.room.add({ entity_id: room, user_id: bob.id });
      expect((await bob.chat.post(inRoom)).message_id, 'after rejoining').to.equal(
        first.message_id,
      );
    });

    it('returns a message that was deleted since without its text', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const call = { entity_id: bob.id, message: 'secret', echoId: 'a-key' };
      const first = await alice.chat.post(call);
      await alice.chat.delete({ option: 'all', messages: [first.message_id] });
      expect(await alice.chat.post(call)).to.include({
        message_id: first.message_id,
        message: '',
        deleted: 1,
      });
      await refused(alice.chat.post({ ...call, message: 'another' }), 'ECHO_ID_CONFLICT');
      expect(await bob.chat.messages({ entity_id: alice.id })).to.deep.equal([]);
    });

    it('is compared bytewise, by author and room, up to 64 characters', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      const ids = new Set<string>();
      const post = async (from: Member, to: Member, echoId: string) => {
        const reply = await from.chat.post({ entity_id: to.id, message: 'Hi', echoId });
        expect(reply.echoId).to.equal(echoId);
        ids.add(reply.message_id);
      };
      const longest = 'k'.repeat(64);
      for (const key of ['key', 'KEY', 'key ', ' key', '~', longest]) await post(alice, bob, key);
      await post(alice, carol, 'key');
      await post(bob, alice, 'key');
      expect(ids.size, 'one message each').to.equal(8);
      for (const key of ['key', 'KEY', 'key ', longest]) await post(alice, bob, key);
      expect(ids.size, 'no further message').to.equal(8);
      for (const bad of ['', `${longest}k`, 'tab\t', 'é'])
        await refused(
          alice.chat.post({ entity_id: bob.id, message: 'Hi', echoId: bad }),
          'INVALID_INPUT',
        );
    });

    it('fails with ECHO_ID_CONFLICT when thread, mentions or files differ', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const { message_id: parent } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
      const call = {
        entity_id: bob.id,
        message: 'once',
        thread_id: parent,
        mention_ids: [bob.id],
        echoId: 'a-key',
      };
      const first = await alice.chat.post(call);
      expect((await alice.chat.post(call)).message_id).to.equal(first.message_id);
      await refused(alice.chat.post({ ...call, thread_id: null }), 'ECHO_ID_CONFLICT');
      await refused(alice.chat.post({ ...call, mention_ids: [] }), 'ECHO_ID_CONFLICT');
      await refused(alice.chat.post({ ...call, attachment: ['a-file'] }), 'ECHO_ID_CONFLICT');
    });
  });
});
