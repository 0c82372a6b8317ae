import { expect } from 'chai';
import { nowOf, ownApp } from '../../support/app.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, refused } from '../../support/hub.ts';
import { posts } from '../chat/support.ts';

/** What an author is shown of their messages to the reader, oldest first. */
const seenBy = async (author: Member, reader: Member): Promise<number[]> =>
  (await author.chat.messages({ entity_id: reader.id, mark_read: 0 }))
    .map((row) => row.is_seen)
    .reverse();

/** The ordinals of the receipts in an author's events. */
const receiptsOf = async (author: Member, reader: Member, since: number): Promise<number[]> =>
  (await author.chat.sync({ since })).events.flatMap((event) =>
    event.name === 'chat.acknowledge' && event.data.user_id === reader.id
      ? [Number(event.data.ordinal)]
      : [],
  );

describe('Receipts across a block', () => {
  for (const [who, isReader] of [
    ['the reader', true],
    ['the author', false],
  ] as const)
    it(`are neither sent nor shown while ${who} blocks, until the next one after it`, async () => {
      const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
      const ids = await posts(bob, alice.id, 4);
      const [first = '', second = '', third = '', fourth = ''] = ids;
      await alice.chat.acknowledge({ message_id: first });
      const [blocker, blocked] = isReader ? [alice, bob] : [bob, alice];
      await blocker.contact.block({ entity_id: blocked.id });
      const since = await position(bob);
      const own = await position(alice);
      await alice.chat.acknowledge({ message_id: second });
      await alice.chat.messages({ entity_id: bob.id, before: fourth });
      // Their own devices and counters know.
      expect((await alice.chat.chat_room_info({ key: bob.id })).pointer).to.equal(3);
      expect(await seenBy(bob, alice)).to.deep.equal([1, 0, 0, 0]);
      await alice.chat.mark_unread({ message_id: third });
      await alice.chat.acknowledge({ message_id: third });
      expect(await seenBy(bob, alice)).to.deep.equal([1, 0, 0, 0]);
      await blocker.contact.unblock({ entity_id: blocked.id });
      // The end of a block alone shows nothing either.
      expect(await seenBy(bob, alice)).to.deep.equal([1, 0, 0, 0]);
      expect(await receiptsOf(bob, alice, since)).to.deep.equal([]);
      // Acknowledging what is read already shows it.
      await alice.chat.acknowledge({ message_id: third });
      expect(await seenBy(bob, alice)).to.deep.equal([1, 1, 1, 0]);
      await alice.chat.acknowledge({ message_id: fourth });
      expect(await seenBy(bob, alice)).to.deep.equal([1, 1, 1, 1]);
      expect((await receiptsOf(alice, alice, own)).length).to.be.at.least(1);
    });

  it('that wait for their second are not sent to the other side either', async () => {
    let now = Date.now() + 3_600_000;
    await using app = await ownApp({}, () => now);
    expect(nowOf(app)).to.equal(now);
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 }, app)).members;
    const [first = '', second = '', third = ''] = await posts(bob, alice.id, 3);
    await alice.chat.acknowledge({ message_id: first });
    await bob.contact.block({ entity_id: alice.id });
    const since = await position(bob);
    using device = await alice.device();
    now += 100;
    await alice.chat.acknowledge({ message_id: second });
    now += 1000;
    const waited = await device.next('chat.acknowledge');
    expect([waited.data.ordinal, waited.stream]).to.deep.equal([2, alice.id]);
    expect(await receiptsOf(bob, alice, since)).to.deep.equal([]);
    await bob.contact.unblock({ entity_id: alice.id });
    now += 2000;
    // New messages that are read after the block show all that was read before them.
    await alice.chat.acknowledge({ message_id: third });
    expect(await receiptsOf(bob, alice, since)).to.deep.equal([3]);
    expect(await seenBy(bob, alice)).to.deep.equal([1, 1, 1]);
  });

  it('do not matter in shared rooms; typing, reacting and pinning are refused', async () => {
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    const { entity_id } = await bob.room.create({ name: 'Shared', user_ids: [alice.id] });
    const [shared = ''] = await posts(bob, entity_id, 1);
    const [direct = ''] = await posts(bob, alice.id, 1);
    await alice.contact.block({ entity_id: bob.id });
    const since = await position(bob);
    await alice.chat.acknowledge({ message_id: shared });
    expect(await receiptsOf(bob, alice, since)).to.deep.equal([1]);
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ] as const)
      await refused(one.chat.typing({ entity_id: other.id, state: 1 }), 'ROOM_NOT_FOUND');
    for (const call of [
      () => alice.chat.react({ message_id: direct, emoji: '👍' }),
      () => bob.chat.react({ message_id: direct, emoji: '👍' }),
      () => alice.chat.pin({ message_id: direct }),
      () => bob.chat.pin({ message_id: direct }),
    ])
      await refused(call(), 'INVALID_CONTACT');
  });
});
