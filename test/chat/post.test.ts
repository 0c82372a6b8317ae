import { expect } from 'chai';
import { newHub, newRoom, raw, refused } from '../support/hub.ts';

describe('chat.post', () => {
  it('answers the sender’s copy, with his own counters', async () => {
    const { members, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'unread for Alice' });
    const room = await newRoom(alice, bob);
    const reply = await alice.chat.post({ entity_id: room, message: 'Hi', echoId: 'k1' });
    expect(reply).to.deep.include({
      entity_id: room,
      room_id: room,
      message: 'Hi',
      author_id: alice.id,
      to_id: alice.id,
      is_attachment: 0,
      thread: null,
      thread_id: null,
      version: 1,
      room: 0,
      total: 1,
      echoId: 'k1',
    });
    expect(reply.entity).to.deep.equal({ id: alice.id, firstname: 'alice', lastname: 'Test', surname: 'alice Test' });
    expect(Math.abs(reply.ctime_ms - Date.now())).to.be.below(5000);
    void id;
  });

  it('reaches every device of both sides of a direct conversation, and nobody else', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    using sender = await alice.device();
    using other = await alice.device();
    using receiver = await bob.device();
    using stranger = await carol.device();
    const reply = await alice.chat.post({ entity_id: bob.id, message: 'Hi Bob', echoId: '17' });
    for (const device of [sender, other])
      expect(await device.next('chat.post')).to.include({ entity_id: bob.id, seq: reply.seq, echoId: '17' });
    const heard = await receiver.next('chat.post');
    expect(heard).to.include({
      entity_id: alice.id,
      room_id: reply.room_id,
      actor_id: alice.id,
      stream: reply.room_id,
      prev: 0,
    });
    expect(heard.data).to.include({ message_id: reply.message_id, message: 'Hi Bob' });
    await carol.chat.post({ entity_id: alice.id, message: 'something that Carol does hear' });
    await stranger.next('chat.post');
    expect(stranger.heard).to.have.length(1);
  });

  it('posts once for a repeated echoId, also when both arrive at once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const post = () => alice.chat.post({ entity_id: bob.id, message: 'once', echoId: 'a-key' });
    const replies = await Promise.all([post(), post(), post(), post()]);
    expect(new Set(replies.map((reply) => reply.message_id)).size).to.equal(1);
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(1);
    await refused(alice.chat.post({ entity_id: bob.id, message: 'another', echoId: 'a-key' }), 'ECHO_ID_CONFLICT');
  });

  it('takes an echoId of digits as a tab’s counter, never as a key', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const first = await alice.chat.post({ entity_id: bob.id, message: 'one', echoId: '1' });
    const second = await alice.chat.post({ entity_id: bob.id, message: 'one', echoId: '1' });
    expect(second.message_id).to.not.equal(first.message_id);
  });

  it('fails with INVALID_CONTACT for oneself, nobody, and a room one is not in', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const theirs = await newRoom(bob, carol);
    for (const entity of [alice.id, 'nobody', '', theirs, '\u0000'])
      await refused(alice.chat.post({ entity_id: entity, message: 'Hi' }), 'INVALID_CONTACT');
  });

  it('fails with INVALID_INPUT for what is no message, naming it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const bad = async (body: object, name: string) => {
      const { status, body: answer } = await raw('chat.post', { token: alice.token, hubId: alice.hubId, body });
      expect([status, answer.error]).to.deep.equal([400, 'INVALID_INPUT']);
      expect(answer.details.join()).to.contain(name);
    };
    await bad({ message: 'Hi' }, 'entity_id');
    await bad({ entity_id: 7, message: 'Hi' }, 'entity_id');
    await bad({ entity_id: bob.id, message: ' \n\t' }, 'message');
    await bad({ entity_id: bob.id, message: 'x'.repeat(10_001) }, 'message');
    await bad({ entity_id: bob.id, message: '\ud800' }, 'message');
    await bad({ entity_id: bob.id, message: 'Hi', echoId: 'ä' }, 'echoId');
    await bad({ entity_id: bob.id, message: 'Hi', mention_ids: ['nobody'] }, 'mention_ids');
    expect(await alice.chat.messages({ entity_id: bob.id })).to.deep.equal([]);
    const long = '😀'.repeat(10_000);
    expect((await alice.chat.post({ entity_id: bob.id, message: long })).message).to.equal(long);
  });
});
