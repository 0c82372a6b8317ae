import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';
import { emojis, post, shownReactions, storedReactions } from './support.ts';

describe('chat.react', () => {
  it('accepts one emoji of any kind, and treats two spellings of one as equal', async () => {
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
    const { reactions } = await shownReactions(alice, bob.id, id);
    expect(reactions.map(([emoji]) => emoji)).to.have.members([...different, '❤️']);
    expect(reactions.find(([emoji]) => emoji === '❤️')).to.deep.equal(['❤️', 2, bob.id, alice.id]);
    expect(await bob.chat.react({ message_id: id, emoji: '❤' }), 'the other spelling').to.include({
      state: 0,
    });
  });

  it('fails with INVALID_INPUT for a bad emoji, state or message_id', async () => {
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
    expect(await storedReactions(alice.hubId, id)).to.deep.equal({ rows: 0, count: 0 });
    expect(await bob.chat.react({ message_id: id, emoji: '👍', state: untyped('1') })).to.include({
      state: 1,
    });
  });

  it('fails with REACTION_LIMIT for the 21st emoji, not for one already given', async () => {
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
    expect(await bob.chat.react({ message_id: id, emoji: '👍', state: 0 }), 'unchanged').to.include(
      { state: 0 },
    );
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
    expect(
      await bob.chat.react({ message_id: id, emoji: '👍' }),
      'a place is free again',
    ).to.include({
      state: 1,
    });
  });

  describe('concurrently', () => {
    it('counts many users exactly, and a repeated reaction once', async () => {
      const { members, crowd } = await newHub({ alice: 7 });
      const { alice } = members;
      const others = await crowd(11);
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
      expect(await storedReactions(alice.hubId, id)).to.deep.equal({ rows: 12, count: 12 });
      const { events } = await alice.chat.sync({ since: seq });
      expect(events.map((event) => event.actor_id)).to.have.members(all.map((member) => member.id));
    });

    it('toggles to a state in which events, rows and count agree', async () => {
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
      const { reactions } = await shownReactions(bob, room, id);
      let published: { emoji: string; count: number; user_ids: string[] }[] = [];
      for (let n = 0; n < calls.length; n++) {
        const { seq, data } = await device.next('chat.react');
        expect(seq, 'every call changes the state').to.equal(device.ready.seq + n + 1);
        published = 'reactions' in data ? data.reactions : [];
      }
      expect(
        published.map(({ emoji, count, user_ids }) => [emoji, count, ...user_ids]),
      ).to.deep.equal(reactions);
      const times = new Map<number, number>();
      for (let n = 0; n < calls.length; n++) times.set(n % 6, (times.get(n % 6) ?? 0) + 1);
      const on = [...times.values()].filter((n) => n % 2 === 1).length;
      expect(await storedReactions(alice.hubId, id)).to.deep.equal({ rows: on, count: on });
      expect(reactions.reduce((sum, [, count]) => sum + Number(count), 0)).to.equal(on);
    });

    it('keeps to twenty emoji, and keeps none on a message deleted at the same time', async () => {
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
      expect(await storedReactions(alice.hubId, id)).to.deep.equal({ rows: 20, count: 20 });
      const given = emojis(23).filter((_, n) => outcomes[n]?.status === 'fulfilled');
      const late = given.slice(0, 12).map((emoji) => bob.chat.react({ message_id: id, emoji }));
      const gone = alice.chat.delete({ option: 'all', messages: [id] });
      for (const outcome of await Promise.allSettled([...late, gone]))
        if (outcome.status === 'rejected')
          expect(outcome.reason.code).to.equal('MESSAGE_NOT_FOUND');
      expect(await storedReactions(alice.hubId, id)).to.deep.equal({ rows: 0, count: 0 });
    });
  });
});
