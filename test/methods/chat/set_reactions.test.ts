import { expect } from 'chai';
import { narrowed, refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';

const emoji = '👍 👎 😀 😁 😂 😃 😄 😅 😆 😇 😈 😉 😊 😋 😌 😍 😎 😏 😐 😑 😒'.split(' ');

async function newMessage() {
  const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
  const { alice, bob, carol } = members;
  const room = await newRoom(alice, bob, carol);
  const { message_id } = await alice.chat.post({ entity_id: room, message: 'Hi' });
  const shown = async (by: Member) => {
    const [row] = await by.chat.get({ message_ids: [message_id] });
    const given = row?.reactions.map((one) => [one.emoji, one.count]);
    return {
      given: Object.fromEntries((given ?? []) as [string, number][]),
      mine: [...(row?.my_reactions ?? [])].sort(),
    };
  };
  return { alice, bob, carol, room, message_id, shown };
}

describe('chat.set_reactions', () => {
  it('replaces the caller’s reactions, keeps those of others, and returns both', async () => {
    const { bob, carol, room, message_id, shown } = await newMessage();
    await carol.chat.react({ message_id, emoji: '👍' });
    const reply = await bob.chat.set_reactions({ message_id, emojis: ['👍', '🎉'] });
    expect(reply).to.deep.equal({
      ...{ message_id, entity_id: room, room_id: room, my_reactions: ['👍', '🎉'] },
      reactions: [
        { emoji: '🎉', count: 1, user_ids: [bob.id] },
        { emoji: '👍', count: 2, user_ids: [carol.id, bob.id] },
      ],
    });
    await bob.chat.set_reactions({ message_id, emojis: ['❤️', '🎉'] });
    expect(await shown(bob)).to.deep.equal({
      given: { '👍': 1, '🎉': 1, '❤️': 1 },
      mine: ['❤️', '🎉'].sort(),
    });
    expect(await shown(carol)).to.deep.include({ mine: ['👍'] });
    const none = await bob.chat.set_reactions({ message_id, emojis: [] });
    expect(none).to.deep.include({
      my_reactions: [],
      reactions: [{ emoji: '👍', count: 1, user_ids: [carol.id] }],
    });
  });

  it('publishes given, new and all reactions once; only new ones notify the author', async () => {
    const { alice, bob, carol, room, message_id } = await newMessage();
    await bob.chat.set_reactions({ message_id, emojis: ['👍', '🎉'] });
    using author = await alice.device();
    using other = await carol.device();
    using own = await bob.device();
    const since = await position(alice);
    const about = { room_id: room, message_id, user_id: bob.id, author_id: alice.id };
    const { reactions } = await bob.chat.set_reactions({ message_id, emojis: ['🎉', '😀', '😁'] });
    const fewer = await bob.chat.set_reactions({ message_id, emojis: ['😁'] });
    for (const device of [author, other, own]) {
      const [event, next] = [
        await device.next('chat.set_reactions'),
        await device.next('chat.set_reactions'),
      ];
      expect(event).to.deep.include({
        seq: since + 1,
        stream: room,
        entity_id: room,
        actor_id: bob.id,
      });
      const emojis = ['🎉', '😀', '😁'];
      expect(event.data).to.deep.equal({ ...about, emojis, given: ['😀', '😁'], reactions });
      expect(next).to.deep.include({ prev: since + 1, notify: 0 });
      expect(next.data).to.deep.equal({
        ...about,
        emojis: ['😁'],
        given: [],
        reactions: fewer.reactions,
      });
      expect(event.notify).to.equal(device === author ? 1 : 0);
    }
    const { events } = await carol.chat.sync({ since });
    expect(events.map(({ name, seq }) => [name, seq])).to.deep.equal(
      other.received.map(({ name, seq }) => [name, seq]),
    );
    expect(events[1]).to.deep.equal(other.received[1]);
    expect(events[0]?.data, 'all current reactions').to.deep.include({
      given: ['😀', '😁'],
      reactions: fewer.reactions,
    });
    await alice.chat.delete({ option: 'all', messages: [message_id] });
    for (const { name, data } of (await carol.chat.sync({ since })).events)
      if (name === 'chat.set_reactions')
        expect(data).to.deep.equal({ message_id, room_id: room, deleted: 1 });
  });

  it('publishes nothing when the set is unchanged, in any order, repeated or empty', async () => {
    const { alice, bob, carol, message_id } = await newMessage();
    await bob.chat.set_reactions({ message_id, emojis: ['👍', '🎉', '👍'] });
    const last = await position(alice);
    expect(
      await bob.chat.set_reactions({ message_id, emojis: ['🎉', '👍', '🎉'] }),
    ).to.deep.include({
      my_reactions: ['🎉', '👍'],
    });
    await carol.chat.set_reactions({ message_id, emojis: [] });
    expect(await position(alice)).to.equal(last);
  });

  it('allows up to twenty emoji per message, after removing those replaced', async () => {
    const { bob, carol, message_id, shown } = await newMessage();
    const [last = '', ...twenty] = emoji;
    await bob.chat.set_reactions({ message_id, emojis: twenty });
    expect((await shown(bob)).mine).to.have.length(20);
    await refused(carol.chat.set_reactions({ message_id, emojis: [last] }), 'REACTION_LIMIT');
    await refused(
      carol.chat.set_reactions({ message_id, emojis: [twenty[0] as string, last] }),
      'REACTION_LIMIT',
    );
    expect((await shown(carol)).mine).to.deep.equal([]);
    await carol.chat.set_reactions({ message_id, emojis: twenty.slice(0, 3) });
    const others = [...twenty.slice(0, 3), last, ...twenty.slice(4)];
    await bob.chat.set_reactions({ message_id, emojis: others });
    expect((await shown(bob)).mine).to.deep.equal([...others].sort());
    await refused(
      carol.chat.set_reactions({ message_id, emojis: [twenty[3] as string] }),
      'REACTION_LIMIT',
    );
    await bob.chat.set_reactions({ message_id, emojis: [] });
    await carol.chat.set_reactions({ message_id, emojis: [last, ...twenty.slice(0, 2)] });
    expect(Object.keys((await shown(carol)).given)).to.have.members([last, ...twenty.slice(0, 2)]);
    await refusedInputs(carol, 'chat.set_reactions', [
      ['emojis', { message_id, emojis: [...twenty, last] }],
      ['emojis', { message_id, emojis: Array.from({ length: 21 }, () => '👍') }],
    ]);
  });

  it('fails with INVALID_INPUT for a bad emoji, and changes nothing', async () => {
    const { alice, bob, message_id, shown } = await newMessage();
    await bob.chat.set_reactions({ message_id, emojis: ['👍'] });
    const last = await position(alice);
    await refusedInputs(bob, 'chat.set_reactions', [
      ...['x', '', '👍👍', ':)', 1, null, '👍 '].map(
        (one) => ['emojis', { message_id, emojis: ['🎉', one] }] as const,
      ),
      ['emojis', { message_id }],
      ['emojis', { message_id, emojis: '👍' }],
      ['message_id', { emojis: ['👍'] }],
    ]);
    expect(await shown(bob)).to.deep.equal({ given: { '👍': 1 }, mine: ['👍'] });
    expect(await position(alice)).to.equal(last);
  });

  it('fails as chat.react does: not visible, archived, blocked, or not granted', async () => {
    const { alice, bob, room, message_id } = await newMessage();
    const { members } = await newHub({ stranger: 7 });
    const emojis = ['👍'];
    await refused(members.stranger.chat.set_reactions({ message_id, emojis }), 'MESSAGE_NOT_FOUND');
    const direct = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    await bob.contact.block({ entity_id: alice.id });
    await refused(
      alice.chat.set_reactions({ message_id: direct.message_id, emojis }),
      'INVALID_CONTACT',
    );
    const reader = await narrowed(bob, 'chat:room:view');
    await refused(reader.chat.set_reactions({ message_id, emojis }), 'PERMISSION_DENIED');
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(bob.chat.set_reactions({ message_id, emojis: [] }), 'ROOM_ARCHIVED');
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    await alice.chat.delete({ option: 'all', messages: [message_id] });
    await refused(bob.chat.set_reactions({ message_id, emojis }), 'MESSAGE_NOT_FOUND');
  });

  it('ends with the set of one of two concurrent calls, and keeps those of others', async () => {
    const { alice, bob, carol, message_id, shown } = await newMessage();
    for (let round = 0; round < 5; round++) {
      await Promise.all([
        bob.chat.set_reactions({ message_id, emojis: ['👍', '😀'] }),
        bob.chat.set_reactions({ message_id, emojis: ['🎉', '😁', '😀'] }),
        carol.chat.set_reactions({ message_id, emojis: round % 2 ? ['👍'] : [] }),
        alice.chat.react({ message_id, emoji: '❤️', state: 1 }),
      ]);
      const { mine } = await shown(bob);
      expect(mine.join()).to.be.oneOf([
        ['👍', '😀'].sort().join(),
        ['🎉', '😁', '😀'].sort().join(),
      ]);
      expect((await shown(carol)).mine).to.deep.equal(round % 2 ? ['👍'] : []);
      expect((await shown(alice)).mine).to.deep.equal(['❤️']);
    }
  });
});
