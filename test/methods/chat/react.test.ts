import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { app } from '../../support/app.ts';
import { clientOf, platform, refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';

/** Where the hub's log stands. */

const post = async (
  author: Member,
  entityId: string,
  message = 'Hi',
  params: object = {},
): Promise<string> =>
  (await author.chat.post({ entity_id: entityId, message, ...params })).message_id;

/** A message's reactions as [emoji, count, users…], once the reader has seen them the same wherever they are shown. */
async function shown(reader: Member, entityId: string, id: string) {
  const { chat } = reader;
  const [found] = await chat.get({ message_ids: [id] });
  const listed = await chat.messages({ entity_id: entityId, mark_read: 0 });
  const thread = await chat.thread({ thread_id: id });
  const rows = [found, ...[...listed, ...thread].filter((row) => row.message_id === id)];
  expect(rows).to.have.length(3);
  for (const row of rows) {
    expect(row?.reactions).to.deep.equal(found?.reactions);
    expect(row?.my_reactions).to.deep.equal(found?.my_reactions);
  }
  return {
    reactions: (found?.reactions ?? []).map(({ emoji, count, user_ids }) => [
      emoji,
      count,
      ...user_ids,
    ]),
    mine: found?.my_reactions ?? [],
  };
}

/** What the tables hold of a message's reactions: its rows, and the count beside the message. */
async function stored(hubId: string, id: string): Promise<{ rows: number; count: number }> {
  const [[found]] = await app().pool.query<(RowDataPacket & { rows: number; count: number })[]>(
    `SELECT m.reaction_count AS count, (SELECT COUNT(*) FROM reactions r
       WHERE r.hub_id = m.hub_id AND r.message_id = m.id) AS \`rows\`
     FROM messages m WHERE m.hub_id = ? AND m.id = ?`,
    [hubId, id],
  );
  return found ?? expect.fail(`message ${id} has no row`);
}

/** Emoji that are all different. */
const emojis = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => String.fromCodePoint(0x1f600 + i));

describe('chat.react', () => {
  it('adds a reaction and takes it back, with one event each to every device of everybody', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 });
    const { alice, bob, carol, dan } = members;
    const room = await newRoom(alice, bob, carol);
    const id = await post(alice, room);
    const seq = await position(alice);
    const devices = [
      await alice.device(),
      await bob.device(),
      await bob.device(),
      await carol.device(),
    ];
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
    await post(dan, alice.id, 'something that Dan does hear');
    await stranger.next('chat.post');
    expect(stranger.heard).to.have.length(1);
    for (const device of devices) {
      expect(device.heard.filter((event) => event.stream === room)).to.have.length(2);
      device.close();
    }
  });

  it('turns it to the other state when none is given', async () => {
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
      'another’s is not mine',
    ).to.deep.include({
      state: 1,
      reactions: [{ emoji: '👍', count: 2, user_ids: [bob.id, alice.id] }],
    });
  });

  it('says nothing and takes no number when it is so already', async () => {
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
    expect(device.heard).to.have.length(1);
  });

  it('shows counts, who reacted in their order, and which of them are mine, wherever the message is shown', async () => {
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
    expect(await shown(alice, room, id)).to.deep.equal({ reactions, mine: ['👍', '😀'] });
    expect(await shown(bob, room, id)).to.deep.equal({ reactions, mine: ['👍'] });
    await carol.chat.pin({ message_id: id });
    const [[pin], [row]] = await Promise.all([
      bob.chat.pins({ entity_id: room }),
      bob.chat.get({ message_ids: [id] }),
    ]);
    expect(pin?.reactions).to.deep.equal(row?.reactions).and.to.have.length(2);
    await carol.chat.react({ message_id: id, emoji: '👍' });
    await carol.chat.react({ message_id: id, emoji: '👍' });
    expect((await shown(carol, room, id)).reactions[0], 'who comes again comes last').to.deep.equal(
      ['👍', 3, alice.id, bob.id, carol.id],
    );
    expect(await shown(carol, room, answer)).to.deep.equal({
      reactions: [['🎉', 1, bob.id]],
      mine: [],
    });
  });

  it('counts everybody and names the first twenty', async () => {
    const { members, join } = await newHub({ alice: 7 });
    const { alice } = members;
    const others = await Promise.all(Array.from({ length: 24 }, (_, n) => join(`user${n}`)));
    const room = await newRoom(alice, ...others);
    const id = await post(alice, room);
    const all = [...others, alice];
    for (const member of all) await member.chat.react({ message_id: id, emoji: '👍' });
    const ids = all.map((member) => member.id);
    const [first, twentieth, last] = [all[0], all[19], all[24]] as [Member, Member, Member];
    for (const member of [first, twentieth, last])
      expect(await shown(member, room, id)).to.deep.equal({
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
    expect((await shown(last, room, id)).mine).to.deep.equal([]);
  });

  it('takes one emoji of any kind, and knows one that is written in two ways as the same', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id);
    const different = ['👍🏽', '👍', '👨‍👩‍👧‍👦', '🇩🇪', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'];
    for (const emoji of different)
      expect(await bob.chat.react({ message_id: id, emoji })).to.deep.include({ emoji, state: 1 });
    expect(await bob.chat.react({ message_id: id, emoji: '❤' })).to.include({
      emoji: '❤️',
      state: 1,
    });
    expect(await alice.chat.react({ message_id: id, emoji: '❤️' })).to.include({
      emoji: '❤️',
      state: 1,
    });
    const { reactions } = await shown(alice, bob.id, id);
    expect(reactions.map(([emoji]) => emoji)).to.have.members([...different, '❤️']);
    expect(reactions.find(([emoji]) => emoji === '❤️')).to.deep.equal(['❤️', 2, bob.id, alice.id]);
    expect(await bob.chat.react({ message_id: id, emoji: '❤' }), 'the other of the two').to.include(
      { state: 0 },
    );
  });

  it('refuses with INVALID_INPUT what is not one emoji, no state, or no message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id);
    const bad = [
      '',
      ' ',
      'a',
      ':+1:',
      '1',
      '#',
      '👍👍',
      '👍 ',
      'x👍',
      '\ud83d',
      '👍\ud83d',
      '\u0000',
      '👍'.repeat(40),
    ];
    await refusedInputs(bob, 'chat.react', [
      ...[...bad, 7, null, ['👍'], undefined].map(
        (emoji) => ['emoji', { message_id: id, emoji }] as const,
      ),
      ...[2, -1, 'on', [], {}].map(
        (state) => ['state', { message_id: id, emoji: '👍', state }] as const,
      ),
      ['message_id', { emoji: '👍' }],
      ['message_id', { message_id: 7, emoji: '👍' }],
    ]);
    expect(await stored(alice.hubId, id)).to.deep.equal({ rows: 0, count: 0 });
    expect(await bob.chat.react({ message_id: id, emoji: '👍', state: untyped('1') })).to.include({
      state: 1,
    });
  });

  it('refuses the twenty-first emoji with REACTION_LIMIT, but lets anybody join one that is there', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id);
    const [first = '', ...others] = emojis(20);
    for (const emoji of [first, ...others]) await bob.chat.react({ message_id: id, emoji });
    const seq = await position(alice);
    for (const member of [alice, bob]) {
      const refusal = await refused(
        member.chat.react({ message_id: id, emoji: '👍' }),
        'REACTION_LIMIT',
      );
      expect(refusal.details.join()).to.match(/^emoji: /);
    }
    expect(await position(alice)).to.equal(seq);
    expect(
      await bob.chat.react({ message_id: id, emoji: '👍', state: 0 }),
      'nothing to do',
    ).to.include({ state: 0 });
    const joined = await alice.chat.react({ message_id: id, emoji: first });
    expect(joined.reactions).to.have.length(20);
    expect(joined.reactions[0]).to.deep.equal({
      emoji: first,
      count: 2,
      user_ids: [bob.id, alice.id],
    });
    await bob.chat.react({ message_id: id, emoji: first, state: 0 });
    await refused(bob.chat.react({ message_id: id, emoji: '👍' }), 'REACTION_LIMIT');
    await alice.chat.react({ message_id: id, emoji: first, state: 0 });
    expect(await bob.chat.react({ message_id: id, emoji: '👍' }), 'a place is free').to.include({
      state: 1,
    });
  });

  describe('at once', () => {
    it('counts many users exactly, and each who does the same twice once', async () => {
      const { members, join } = await newHub({ alice: 7 });
      const { alice } = members;
      const others = await Promise.all(Array.from({ length: 11 }, (_, n) => join(`user${n}`)));
      const room = await newRoom(alice, ...others);
      const id = await post(alice, room);
      const seq = await position(alice);
      const all = [alice, ...others];
      await Promise.all(
        [...all, ...all].map((member) =>
          member.chat.react({ message_id: id, emoji: '👍', state: 1 }),
        ),
      );
      const [row] = await alice.chat.get({ message_ids: [id] });
      expect(row?.reactions.map(({ count }) => count)).to.deep.equal([12]);
      expect(row?.reactions[0]?.user_ids).to.have.members(all.map((member) => member.id));
      expect(await stored(alice.hubId, id)).to.deep.equal({ rows: 12, count: 12 });
      const { events } = await alice.chat.sync({ since: seq });
      expect(events.map((event) => event.actor_id)).to.have.members(all.map((member) => member.id));
    });

    it('toggles to a state that events, rows and count agree on', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const all: Member[] = Object.values(members);
      const { alice, bob, carol } = members;
      const room = await newRoom(alice, bob, carol);
      const id = await post(alice, room);
      using device = await bob.device();
      const calls = Array.from({ length: 33 }, (_, n) =>
        (all[n % 3] as Member).chat.react({ message_id: id, emoji: n % 2 === 0 ? '👍' : '👎' }),
      );
      await Promise.all(calls);
      const { reactions } = await shown(bob, room, id);
      let told: { emoji: string; count: number; user_ids: string[] }[] = [];
      for (let n = 0; n < calls.length; n++) {
        const { seq, data } = await device.next('chat.react');
        expect(seq, 'each of them changes it').to.equal(device.ready.seq + n + 1);
        told = 'reactions' in data ? data.reactions : [];
      }
      expect(told.map(({ emoji, count, user_ids }) => [emoji, count, ...user_ids])).to.deep.equal(
        reactions,
      );
      const times = new Map<number, number>();
      for (let n = 0; n < calls.length; n++) times.set(n % 6, (times.get(n % 6) ?? 0) + 1);
      const on = [...times.values()].filter((n) => n % 2 === 1).length;
      expect(await stored(alice.hubId, id)).to.deep.equal({ rows: on, count: on });
      expect(reactions.reduce((sum, [, count]) => sum + Number(count), 0)).to.equal(on);
    });

    it('keeps to twenty emoji, and keeps nothing on a message that is deleted at that moment', async () => {
      const { members } = await newHub({ alice: 7, bob: 7 });
      const { alice, bob } = members;
      const id = await post(alice, bob.id);
      const outcomes = await Promise.allSettled(
        emojis(23).map((emoji, n) =>
          (n % 2 === 0 ? alice : bob).chat.react({ message_id: id, emoji }),
        ),
      );
      const codes = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? outcome.reason.code : [],
      );
      expect(codes).to.deep.equal(['REACTION_LIMIT', 'REACTION_LIMIT', 'REACTION_LIMIT']);
      expect(await stored(alice.hubId, id)).to.deep.equal({ rows: 20, count: 20 });
      const given = emojis(23).filter((_, n) => outcomes[n]?.status === 'fulfilled');
      const late = given.slice(0, 12).map((emoji) => bob.chat.react({ message_id: id, emoji }));
      const gone = alice.chat.delete({ option: 'all', messages: [id] });
      for (const outcome of await Promise.allSettled([...late, gone]))
        if (outcome.status === 'rejected')
          expect(outcome.reason.code).to.equal('MESSAGE_NOT_FOUND');
      expect(await stored(alice.hubId, id)).to.deep.equal({ rows: 0, count: 0 });
    });
  });

  it('goes with a message that is deleted for all, and stays with one that somebody hid', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const [hidden, gone] = [await post(alice, room), await post(alice, room)];
    for (const id of [hidden, gone])
      for (const member of [bob, carol]) await member.chat.react({ message_id: id, emoji: '👍' });
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [gone] });
    expect((await shown(alice, room, hidden)).reactions).to.deep.equal([
      ['👍', 2, bob.id, carol.id],
    ]);
    expect(await stored(alice.hubId, hidden)).to.deep.equal({ rows: 2, count: 2 });
    expect(await stored(alice.hubId, gone)).to.deep.equal({ rows: 0, count: 0 });
    const [copy] = await carol.chat.forward({ entities: [room], nodes: { messages: [hidden] } });
    expect(
      (await shown(alice, room, copy?.message_id ?? '')).reactions,
      'a copy has its own',
    ).to.deep.equal([]);
  });

  it('is for every participant, and for nobody else', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7, mod: 15, admin: 31 });
    const { alice, bob, carol, mod, admin } = members;
    const { eve } = (await newHub({ eve: 63 })).members;
    const room = await newRoom(alice, bob, carol);
    const [open, hidden, deleted] = [
      await post(alice, room),
      await post(alice, room),
      await post(alice, room),
    ];
    const direct = await post(alice, bob.id);
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: carol.id });
    for (const state of [1, 0] as const) {
      const change = (member: Member, id: string) =>
        member.chat.react({ message_id: id, emoji: '👍', state });
      for (const outsider of [carol, mod, admin, eve])
        for (const id of [open, direct]) await refused(change(outsider, id), 'MESSAGE_NOT_FOUND');
      for (const id of [hidden, deleted, 'nothing', '', '\u0000', room])
        await refused(change(bob, id), 'MESSAGE_NOT_FOUND');
      for (const id of [open, direct]) expect(await change(bob, id)).to.include({ state });
    }
    await operator.hub.remove_member({ user_id: bob.id });
    await refused(bob.chat.react({ message_id: open, emoji: '👍' }), 'PERMISSION_DENIED');
  });

  it('is refused to a viewer, and done by a token that is narrowed to it', async () => {
    const { members } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    const id = await post(alice, viewer.id);
    await refused(viewer.chat.react({ message_id: id, emoji: '👍' }), 'PERMISSION_DENIED');
    const narrowed = async (grant: 'chat:reactions:edit' | 'chat:room:edit' | 'chat:room:view') => {
      const { token } = await platform().session.issue({ user_id: alice.id, grants: [grant] });
      return clientOf(token, alice.hubId);
    };
    for (const grant of ['chat:room:edit', 'chat:room:view'] as const)
      await refused(
        (await narrowed(grant)).chat.react({ message_id: id, emoji: '👍' }),
        'PERMISSION_DENIED',
      );
    const reactor = await narrowed('chat:reactions:edit');
    expect(await reactor.chat.react({ message_id: id, emoji: '👍' })).to.include({ state: 1 });
  });

  it('fails with ROOM_ARCHIVED in a room that is archived for all, and shows what was there', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const id = await post(alice, room);
    await bob.chat.react({ message_id: id, emoji: '👍' });
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    for (const emoji of ['👍', '👎'])
      await refused(bob.chat.react({ message_id: id, emoji }), 'ROOM_ARCHIVED');
    expect(await shown(bob, room, id)).to.deep.equal({
      reactions: [['👍', 1, bob.id]],
      mine: ['👍'],
    });
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    expect(await bob.chat.react({ message_id: id, emoji: '👍' })).to.include({ state: 0 });
  });

  it('fails with INVALID_CONTACT across a block, for both; shared rooms stay open', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const shared = await post(alice, await newRoom(alice, bob));
    const id = await post(alice, bob.id);
    await bob.chat.react({ message_id: id, emoji: '👍' });
    await bob.contact.block({ entity_id: alice.id });
    for (const member of [alice, bob])
      for (const emoji of ['👍', '👎'])
        await refused(member.chat.react({ message_id: id, emoji }), 'INVALID_CONTACT');
    expect((await shown(alice, bob.id, id)).reactions).to.deep.equal([['👍', 1, bob.id]]);
    expect(await alice.chat.react({ message_id: shared, emoji: '👍' })).to.include({ state: 1 });
    await bob.contact.unblock({ entity_id: alice.id });
    expect(await alice.chat.react({ message_id: id, emoji: '👍' })).to.include({ state: 1 });
  });

  it('changes no unread, no order of the lists, and wakes no archived conversation', async () => {
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
    expect(before[2].total_cnt, 'reacting reads nothing').to.equal(1);
  });

  it('is shown by chat.sync as the reactions stand now, and not at all once the message is deleted', async () => {
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
