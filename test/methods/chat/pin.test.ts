import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { position } from '../../support/events.ts';
import { newHub, newRoom } from '../../support/hub.ts';
import { messageOf, pinAll, pinned, post, posts } from './support.ts';

describe('Pinning', () => {
  it('pins a message for everyone in the room, with one event to each device', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = members;
    const room = await newRoom(alice, bob, carol);
    const question = await post(alice, room, 'question');
    const answer = await post(bob, room, 'answer', {
      thread_id: question,
      mention_ids: [alice.id],
    });
    await carol.chat.react({ message_id: answer, emoji: '👍' });
    const seq = await position(alice);
    const devices = await Promise.all([alice, bob, bob, carol].map((member) => member.device()));
    using stranger = await dan.device();
    expect(await bob.chat.pin({ message_id: answer })).to.deep.equal({
      message_id: answer,
      entity_id: room,
      room_id: room,
      is_pinned: 1,
    });
    const [pin] = await alice.chat.pins({ entity_id: room });
    const message = messageOf(pin);
    expect(pin).to.include({ entity_id: room, seq: seq - 1, pinned_by: bob.id });
    expect(message).to.include({
      message_id: answer,
      message: 'answer',
      author_id: bob.id,
      thread_id: question,
    });
    expect(message.thread).to.include({ message: 'question' });
    expect(message.reactions).to.deep.equal([{ emoji: '👍', count: 1, user_ids: [carol.id] }]);
    expect(message.mention_ids).to.deep.equal([alice.id]);
    for (const device of devices) {
      const event = await device.next('chat.pin');
      expect(event).to.include({
        seq: seq + 1,
        prev: seq,
        stream: room,
        room_id: room,
        entity_id: room,
      });
      expect(event).to.include({ hub_id: bob.hubId, actor_id: bob.id });
      expect(event.data).to.deep.equal({
        room_id: room,
        message_id: answer,
        user_id: bob.id,
        pinned_ms: pin?.pinned_ms,
        message,
      });
    }
    await post(dan, alice.id, 'the only event');
    await stranger.next('chat.post');
    expect(stranger.received).to.have.length(1);
    for (const device of devices) {
      expect(device.received.filter((event) => event.name === 'chat.pin')).to.have.length(1);
      device.close();
    }
  });

  it('removes another member’s pin for everyone, with one event', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const [kept = '', gone = ''] = await posts(alice, room, 2);
    await pinAll(alice, [kept, gone]);
    const seq = await position(alice);
    const devices = [await alice.device(), await bob.device(), await carol.device()];
    expect(await carol.chat.unpin({ message_id: gone })).to.deep.equal({
      message_id: gone,
      entity_id: room,
      room_id: room,
      is_pinned: 0,
    });
    for (const device of devices) {
      const event = await device.next('chat.unpin');
      expect(event).to.include({
        seq: seq + 1,
        prev: seq,
        stream: room,
        entity_id: room,
        actor_id: carol.id,
      });
      expect(event.data).to.deep.equal({ room_id: room, message_id: gone, user_id: carol.id });
      device.close();
    }
    for (const member of [alice, bob, carol])
      expect(await pinned(member, room)).to.deep.equal([kept]);
  });

  it('works in a direct conversation, with each side’s own entity_id', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id, room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    using mine = await bob.device();
    using other = await alice.device();
    expect(await bob.chat.pin({ message_id: id })).to.deep.equal({
      message_id: id,
      entity_id: alice.id,
      room_id,
      is_pinned: 1,
    });
    expect(await mine.next('chat.pin')).to.include({ room_id, entity_id: alice.id });
    expect(await other.next('chat.pin')).to.include({ room_id, entity_id: bob.id });
    for (const [member, peer] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const [pin] = await member.chat.pins({ entity_id: peer.id });
      expect(pin).to.include({ message_id: id, entity_id: peer.id, pinned_by: bob.id });
    }
    expect(await alice.chat.unpin({ message_id: id })).to.include({
      entity_id: bob.id,
      is_pinned: 0,
    });
    expect(await mine.next('chat.unpin')).to.include({ room_id, entity_id: alice.id });
  });

  it('publishes nothing, and uses no seq, when nothing changes', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [one = '', other = ''] = await posts(alice, room, 2);
    await alice.chat.pin({ message_id: one });
    const before = await alice.chat.pins({ entity_id: room });
    using device = await alice.device();
    expect(await bob.chat.pin({ message_id: one })).to.include({ message_id: one, is_pinned: 1 });
    expect(await bob.chat.unpin({ message_id: other })).to.include({
      message_id: other,
      is_pinned: 0,
    });
    expect(await position(alice)).to.equal(device.ready.seq);
    expect(await bob.chat.pins({ entity_id: room }), 'pinned by the first').to.deep.equal(before);
    await bob.chat.unpin({ message_id: one });
    expect(await device.next('chat.unpin')).to.include({ seq: device.ready.seq + 1 });
    expect(device.received).to.have.length(1);
  });

  it('does not change unread, the order of lists, or archived conversations', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const id = await post(alice, bob.id);
    await post(carol, bob.id);
    await bob.chat.change_status({ entity_id: alice.id, status: 'archived' });
    const lists = () =>
      Promise.all([bob.chat.chat_rooms(), bob.chat.chat_rooms({ option: 'archived' })]);
    const before = await lists();
    await alice.chat.pin({ message_id: id });
    expect(await lists()).to.deep.equal(before);
    expect(before.map((rows) => rows.length)).to.deep.equal([1, 1]);
  });

  describe('in chat.sync', () => {
    it('shows the current message, or that it is deleted; the log stores no text', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const room = await newRoom(alice, bob);
      const quoted = await post(alice, room, 'first-secret');
      const kept = await post(alice, room, 'second-secret', { thread_id: quoted });
      const seq = await position(bob);
      await bob.chat.pin({ message_id: kept });
      await bob.chat.pin({ message_id: quoted });
      await bob.chat.unpin({ message_id: quoted });
      await alice.chat.edit({ message_id: kept, message: 'third-secret' });
      await bob.chat.react({ message_id: kept, emoji: '👍' });
      const list = async () => (await alice.chat.sync({ since: seq })).events;
      const [pin] = await alice.chat.pins({ entity_id: room });
      const message = messageOf(pin);
      const [first, , third] = await list();
      expect(first?.data).to.deep.equal({
        room_id: room,
        message_id: kept,
        user_id: pin?.pinned_by,
        pinned_ms: pin?.pinned_ms,
        message,
      });
      expect(message).to.include({ message: 'third-secret', version: 2 });
      expect(third).to.include({ name: 'chat.unpin', seq: seq + 3 });
      expect(third?.data).to.deep.equal({ room_id: room, message_id: quoted, user_id: bob.id });

      await alice.chat.delete({ option: 'all', messages: [quoted] });
      const [again, ...others] = (await list()).slice(0, 3);
      expect(again?.data).to.deep.include({
        message: { ...message, thread: { message: 'DELETED', message_id: quoted } },
      });
      for (const event of others)
        expect(event.data).to.deep.equal({ message_id: quoted, room_id: room, deleted: 1 });
      await alice.chat.delete({ option: 'all', messages: [kept] });
      const events = await list();
      expect(events.map((event) => event.seq)).to.deep.equal(
        [1, 2, 3, 4, 5, 6, 7].map((n) => seq + n),
      );
      expect(events[0]).to.include({ name: 'chat.pin', actor_id: bob.id });
      expect(events[0]?.data).to.deep.equal({ message_id: kept, room_id: room, deleted: 1 });
      expect(JSON.stringify(events)).to.not.contain('secret');
      const [rows] = await app().pool.query(
        'SELECT CAST(data AS CHAR) AS data FROM events WHERE hub_id = ?',
        [alice.hubId],
      );
      expect(rows).to.have.length.above(6);
      expect(JSON.stringify(rows)).to.not.contain('secret');
    });
  });
});
