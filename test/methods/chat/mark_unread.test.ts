import { expect } from 'chai';
import { position } from '../../support/events.ts';
import { newHub, newRoom } from '../../support/hub.ts';
import { expectUnread, post, posts, shownPointer } from './support.ts';

describe('chat.mark_unread', () => {
  it('moves the pointer before the message, in groups and direct conversations', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const entity of [await newRoom(alice, bob), alice.id]) {
      const theirs = entity === alice.id ? bob.id : entity;
      const [first = '', second = '', third = ''] = await posts(bob, entity, 3);
      await alice.chat.acknowledge({ message_id: third });
      const room_id = (await alice.chat.chat_room_info({ key: theirs })).room_id;
      const rest = { entity_id: theirs, room_id, user_id: alice.id };
      for (const [id, pointer] of [
        [third, 2] as const,
        [second, 1] as const,
        [first, 0] as const,
      ]) {
        const reply = await alice.chat.mark_unread({ message_id: id });
        expect(reply).to.deep.include({
          ...rest,
          message_id: id,
          ordinal: pointer,
          unread: 3 - pointer,
        });
        await expectUnread(alice, theirs, 3 - pointer, pointer);
        const rows = await alice.chat.messages({ entity_id: theirs, mark_read: 0 });
        const readed = [1, 2, 3].map((ordinal) => (ordinal <= pointer ? 1 : 0));
        expect(rows.map((row) => row.is_readed).reverse()).to.deep.equal(readed);
      }
    }
    expect((await alice.chat.count_all()).total_cnt).to.equal(6);
    expect((await bob.chat.count_all()).total_cnt).to.equal(0);
  });

  it('counts neither the reader’s own messages nor deleted or hidden ones', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 15 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const first = await post(bob, room);
    const own = await post(alice, room);
    const [hidden = '', deleted = ''] = await posts(bob, room, 2);
    const hiddenOwn = await post(alice, room);
    const both = await post(carol, room);
    const deletedOwn = await post(alice, room);
    await post(carol, room);
    await alice.chat.messages({ entity_id: room });
    await alice.chat.delete({ option: 'me', messages: [hidden, hiddenOwn, both] });
    await alice.chat.delete({ option: 'all', messages: [deletedOwn] });
    await bob.chat.delete({ option: 'all', messages: [deleted] });
    await carol.chat.delete({ option: 'all', messages: [both] });
    expect(await alice.chat.mark_unread({ message_id: first })).to.include({
      ordinal: 0,
      unread: 2,
    });
    await expectUnread(alice, room, 2, 0);
    expect(await alice.chat.acknowledge({ message_id: own })).to.include({ ordinal: 2, unread: 1 });
    expect(await alice.chat.mark_unread({ message_id: own }), 'also an own message').to.include({
      ordinal: 1,
      unread: 1,
    });
    await alice.chat.delete({ option: 'me', messages: [own] });
    await expectUnread(alice, room, 1, 1);
    await carol.chat.delete({ option: 'all', messages: [hiddenOwn] });
    await expectUnread(alice, room, 1, 1);
    await post(bob, room);
    await expectUnread(alice, room, 2, 1);
  });

  it('counts exactly for a member who left the room and came back', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const first = await post(alice, room);
    const hidden = await post(alice, room);
    await post(bob, room);
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await post(alice, room);
    await alice.room.add({ entity_id: room, user_id: bob.id });
    await expectUnread(bob, room, 0, 4);
    const shown = await bob.chat.messages({ entity_id: room, mark_read: 0 });
    const expected = shown.filter((row) => row.author_id !== bob.id).length;
    expect(await bob.chat.mark_unread({ message_id: first })).to.include({
      ordinal: 0,
      unread: expected,
    });
    await expectUnread(bob, room, expected, 0);
  });

  it('counts messages from before a late joiner came once they mark them unread', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, late: 7 });
    const { alice, bob, late } = members;
    const room = await newRoom(alice, bob);
    const [, second = ''] = await posts(bob, room, 3);
    await alice.room.add({ entity_id: room, user_id: late.id });
    await expectUnread(late, room, 0, 3);
    await late.chat.mark_unread({ message_id: second });
    await expectUnread(late, room, 2, 1);
    expect(await shownPointer(alice, room, late)).to.equal(3);
  });

  it('changes and publishes nothing when the message is unread already', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [, second = '', third = ''] = await posts(bob, alice.id, 3);
    await alice.chat.acknowledge({ message_id: second });
    await alice.chat.mark_unread({ message_id: second });
    const last = await position(alice);
    for (const id of [second, third, second])
      expect(await alice.chat.mark_unread({ message_id: id })).to.include({
        message_id: id,
        ordinal: 1,
        unread: 2,
      });
    expect(await position(alice)).to.equal(last);
    await expectUnread(alice, bob.id, 2, 1);
  });

  it('is undone by the reader’s own post or forward, not by a repeated post', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const first = await post(bob, alice.id);
    const call = { entity_id: bob.id, message: 'once', echoId: 'a-key' };
    const { message_id: own } = await alice.chat.post(call);
    await post(bob, alice.id);
    await alice.chat.messages({ entity_id: bob.id });
    await alice.chat.mark_unread({ message_id: first });
    expect(await alice.chat.post(call)).to.include({ message_id: own, room: 2 });
    await expectUnread(alice, bob.id, 2, 0);
    expect(await alice.chat.post({ entity_id: bob.id, message: 'another' })).to.include({
      room: 0,
      total: 0,
    });
    await expectUnread(alice, bob.id, 0, 4);
    await alice.chat.mark_unread({ message_id: first });
    await alice.chat.forward({ entities: [bob.id], nodes: { messages: [first] } });
    await expectUnread(alice, bob.id, 0, 5);
    expect(
      (await bob.chat.messages({ entity_id: alice.id, mark_read: 0 })).map((row) => row.is_seen),
    ).to.deep.equal([0, 0, 1, 0, 1]);
  });

  it('works in archived rooms, which stay archived, and across a block', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [mine, forAll] = [await newRoom(alice, bob), await newRoom(bob, alice)];
    for (const entity of [mine, forAll, alice.id]) {
      const theirs = entity === alice.id ? bob.id : entity;
      const [first = ''] = await posts(bob, entity, 2);
      await alice.chat.messages({ entity_id: theirs });
      if (entity === mine) await alice.chat.change_status({ entity_id: mine, status: 'archived' });
      if (entity === forAll)
        await bob.chat.change_status({ entity_id: forAll, status: 'archived', for: 'all' });
      if (entity === alice.id) await bob.contact.block({ entity_id: alice.id });
      await alice.chat.mark_unread({ message_id: first });
      await expectUnread(alice, theirs, 2, 0);
    }
    const archived = await alice.chat.chat_rooms({ option: 'archived' });
    expect(archived.map((row) => row.entity_id).sort()).to.deep.equal([mine, forAll].sort());
    expect(await alice.chat.count_all()).to.include({
      total_cnt: 6,
      archive_chat_cnt: 4,
      contact_chat_cnt: 2,
    });
  });
});
