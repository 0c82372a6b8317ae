import { expect } from 'chai';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { post, shownReactions, storedReactions } from './support.ts';

describe('chat.react', () => {
  it('adds and removes a reaction, each with one event to every device', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = members;
    const room = await newRoom(alice, bob, carol);
    const id = await post(alice, room);
    const seq = await position(alice);
    const devices = await Promise.all([alice, bob, bob, carol].map((member) => member.device()));
    using stranger = await dan.device();
    const about = { message_id: id, room_id: room, emoji: '👍' };
    for (const [n, state] of ([1, 0] as const).entries()) {
      const reactions = state === 1 ? [{ emoji: '👍', count: 1, user_ids: [bob.id] }] : [];
      expect(await bob.chat.react({ message_id: id, emoji: '👍', state })).to.deep.equal({
        ...about,
        entity_id: room,
        state,
        reactions,
      });
      for (const device of devices) {
        const event = await device.next('chat.react');
        expect(event).to.include({
          seq: seq + n + 1,
          prev: seq + n,
          stream: room,
          entity_id: room,
          actor_id: bob.id,
        });
        expect(event.data).to.deep.equal({
          ...about,
          user_id: bob.id,
          author_id: alice.id,
          state,
          reactions,
        });
      }
    }
    await post(dan, alice.id, 'the only event');
    await stranger.next('chat.post');
    expect(stranger.received).to.have.length(1);
    for (const device of devices) {
      expect(device.received.filter((event) => event.stream === room)).to.have.length(2);
      device.close();
    }
  });

  it('toggles the state when none is given', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { message_id: id, room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    using device = await alice.device();
    for (const state of [1, 0, 1]) {
      const reply = await bob.chat.react({ message_id: id, emoji: '👍' });
      expect(reply).to.include({ entity_id: alice.id, room_id, state });
      expect(reply.reactions).to.have.length(state);
      const event = await device.next('chat.react');
      expect(event).to.include({ entity_id: bob.id, room_id, actor_id: bob.id });
      expect(event.data).to.include({ state });
    }
    expect(
      await alice.chat.react({ message_id: id, emoji: '👍' }),
      'toggles the caller’s own only',
    ).to.deep.include({
      state: 1,
      reactions: [{ emoji: '👍', count: 2, user_ids: [bob.id, alice.id] }],
    });
  });

  it('publishes nothing, and uses no seq, when the state is unchanged', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const id = await post(alice, room);
    await bob.chat.react({ message_id: id, emoji: '👍' });
    using device = await alice.device();
    const { seq } = device.ready;
    const reactions = [{ emoji: '👍', count: 1, user_ids: [bob.id] }];
    const idle = [
      [bob, '👍', 1],
      [alice, '👍', 0],
      [bob, '👎', 0],
    ] as const;
    for (const [member, emoji, state] of idle)
      expect(await member.chat.react({ message_id: id, emoji, state })).to.deep.include({
        state,
        reactions,
      });
    expect(await position(alice)).to.equal(seq);
    await bob.chat.react({ message_id: id, emoji: '👍', state: 0 });
    expect(await device.next('chat.react')).to.include({ seq: seq + 1 });
    expect(device.received).to.have.length(1);
  });

  it('shows counts, users in order and own reactions wherever the message is shown', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const id = await post(alice, room);
    const answer = await post(bob, room, 'answer', { thread_id: id });
    for (const [member, emoji] of [
      [carol, '👍'],
      [alice, '👍'],
      [alice, '😀'],
      [bob, '👍'],
    ] as const)
      await member.chat.react({ message_id: id, emoji });
    await bob.chat.react({ message_id: answer, emoji: '🎉' });
    const reactions = [
      ['👍', 3, carol.id, alice.id, bob.id],
      ['😀', 1, alice.id],
    ];
    expect(await shownReactions(alice, room, id)).to.deep.equal({ reactions, mine: ['👍', '😀'] });
    expect(await shownReactions(bob, room, id)).to.deep.equal({ reactions, mine: ['👍'] });
    await carol.chat.pin({ message_id: id });
    const [[pin], [row]] = await Promise.all([
      bob.chat.pins({ entity_id: room }),
      bob.chat.get({ message_ids: [id] }),
    ]);
    expect(pin?.reactions).to.deep.equal(row?.reactions).and.to.have.length(2);
    await carol.chat.react({ message_id: id, emoji: '👍' });
    await carol.chat.react({ message_id: id, emoji: '👍' });
    expect(
      (await shownReactions(carol, room, id)).reactions[0],
      'a repeated reaction comes last',
    ).to.deep.equal(['👍', 3, alice.id, bob.id, carol.id]);
    expect(await shownReactions(carol, room, answer)).to.deep.equal({
      reactions: [['🎉', 1, bob.id]],
      mine: [],
    });
  });

  it('counts all users and lists the first twenty', async () => {
    const { members, crowd } = await newHub({ alice: 7 });
    const { alice } = members;
    const others = await crowd(24);
    const room = await newRoom(alice, ...others);
    const id = await post(alice, room);
    const all = [...others, alice];
    for (const member of all) await member.chat.react({ message_id: id, emoji: '👍' });
    const ids = all.map((member) => member.id);
    const [first, twentieth, last] = [all[0], all[19], all[24]] as [Member, Member, Member];
    for (const member of [first, twentieth, last])
      expect(await shownReactions(member, room, id)).to.deep.equal({
        reactions: [['👍', 25, ...ids.slice(0, 20)]],
        mine: ['👍'],
      });
    const gone = await first.chat.react({ message_id: id, emoji: '👍' });
    expect(gone).to.deep.include({
      state: 0,
      reactions: [{ emoji: '👍', count: 24, user_ids: ids.slice(1, 21) }],
    });
    const unnamed = await last.chat.react({ message_id: id, emoji: '👍' });
    expect(unnamed).to.deep.include({
      state: 0,
      reactions: [{ emoji: '👍', count: 23, user_ids: ids.slice(1, 21) }],
    });
    expect((await shownReactions(last, room, id)).mine).to.deep.equal([]);
  });

  it('is removed with a message deleted for all, and kept with a hidden one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const [hidden, gone] = [await post(alice, room), await post(alice, room)];
    for (const id of [hidden, gone])
      for (const member of [bob, carol]) await member.chat.react({ message_id: id, emoji: '👍' });
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [gone] });
    expect((await shownReactions(alice, room, hidden)).reactions).to.deep.equal([
      ['👍', 2, bob.id, carol.id],
    ]);
    expect(await storedReactions(alice.hubId, hidden)).to.deep.equal({ rows: 2, count: 2 });
    expect(await storedReactions(alice.hubId, gone)).to.deep.equal({ rows: 0, count: 0 });
    const [copy] = await carol.chat.forward({ entities: [room], nodes: { messages: [hidden] } });
    expect(
      (await shownReactions(alice, room, copy?.message_id ?? '')).reactions,
      'a copy has its own reactions',
    ).to.deep.equal([]);
  });

  it('does not change unread, the order of lists, or archived conversations', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const id = await post(bob, alice.id);
    const old = await post(carol, bob.id);
    await post(bob, await newRoom(bob, carol));
    await bob.chat.change_status({ entity_id: alice.id, status: 'archived' });
    const lists = () =>
      Promise.all([
        bob.chat.chat_rooms(),
        bob.chat.chat_rooms({ option: 'archived' }),
        bob.chat.count_all(),
      ]);
    const before = await lists();
    await alice.chat.react({ message_id: id, emoji: '👍' });
    await carol.chat.react({ message_id: old, emoji: '👍' });
    await bob.chat.react({ message_id: old, emoji: '👎' });
    expect(await lists()).to.deep.equal(before);
    expect(before[2].total_cnt, 'reacting marks nothing as read').to.equal(1);
  });

  it('is shown by chat.sync with the current reactions, or as deleted', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const id = await post(alice, room);
    const seq = await position(bob);
    await bob.chat.react({ message_id: id, emoji: '👍' });
    await alice.chat.react({ message_id: id, emoji: '👎' });
    await bob.chat.react({ message_id: id, emoji: '👍' });
    const list = async () => (await alice.chat.sync({ since: seq - 1 })).events;
    const [posted, ...events] = await list();
    const reactions = [{ emoji: '👎', count: 1, user_ids: [alice.id] }];
    expect(posted?.data).to.deep.include({ message_id: id, reactions });
    const about = { room_id: room, message_id: id, author_id: alice.id, reactions };
    expect(events.map((event) => event.data)).to.deep.equal([
      { ...about, user_id: bob.id, emoji: '👍', state: 1 },
      { ...about, user_id: alice.id, emoji: '👎', state: 1 },
      { ...about, user_id: bob.id, emoji: '👍', state: 0 },
    ]);
    expect(events.map((event) => event.seq)).to.deep.equal([seq + 1, seq + 2, seq + 3]);
    await alice.chat.delete({ option: 'all', messages: [id] });
    const gone = { message_id: id, room_id: room, deleted: 1 };
    expect((await list()).slice(0, 4).map((event) => event.data)).to.deep.equal([
      gone,
      gone,
      gone,
      gone,
    ]);
  });
});
