import { expect } from 'chai';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { pinAll, pinned, post, posts } from './support.ts';

describe('Pinning', () => {
  it('rejects the sixth with PIN_LIMIT and changes nothing; unpinning frees a place', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const entity of [await newRoom(alice, bob), bob.id]) {
      const ids = await posts(alice, entity, 6);
      const [first = '', , , , , sixth = ''] = ids;
      await pinAll(alice, ids.slice(0, 5));
      const seq = await position(alice);
      const set = await alice.chat.pins({ entity_id: entity });
      const refusal = await refused(bob.chat.pin({ message_id: sixth }), 'PIN_LIMIT');
      expect(refusal.details.join()).to.match(/^message_id: /);
      expect(await alice.chat.pins({ entity_id: entity })).to.deep.equal(set);
      expect(await position(alice)).to.equal(seq);
      expect(await bob.chat.pin({ message_id: first }), 'it is pinned already').to.include({
        is_pinned: 1,
      });
      await bob.chat.unpin({ message_id: first });
      await bob.chat.pin({ message_id: sixth });
      expect(await pinned(alice, entity)).to.deep.equal([...ids.slice(1)].reverse());
      await refused(alice.chat.pin({ message_id: first }), 'PIN_LIMIT');
    }
    const elsewhere = await post(alice, await newRoom(alice, bob));
    expect(await alice.chat.pin({ message_id: elsewhere })).to.include({ is_pinned: 1 });
  });

  it('lets exactly five of six concurrent pins succeed', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const all: Member[] = Object.values(members);
    const { alice, bob, carol } = members;
    for (let round = 0; round < 2; round++) {
      const room = await newRoom(alice, bob, carol);
      const ids = await posts(alice, room, 6);
      const seq = await position(alice);
      const outcomes = await Promise.allSettled(
        ids.map((id, n) => (all[n % 3] as Member).chat.pin({ message_id: id })),
      );
      const codes = outcomes.map((outcome) =>
        outcome.status === 'rejected' ? outcome.reason.code : 'ok',
      );
      expect(codes.sort()).to.deep.equal(['PIN_LIMIT', 'ok', 'ok', 'ok', 'ok', 'ok']);
      const { events } = await bob.chat.sync({ since: seq });
      const pins = await bob.chat.pins({ entity_id: room });
      expect(new Set(pins.map((pin) => pin.pinned_ms)).size).to.equal(5);
      expect(events.map((event) => event.data.message_id).reverse()).to.deep.equal(
        pins.map((pin) => pin.message_id),
      );
    }
  });

  it('pins or unpins once when all members do so at once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const all: Member[] = Object.values(members);
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const id = await post(alice, room);
    for (const verb of ['pin', 'unpin', 'pin', 'unpin'] as const) {
      const seq = await position(alice);
      await Promise.all([...all, ...all].map((member) => member.chat[verb]({ message_id: id })));
      expect(await position(alice)).to.equal(seq + 1);
      expect(await pinned(bob, room)).to.deep.equal(verb === 'pin' ? [id] : []);
    }
  });

  it('drops messages deleted for all, and shows those that the caller hid as deleted', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    for (const [entity, reader, mine] of [
      [await newRoom(alice, bob, carol), carol, undefined],
      [bob.id, bob, alice.id],
    ] as const) {
      const ids = await posts(alice, entity, 6);
      const [deleted = '', hidden = '', , , , sixth = ''] = ids;
      await pinAll(alice, ids.slice(0, 5));
      const place = mine ?? entity;
      await reader.chat.delete({ option: 'me', messages: [hidden] });
      const rest = ids.slice(2, 5).reverse();
      expect(await pinned(reader, place)).to.deep.equal([...rest, hidden, deleted]);
      const [, , , shown] = await reader.chat.pins({ entity_id: place });
      expect(shown).to.deep.equal({ message_id: hidden, message: 'DELETED' });
      expect(await pinned(alice, entity)).to.deep.equal([...rest, hidden, deleted]);
      await refused(reader.chat.pin({ message_id: sixth }), 'PIN_LIMIT');
      await alice.chat.delete({ option: 'all', messages: [deleted] });
      expect(await pinned(alice, entity)).to.deep.equal([...rest, hidden]);
      await reader.chat.pin({ message_id: sixth });
      expect(await pinned(reader, place)).to.deep.equal([sixth, ...rest, hidden]);
    }
  });

  it('keeps no pin of a message that is deleted at the same time', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const ids = await posts(alice, room, 8);
    const outcomes = await Promise.allSettled(
      ids.flatMap((id) => [
        bob.chat.pin({ message_id: id }),
        alice.chat.delete({ option: 'all', messages: [id] }),
        carol.chat.pin({ message_id: id }),
      ]),
    );
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason.code).to.be.oneOf(['MESSAGE_NOT_FOUND', 'PIN_LIMIT']);
    expect(await pinned(bob, room)).to.deep.equal([]);
    const fresh = await posts(alice, room, 5);
    await pinAll(bob, fresh);
    expect(await pinned(carol, room), 'all five places are free').to.deep.equal(fresh.reverse());
  });
});
