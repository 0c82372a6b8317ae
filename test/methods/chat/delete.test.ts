import { expect } from 'chai';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';

describe('chat.delete', () => {
  it('removes a message for all from history, unread and preview, with one event', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob);
    const kept = await alice.chat.post({ entity_id: room, message: 'kept' });
    const gone = await alice.chat.post({ entity_id: room, message: 'gone' });
    using writer = await alice.device();
    using reader = await bob.device();
    using stranger = await carol.device();
    expect(await alice.chat.delete({ option: 'all', messages: [gone.message_id] })).to.deep.equal([
      { message_id: gone.message_id, entity_id: room, delete_status: 'all' },
    ]);
    for (const device of [writer, reader]) {
      const event = await device.next('chat.delete');
      expect(event).to.include({
        entity_id: room,
        room_id: room,
        stream: room,
        prev: gone.seq,
        actor_id: alice.id,
      });
      expect(event.data).to.deep.equal({
        room_id: room,
        message_id: gone.message_id,
        author_id: alice.id,
        ordinal: 2,
        option: 'all',
        deleted: 1,
      });
    }
    for (const member of [alice, bob]) {
      const rows = await member.chat.messages({ entity_id: room, mark_read: 0 });
      expect(rows.map((row) => row.message_id)).to.deep.equal([kept.message_id]);
    }
    const [row] = await bob.chat.share_rooms();
    expect(row).to.include({
      unread_count: 1,
      last_message: 'kept',
      last_message_id: kept.message_id,
    });
    await carol.chat.post({ entity_id: alice.id, message: 'the only event' });
    await stranger.next('chat.post');
    expect(stranger.received).to.have.length(1);
  });

  it('hides a message for the caller alone; the other side receives no event', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const kept = await bob.chat.post({ entity_id: alice.id, message: 'kept' });
    const hidden = await bob.chat.post({ entity_id: alice.id, message: 'hidden' });
    using first = await alice.device();
    using second = await alice.device();
    using other = await bob.device();
    await alice.chat.delete({ option: 'me', messages: [hidden.message_id] });
    for (const device of [first, second]) {
      const event = await device.next('chat.delete');
      expect(event).to.include({ stream: alice.id, entity_id: bob.id, actor_id: alice.id });
      expect(event.data).to.include({ message_id: hidden.message_id, option: 'me' });
    }
    const [row] = await alice.chat.contact_rooms();
    expect(row).to.include({ unread_count: 1, last_message: 'kept' });
    const mine = await alice.chat.messages({ entity_id: bob.id });
    expect(mine.map((message) => message.message_id)).to.deep.equal([kept.message_id]);
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(2);
    await alice.chat.post({ entity_id: bob.id, message: 'after' });
    await other.next('chat.post');
    expect(other.received.filter((event) => event.name === 'chat.delete')).to.deep.equal([]);
  });

  it('keeps unread exact when read and unread messages are deleted or hidden', async () => {
    const { members } = await newHub({ alice: 15, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const ids: string[] = [];
    for (let n = 0; n < 6; n++)
      ids.push((await alice.chat.post({ entity_id: room, message: `message ${n}` })).message_id);
    const [a = '', b = '', c = '', d = '', e = '', f = ''] = ids;
    const unread = async () => {
      const [{ total_cnt }, { unread: inRoom }, [listed]] = await Promise.all([
        bob.chat.count_all(),
        bob.chat.to_read({ entity_id: room }),
        bob.chat.share_rooms(),
      ]);
      expect([inRoom, listed?.unread_count]).to.deep.equal([total_cnt, total_cnt]);
      return total_cnt;
    };
    await bob.chat.acknowledge({ message_id: b });
    expect(await unread()).to.equal(4);
    await bob.chat.delete({ option: 'me', messages: [a, c] });
    expect(await unread()).to.equal(3);
    await alice.chat.delete({ option: 'all', messages: [b, d] });
    expect(await unread()).to.equal(2);
    await alice.chat.delete({ option: 'all', messages: [c] });
    expect(await unread(), 'hidden, then deleted for all').to.equal(2);
    await bob.chat.post({ entity_id: room, message: 'my own' });
    expect(await unread(), 'a post marks as read').to.equal(0);
    await bob.chat.delete({ option: 'me', messages: [e] });
    await alice.chat.delete({ option: 'all', messages: [f] });
    const { message_id: late } = await alice.chat.post({ entity_id: room, message: 'late' });
    expect(await unread()).to.equal(1);
    await bob.chat.delete({ option: 'me', messages: [late] });
    expect(await unread()).to.equal(0);
  });

  it('returns one result per distinct id, with consecutive events', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const one = await alice.chat.post({ entity_id: bob.id, message: 'one' });
    const two = await alice.chat.post({ entity_id: carol.id, message: 'two' });
    using device = await alice.device();
    const reply = await alice.chat.delete({
      option: 'all',
      messages: [two.message_id, one.message_id, two.message_id],
    });
    expect(reply.map(({ message_id, entity_id }) => [message_id, entity_id])).to.deep.equal([
      [two.message_id, carol.id],
      [one.message_id, bob.id],
    ]);
    const [first, second] = [await device.next('chat.delete'), await device.next('chat.delete')];
    expect([first.seq, second.seq]).to.deep.equal([two.seq + 1, two.seq + 2]);
  });

  it('lets a moderator delete others’ messages for all, in rooms that they are in', async () => {
    const { members } = await newHub({ alice: 7, mod: 15, outside: 15 });
    const { alice, mod, outside } = members;
    const room = await newRoom(alice, mod);
    const { message_id: id } = await alice.chat.post({ entity_id: room, message: 'rude' });
    await refused(outside.chat.delete({ option: 'all', messages: [id] }), 'INVALID_MESSAGES');
    await mod.chat.delete({ option: 'all', messages: [id] });
    expect(await alice.chat.messages({ entity_id: room })).to.deep.equal([]);
  });

  it('fails with INVALID_OPTION for all on others’ messages, and for unknown options', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const mine = await alice.chat.post({ entity_id: bob.id, message: 'mine' });
    const theirs = await bob.chat.post({ entity_id: alice.id, message: 'theirs' });
    const messages = [mine.message_id, theirs.message_id];
    await refused(alice.chat.delete({ option: 'all', messages }), 'INVALID_OPTION');
    await refused(alice.chat.delete({ option: 'everyone' as 'all', messages }), 'INVALID_OPTION');
    expect(await alice.chat.messages({ entity_id: bob.id }), 'all of them or none').to.have.length(
      2,
    );
    await alice.chat.delete({ option: 'me', messages });
    expect(await alice.chat.messages({ entity_id: bob.id })).to.deep.equal([]);
  });

  it('fails with INVALID_MESSAGES when one is not visible, and deletes none', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = members;
    const post = async (from: typeof alice, to: typeof bob) =>
      (await from.chat.post({ entity_id: to.id, message: 'Hi' })).message_id;
    const kept = await post(alice, bob);
    const hidden = await post(alice, bob);
    const deleted = await post(alice, bob);
    const foreign = await post(carol, dan);
    const elsewhere = await newHub({ eve: 7, fred: 7 });
    const otherHub = await elsewhere.members.eve.chat.post({
      entity_id: elsewhere.members.fred.id,
      message: 'Hi',
    });
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    for (const bad of [hidden, deleted, foreign, otherHub.message_id, 'nothing', '', '\u0000'])
      for (const option of ['me', 'all'] as const)
        await refused(alice.chat.delete({ option, messages: [kept, bad] }), 'INVALID_MESSAGES');
    const rows = await alice.chat.messages({ entity_id: bob.id });
    expect(rows.map((row) => row.message_id)).to.deep.equal([kept]);
    expect(await bob.chat.messages({ entity_id: alice.id })).to.have.length(2);
  });

  it('fails with INVALID_MESSAGES for 101 ids or none, INVALID_INPUT without a list', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const ids = (n: number) => Array.from({ length: n }, () => id);
    await refused(alice.chat.delete({ option: 'me', messages: ids(101) }), 'INVALID_MESSAGES');
    await refused(alice.chat.delete({ option: 'me', messages: [] }), 'INVALID_MESSAGES');
    for (const body of [
      { option: 'me' },
      { option: 'me', messages: id },
      { option: 'me', messages: [7] },
      { messages: [id] },
      { option: 1, messages: [id] },
    ]) {
      const { body: answer } = await raw('chat.delete', {
        token: alice.token,
        hubId: alice.hubId,
        body,
      });
      expect(answer.error, JSON.stringify(body)).to.equal('INVALID_INPUT');
    }
    expect(await alice.chat.delete({ option: 'me', messages: ids(100) })).to.have.length(1);
  });

  it('deletes once, with one event, when called many times at once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const option of ['all', 'me'] as const) {
      const post = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 6 }, () => alice.chat.delete({ option, messages: [post.message_id] })),
      );
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).to.have.length(1);
      const { events, seq } = await alice.chat.sync({ since: post.seq });
      expect([events.length, seq], option).to.deep.equal([1, post.seq + 1]);
    }
  });

  it('shows DELETED in place of the message that a reply quotes', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, message: 'secret' });
    await bob.chat.post({ entity_id: alice.id, message: 'answer', thread_id: id });
    await alice.chat.delete({ option: 'all', messages: [id] });
    const [reply] = await bob.chat.messages({ entity_id: alice.id });
    expect(reply).to.include({ message: 'answer', thread_id: id });
    expect(reply?.thread).to.deep.equal({ message: 'DELETED', message_id: id });
  });

  it('deletes messages to a peer who has left the hub', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    await operator.hub.remove_member({ user_id: bob.id });
    expect(await alice.chat.delete({ option: 'all', messages: [id] })).to.have.length(1);
    await eventually(async () => (await alice.chat.count_all()).total_cnt === 0);
  });
});
