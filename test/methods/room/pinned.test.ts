import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';

const pinsOf = async (member: Member, entity_id: string) => await member.chat.pins({ entity_id });
const idsOf = async (member: Member, entity_id: string) =>
  (await pinsOf(member, entity_id)).map((pin) => pin.message_id);

/** A room of Alice and Bob with messages in it. */
async function newPinboard(count = 8) {
  const hub = await newHub({ admin: 31, alice: 7, bob: 7, outsider: 7 });
  const { alice, bob } = hub.members;
  const room = await newRoom(alice, bob);
  const ids: string[] = [];
  for (let n = 0; n < count; n++)
    ids.push((await alice.chat.post({ entity_id: room, message: `${n}` })).message_id);
  return {
    ...hub.members,
    room,
    ids: ids as [string, string, string, string, string, string, string, string],
  };
}

describe('The pins of a room, set with room.update', () => {
  it('are exactly the given ones, newest first; all devices receive each change', async () => {
    const { alice, bob, room, ids } = await newPinboard();
    const [a, b, c, d, e] = ids;
    await alice.chat.pin({ message_id: e });
    const [kept] = await pinsOf(alice, room);
    using device = await alice.device();
    using other = await bob.device();
    const info = await bob.room.update({ entity_id: room, pinned_ids: [a, b, c] });
    expect(info).to.deep.equal(await alice.room.info({ entity_id: room }));
    expect(await idsOf(alice, room)).to.deep.equal([a, b, c]);
    expect((await pinsOf(alice, room)).map((pin) => pin.pinned_by)).to.deep.equal([
      bob.id,
      bob.id,
      bob.id,
    ]);
    for (const one of [device, other]) {
      expect((await one.next('chat.unpin')).data).to.include({ message_id: e, user_id: bob.id });
      const published = [
        await one.next('chat.pin'),
        await one.next('chat.pin'),
        await one.next('chat.pin'),
      ];
      expect(
        published.map(({ data }) => data.message_id),
        'the newest last',
      ).to.deep.equal([c, b, a]);
      expect(
        published.map(({ actor_id, stream, notify }) => [actor_id, stream, notify]),
      ).to.deep.equal(published.map(() => [bob.id, room, 0]));
      expect(
        one.received.map(({ name }) => name),
        'the room itself is as it was',
      ).to.not.include('room.update');
    }
    await alice.room.update({ entity_id: room, pinned_ids: [d, e, b] });
    const after = await pinsOf(alice, room);
    expect(
      after.map((pin) => pin.message_id),
      'what stays keeps its place',
    ).to.deep.equal([d, e, b]);
    expect(after.map((pin) => pin.pinned_by)).to.deep.equal([alice.id, alice.id, bob.id]);
    expect(after[1]?.pinned_ms).to.be.above(kept?.pinned_ms ?? 0);
    await alice.room.update({ entity_id: room, pinned_ids: [] });
    expect(await pinsOf(bob, room)).to.deep.equal([]);
  });

  it('can be set together with a new name, and publish nothing when unchanged', async () => {
    const { alice, bob, room, ids } = await newPinboard();
    const [a, b] = ids;
    await alice.room.update({ entity_id: room, pinned_ids: [a, b, a] });
    const before = await pinsOf(alice, room);
    const last = await position(alice);
    await bob.room.update({ entity_id: room, pinned_ids: [a, b] });
    expect(await position(alice)).to.equal(last);
    expect(await pinsOf(alice, room)).to.deep.equal(before);
    await bob.room.update({ entity_id: room, name: 'Other', pinned_ids: [b] });
    const { events } = await alice.chat.sync({ since: last });
    expect(events.map(({ name }) => name)).to.have.members(['room.update', 'chat.unpin']);
    expect(await alice.room.info({ entity_id: room })).to.include({ name: 'Other' });
    await bob.room.update({ entity_id: room, name: 'And none' });
    expect(await idsOf(alice, room), 'absent: they stay').to.deep.equal([b]);
  });

  it('are at most five visible messages of this room, or nothing changes', async () => {
    const { alice, bob, outsider, admin, room, ids } = await newPinboard();
    const [a, b, c, d, e, f, hidden, deleted] = ids;
    const elsewhere = await alice.chat.post({
      entity_id: await newRoom(alice, bob),
      message: 'In another room',
    });
    const direct = await alice.chat.post({ entity_id: bob.id, message: 'To Bob' });
    const { stranger } = (await newHub({ stranger: 7 })).members;
    const foreign = await stranger.chat.post({
      entity_id: await newRoom(stranger),
      message: 'Of another hub',
    });
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.chat.pin({ message_ids: [a, b] });
    const before = [await pinsOf(bob, room), await bob.room.info({ entity_id: room })];
    const last = await position(alice);
    const others = [elsewhere, direct, foreign].map((one) => one.message_id);
    for (const wrong of [...others, hidden, deleted, 'nothing', '', room]) {
      const update = { entity_id: room, name: 'Other', pinned_ids: [c, wrong] };
      const { details } = await refused(alice.room.update(update), 'MESSAGE_NOT_FOUND');
      expect(details[0]).to.match(/^pinned_ids: /);
    }
    await refusedInputs(alice, 'room.update', [
      ['pinned_ids', { entity_id: room, name: 'Other', pinned_ids: [a, b, c, d, e, f] }],
      ['pinned_ids', { entity_id: room, pinned_ids: a }],
      ['pinned_ids', { entity_id: room, pinned_ids: [1] }],
    ]);
    await refused(
      bob.room.update({ entity_id: room, pinned_ids: [c], owner_ids: [bob.id] }),
      'PERMISSION_DENIED',
    );
    for (const caller of [outsider, admin, stranger])
      await refused(caller.room.update({ entity_id: room, pinned_ids: [] }), 'ROOM_NOT_FOUND');
    await refused(alice.room.update({ entity_id: bob.id, pinned_ids: [] }), 'ROOM_NOT_FOUND');
    expect([await pinsOf(bob, room), await bob.room.info({ entity_id: room })]).to.deep.equal(
      before,
    );
    expect(await position(alice)).to.equal(last);
    await alice.room.update({ entity_id: room, pinned_ids: [a, b, c, d, e] });
    expect(await pinsOf(bob, room)).to.have.length(5);
    expect(await idsOf(bob, room)).to.have.members([a, b, c, d, e]);
    await refused(bob.chat.pin({ message_id: f }), 'PIN_LIMIT');
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(alice.room.update({ entity_id: room, pinned_ids: [] }), 'ROOM_ARCHIVED');
  });

  it('are those of one of two concurrent calls, never more than five', async () => {
    const { alice, bob, room, ids } = await newPinboard(12);
    const all: string[] = ids;
    for (let round = 0; round < 5; round++) {
      await alice.room.update({ entity_id: room, pinned_ids: [] });
      const [first, second] = [all.slice(0, 5), all.slice(5, 10)];
      await Promise.all([
        alice.room.update({ entity_id: room, pinned_ids: first }),
        bob.room.update({ entity_id: room, pinned_ids: second }),
        bob.chat
          .pin({ message_id: all[10] as string })
          .catch((error) => expect(error.code).to.equal('PIN_LIMIT')),
      ]);
      const pinned = (await idsOf(alice, room)).filter((id) => id !== all[10]);
      expect(pinned).to.deep.equal(pinned.includes(first[0] as string) ? first : second);
      expect(await pinsOf(bob, room)).to.have.length(5);
    }
  });
});

describe('chat.pin of several messages', () => {
  it('pins all of one conversation, newest first, with one event each', async () => {
    const { alice, bob, room, ids } = await newPinboard();
    const [a, b, c, d] = ids;
    await alice.chat.pin({ message_id: d });
    using device = await bob.device();
    const reply = await alice.chat.pin({ message_ids: [b, a, c, b, d] });
    expect(reply).to.deep.equal({ message_id: b, entity_id: room, room_id: room, is_pinned: 1 });
    expect(await idsOf(bob, room)).to.deep.equal([b, a, c, d]);
    const published = [
      await device.next('chat.pin'),
      await device.next('chat.pin'),
      await device.next('chat.pin'),
    ];
    expect(published.map(({ data }) => data.message_id)).to.deep.equal([c, a, b]);
    expect(published.map(({ seq, prev }) => seq - prev)).to.deep.equal([1, 1, 1]);
    const last = await position(alice);
    await bob.chat.pin({ message_id: a, message_ids: [b, c] });
    expect(await position(alice), 'pinned already').to.equal(last);
    expect(await bob.chat.pin({ message_id: ids[4], message_ids: [a] })).to.include({
      message_id: ids[4],
    });
    expect(await pinsOf(bob, room)).to.have.length(5);
  });

  it('pins all or none: over five, several conversations, or one invisible message', async () => {
    const { alice, bob, outsider, room, ids } = await newPinboard();
    const [a, b, c, d, e, f, g, hidden] = ids;
    const direct = await alice.chat.post({ entity_id: bob.id, message: 'To Bob' });
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    await refused(alice.chat.pin({ message_ids: [a, b, c, d, e, f] }), 'PIN_LIMIT');
    await alice.chat.pin({ message_ids: [a, b, c] });
    const last = await position(alice);
    await refused(alice.chat.pin({ message_ids: [d, e, f] }), 'PIN_LIMIT');
    await refused(alice.chat.pin({ message_id: d, message_ids: [e, f] }), 'PIN_LIMIT');
    await refused(alice.chat.pin({ message_ids: [d, 'nothing'] }), 'MESSAGE_NOT_FOUND');
    await refused(alice.chat.pin({ message_ids: [d, hidden] }), 'MESSAGE_NOT_FOUND');
    await refused(outsider.chat.pin({ message_ids: [d] }), 'MESSAGE_NOT_FOUND');
    const { details } = await refused(
      alice.chat.pin({ message_ids: [d, direct.message_id] }),
      'INVALID_INPUT',
    );
    expect(details).to.deep.equal(['message_ids: must be of one conversation']);
    await refusedInputs(alice, 'chat.pin', [
      ['message_id', {}],
      ['message_ids', { message_ids: [] }],
      ['message_ids', { message_ids: d }],
      ['message_ids', { message_ids: Array.from({ length: 101 }, () => d) }],
      ['message_id', { message_id: 7, message_ids: [d] }],
    ]);
    expect(await idsOf(bob, room)).to.deep.equal([a, b, c]);
    expect(await position(alice)).to.equal(last);
    await alice.chat.pin({ message_ids: [a, b, c, d, e] });
    expect(
      await pinsOf(bob, room),
      'those that are pinned already do not count twice',
    ).to.have.length(5);
    await refused(bob.chat.pin({ message_ids: [a, g] }), 'PIN_LIMIT');
    await alice.chat.pin({ message_ids: [direct.message_id] });
    expect(await pinsOf(bob, alice.id)).to.have.length(1);
  });

  it('pins five of six concurrently, and one of two lists', async () => {
    const { alice, bob, room, ids } = await newPinboard();
    const outcomes = await Promise.all(
      ids.slice(0, 6).map((id, n) =>
        (n % 2 ? alice : bob).chat.pin({ message_ids: [id] }).then(
          () => 'ok',
          (error) => error.code as string,
        ),
      ),
    );
    expect(outcomes.sort()).to.deep.equal(['PIN_LIMIT', 'ok', 'ok', 'ok', 'ok', 'ok']);
    expect(await pinsOf(bob, room)).to.have.length(5);
    await alice.room.update({ entity_id: room, pinned_ids: [] });
    const lists = [ids.slice(0, 3), ids.slice(3, 6)];
    const codes = await Promise.all(
      lists.map((message_ids) =>
        alice.chat.pin({ message_ids }).then(
          () => 'ok',
          (error) => error.code as string,
        ),
      ),
    );
    expect([...codes].sort()).to.deep.equal(['PIN_LIMIT', 'ok']);
    expect(await idsOf(bob, room)).to.deep.equal(lists[codes.indexOf('ok')]);
  });
});
