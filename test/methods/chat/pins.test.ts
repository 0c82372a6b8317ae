import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { pinned, post, posts } from './support.ts';

describe('Pinning', () => {
  it('lists the newest pin first, each with its own time even if the clock stands', async () => {
    const time = Date.now();
    await using own = await ownApp({}, () => time);
    const { members } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [a = '', b = '', c = '', d = ''] = await posts(alice, room, 4);
    const order = [c, a, d, b];
    for (const [n, id] of order.entries())
      await (n % 2 === 0 ? alice : bob).chat.pin({ message_id: id });
    const pins = await bob.chat.pins({ entity_id: room });
    expect(pins.map((pin) => pin.message_id)).to.deep.equal([...order].reverse());
    expect(pins.map((pin) => pin.pinned_by)).to.deep.equal([bob.id, alice.id, bob.id, alice.id]);
    for (const [n, pin] of pins.slice(1).entries())
      expect(pin.pinned_ms).to.be.below(pins[n]?.pinned_ms ?? 0);
    await bob.chat.unpin({ message_id: a });
    await bob.chat.pin({ message_id: a });
    expect(await pinned(alice, room), 'pinned again').to.deep.equal([a, b, d, c]);
  });

  describe('chat.pins', () => {
    it('returns an empty list without messages, and rejects rooms of others', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });
      const { alice, bob, carol, admin } = members;
      const elsewhere = await newHub({ eve: 7, fred: 7 });
      const { eve, fred } = elsewhere.members;
      const foreign = await newRoom(eve, fred);
      const room = await newRoom(alice, bob);
      expect(await alice.chat.pins({ entity_id: bob.id })).to.deep.equal([]);
      expect(await alice.chat.pins({ entity_id: room })).to.deep.equal([]);
      for (const id of ['nothing', '', '\u0000', alice.id, eve.id, foreign])
        await refused(alice.chat.pins({ entity_id: id }), 'ROOM_NOT_FOUND');
      for (const outsider of [carol, admin])
        await refused(outsider.chat.pins({ entity_id: room }), 'ROOM_NOT_FOUND');
      await refusedInputs(alice, 'chat.pins', [
        ['entity_id', {}],
        ['entity_id', { entity_id: 7 }],
      ]);
      const { message_id: id, room_id: direct } = await alice.chat.post({
        entity_id: bob.id,
        message: 'Hi',
      });
      await alice.chat.pin({ message_id: id });
      await refused(alice.chat.pins({ entity_id: direct }), 'ROOM_NOT_FOUND');
      const { body } = await raw('chat.pins', {
        ...bob,
        token: bob.token,
        verb: 'GET',
        query: `?peer_id=${alice.id}`,
      });
      expect(body.data.map((pin: { message_id: string }) => pin.message_id)).to.deep.equal([id]);
    });

    it('returns all pins to a late joiner, and rejects a removed member', async () => {
      const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
      const { alice, bob, carol } = members;
      const room = await newRoom(alice, bob);
      const id = await post(alice, room);
      await bob.chat.pin({ message_id: id });
      await alice.room.add({ entity_id: room, user_id: carol.id });
      await alice.room.remove({ entity_id: room, user_id: bob.id });
      const [pin] = await carol.chat.pins({ entity_id: room });
      expect(pin).to.include({ message_id: id, pinned_by: bob.id });
      await refused(bob.chat.pins({ entity_id: room }), 'ROOM_NOT_FOUND');
    });
  });
});
