import { expect } from 'chai';
import type { App } from '../../../service/app.ts';
import { ownApp } from '../../support/app.ts';
import { position } from '../../support/events.ts';
import { newHub, newRoom } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';
import { expectUnread, post, posts, readEvents, shownPointer } from './support.ts';

/** A group of three, and the ids of four messages of Bob's in it. */
async function newConversation(app: App) {
  const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, app);
  const { alice, bob, carol } = members;
  const room = await newRoom(bob, alice, carol);
  return { alice, bob, carol, room, ids: await posts(bob, room, 4) };
}

describe('chat.mark_unread', () => {
  it('reaches the reader’s devices alone; others keep seeing the furthest pointer', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(bob, alice, carol);
    for (const entity of [room, alice.id]) {
      const theirs = entity === alice.id ? bob.id : entity;
      const [first = '', second = ''] = await posts(bob, entity, 2);
      for (const reader of entity === room ? [alice, carol] : [alice])
        await reader.chat.acknowledge({ message_id: second });
      const last = await position(alice);
      using one = await alice.device();
      using two = await alice.device();
      using author = await bob.device();
      using third = await carol.device();
      const { room_id } = await alice.chat.mark_unread({ message_id: first });
      const data = { room_id, user_id: alice.id, ordinal: 0, message_id: first };
      for (const device of [one, two]) {
        const event = await device.next('chat.mark_unread');
        expect(event).to.deep.include({
          seq: last + 1,
          stream: alice.id,
          actor_id: alice.id,
          data,
        });
        expect([event.entity_id, event.room_id]).to.deep.equal([theirs, room_id]);
      }
      const rows = await bob.chat.messages({ entity_id: entity, mark_read: 0 });
      expect(rows.map((row) => row.is_seen)).to.deep.equal([1, 1]);
      if (entity === room)
        for (const viewer of [bob, carol, alice])
          expect(await shownPointer(viewer, room, alice)).to.equal(2);
      await bob.chat.post({ entity_id: entity, message: 'news' });
      await bob.chat.post({ entity_id: carol.id, message: 'another event' });
      await author.next('chat.post');
      await third.next('chat.post');
      for (const device of [author, third]) expect(readEvents(device, alice)).to.deep.equal([]);
      for (const [member, names] of [
        [alice, ['chat.mark_unread', 'chat.post']] as const,
        [bob, ['chat.post', 'chat.post']] as const,
      ])
        expect(
          (await member.chat.sync({ since: last })).events.map((event) => event.name),
        ).to.deep.equal(names);
    }
  });

  it('publishes reading again to the reader, and to others only what is new to them', async () => {
    let now = Date.now() + 3_600_000;
    await using app = await ownApp({}, () => now);
    const { alice, bob, room, ids } = await newConversation(app);
    const [first = '', second = '', third = '', fourth = ''] = ids;
    using own = await alice.device();
    using author = await bob.device();
    await alice.chat.acknowledge({ message_id: third });
    await alice.chat.mark_unread({ message_id: first });
    for (const [id, unread] of [[second, 2] as const, [third, 1] as const]) {
      now += 2000;
      expect(await alice.chat.acknowledge({ message_id: id })).to.include({ unread });
      let event = await own.next('chat.acknowledge');
      while (event.data.message_id !== id) event = await own.next('chat.acknowledge');
      expect(event).to.include({
        stream: alice.id,
        entity_id: room,
        room_id: room,
        actor_id: alice.id,
      });
      expect(await shownPointer(bob, room, alice)).to.equal(3);
    }
    await alice.chat.mark_unread({ message_id: third });
    await alice.chat.mark_unread({ message_id: second });
    expect(await shownPointer(bob, room, alice)).to.equal(3);
    now += 2000;
    await alice.chat.messages({ entity_id: room, before: fourth });
    await expectUnread(alice, room, 1, 3);
    now += 2000;
    await alice.chat.acknowledge({ message_id: fourth });
    await post(alice, room);
    for (const device of [own, author]) await device.next('chat.post');
    expect(readEvents(author, alice)).to.deep.equal(['chat.acknowledge 3', 'chat.acknowledge 4']);
    expect(readEvents(own, alice)).to.deep.equal([
      ...['chat.acknowledge 3', 'chat.mark_unread 0', 'chat.acknowledge 2', 'chat.acknowledge 3'],
      ...['chat.mark_unread 2', 'chat.mark_unread 1', 'chat.acknowledge 3', 'chat.acknowledge 4'],
    ]);
  });

  it('publishes a waiting receipt before the pointer goes back', async () => {
    let now = Date.now() + 7_200_000;
    await using app = await ownApp({}, () => now);
    const { alice, bob, carol, room, ids } = await newConversation(app);
    const [first = '', second = '', third = '', fourth = ''] = ids;
    using own = await alice.device();
    using author = await bob.device();
    for (const reader of [alice, carol]) await reader.chat.acknowledge({ message_id: first });
    now += 100;
    await alice.chat.acknowledge({ message_id: third });
    const last = await position(bob);
    expect(await alice.chat.mark_unread({ message_id: second })).to.include({
      ordinal: 1,
      unread: 3,
    });
    const { events } = await alice.chat.sync({ since: last });
    expect(
      events.map(({ name, seq, stream, data }) => [name, seq, stream, data.ordinal]),
    ).to.deep.equal([
      ['chat.acknowledge', last + 1, room, 3],
      ['chat.mark_unread', last + 2, alice.id, 1],
    ]);
    expect(events[0]?.data).to.include({ message_id: third });
    now += 100;
    await carol.chat.acknowledge({ message_id: second });
    now += 2000;
    // Waiting receipts are published in the order in which they are due: one of Alice's would come
    // before Carol's.
    await eventually(() => readEvents(author, carol).length === 2);
    expect(readEvents(author, alice)).to.deep.equal(['chat.acknowledge 1', 'chat.acknowledge 3']);
    await alice.chat.acknowledge({ message_id: third });
    now += 500;
    await alice.chat.acknowledge({ message_id: fourth });
    await expectUnread(alice, room, 0, 4);
    now += 500;
    await eventually(() => readEvents(author, alice).length === 3);
    await eventually(() => readEvents(own, alice).length === 5);
    expect(readEvents(author, alice).at(-1)).to.equal('chat.acknowledge 4');
    expect(readEvents(own, alice).slice(2)).to.deep.equal([
      'chat.mark_unread 1',
      'chat.acknowledge 3',
      'chat.acknowledge 4',
    ]);
    await alice.chat.mark_unread({ message_id: fourth });
    now += 500;
    await alice.chat.acknowledge({ message_id: fourth });
    await alice.chat.mark_unread({ message_id: fourth });
    now += 600;
    const late = await position(alice);
    await alice.chat.acknowledge({ message_id: fourth });
    expect(await position(alice), 'not within a second of the published one').to.equal(late);
  });
});
