import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';

const ownersOf = async (member: Member, entity_id: string) =>
  (await member.room.info({ entity_id })).owner_ids;

describe('The owners of a room', () => {
  it('are replaced by an owner with participants, once each, and all get the event', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, outsider: 7 });
    const { alice, bob, carol, outsider } = members;
    const entity_id = await newRoom(alice, bob, carol);
    using device = await carol.device();
    using own = await alice.device();
    using outside = await outsider.device();
    const owner_ids = [carol.id, bob.id, carol.id];
    const info = await alice.room.update({ entity_id, owner_ids });
    expect(info.owner_ids).to.have.members([bob.id, carol.id]);
    expect(await ownersOf(bob, entity_id)).to.deep.equal(info.owner_ids);
    for (const one of [device, own])
      expect(await one.next('room.update')).to.deep.include({
        data: info,
        actor_id: alice.id,
        stream: entity_id,
      });
    const rows = await bob.room.participants({ entity_id });
    expect(rows.flatMap((row) => (row.is_owner ? row.user_id : []))).to.have.members([
      bob.id,
      carol.id,
    ]);
    expect((await alice.room.list({ entity_ids: [entity_id] }))[0]?.owner_ids).to.have.members([
      bob.id,
      carol.id,
    ]);
    await outsider.tag.create({ name: 'Marker' });
    await outside.next('tag.create');
    expect(outside.received).to.have.length(1);
  });

  it('manage the room from then on, and former owners no longer do', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice, bob, carol);
    await refused(bob.room.update({ entity_id, owner_ids: [bob.id] }), 'PERMISSION_DENIED');
    await alice.room.update({ entity_id, owner_ids: [bob.id] });
    await refused(alice.room.update({ entity_id, owner_ids: [alice.id] }), 'PERMISSION_DENIED');
    await refused(alice.room.remove({ entity_id, user_id: carol.id }), 'PERMISSION_DENIED');
    await refused(
      alice.chat.change_status({ entity_id, status: 'archived', for: 'all' }),
      'PERMISSION_DENIED',
    );
    await bob.room.remove({ entity_id, user_id: carol.id });
    expect(await bob.room.update({ entity_id, owner_ids: [alice.id, bob.id] })).to.deep.include({
      ...{ owner_ids: await ownersOf(alice, entity_id), member_count: 2 },
    });
    await alice.chat.change_status({ entity_id, status: 'archived', for: 'all' });
    await refused(alice.room.update({ entity_id, owner_ids: [alice.id] }), 'ROOM_ARCHIVED');
  });

  it('are replaced by an outside admin, who may not change what participants change', async () => {
    const { members } = await newHub({ admin: 31, moderator: 15, alice: 7, bob: 7 });
    const { admin, moderator, alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    using device = await bob.device();
    expect((await admin.room.update({ entity_id, owner_ids: [bob.id] })).owner_ids).to.deep.equal([
      bob.id,
    ]);
    expect(await device.next('room.update')).to.include({ actor_id: admin.id });
    await refused(moderator.room.update({ entity_id, owner_ids: [bob.id] }), 'ROOM_NOT_FOUND');
    for (const more of [{ name: 'Other' }, { description: 'Other' }, { pinned_ids: [] }])
      await refused(
        admin.room.update({ entity_id, owner_ids: [alice.id], ...more }),
        'ROOM_NOT_FOUND',
      );
    expect(await alice.room.info({ entity_id })).to.deep.include({
      owner_ids: [bob.id],
      name: 'Room',
    });
  });

  it('must be participants; otherwise nothing of the call is applied', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, left: 7, outsider: 7 });
    const { stranger } = (await newHub({ stranger: 7 })).members;
    const { alice, bob, left, outsider } = members;
    const entity_id = await newRoom(alice, bob, left);
    await alice.room.remove({ entity_id, user_id: left.id });
    const [before, last] = [await bob.room.info({ entity_id }), await position(alice)];
    for (const wrong of [outsider.id, left.id, stranger.id, 'nobody', '', entity_id]) {
      const update = {
        entity_id,
        name: 'Other',
        visibility: 'public' as const,
        owner_ids: [bob.id, wrong],
      };
      const { details } = await refused(alice.room.update(update), 'INVALID_CONTACT');
      expect(details).to.deep.equal(['owner_ids: one of them is not in the room']);
    }
    await refusedInputs(alice, 'room.update', [
      ['owner_ids', { entity_id, owner_ids: [] }],
      ['owner_ids', { entity_id, owner_ids: bob.id }],
      ['owner_ids', { entity_id, owner_ids: [7] }],
      ['owner_ids', { entity_id, owner_ids: Array.from({ length: 101 }, () => bob.id) }],
    ]);
    expect(await bob.room.info({ entity_id })).to.deep.equal(before);
    expect(await position(alice)).to.equal(last);
  });

  it('remain without an event when the same are given, in any order', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    await alice.room.update({ entity_id, owner_ids: [alice.id, bob.id] });
    const last = await position(alice);
    await bob.room.update({ entity_id, owner_ids: [bob.id, alice.id, bob.id] });
    expect(await position(alice)).to.equal(last);
    await alice.room.update({
      entity_id,
      owner_ids: [bob.id],
      name: 'Both in one event',
      description: 'yes',
    });
    const { events } = await bob.chat.sync({ since: last });
    expect(events.map(({ name }) => name)).to.deep.equal(['room.update']);
    expect(events[0]?.data).to.deep.include({
      owner_ids: [bob.id],
      name: 'Both in one event',
      description: 'yes',
    });
  });

  it('exist in group rooms only; non-participants get ROOM_NOT_FOUND', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7, outsider: 7 });
    const { stranger } = (await newHub({ stranger: 63 })).members;
    const { admin, alice, bob, outsider } = members;
    const entity_id = await newRoom(alice, bob);
    const { room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    for (const direct of [bob.id, room_id])
      await refused(
        alice.room.update({ entity_id: direct, owner_ids: [alice.id] }),
        'ROOM_NOT_FOUND',
      );
    await refused(
      admin.room.update({ entity_id: room_id, owner_ids: [alice.id] }),
      'ROOM_NOT_FOUND',
    );
    for (const caller of [outsider, stranger])
      await refused(caller.room.update({ entity_id, owner_ids: [bob.id] }), 'ROOM_NOT_FOUND');
    expect(await ownersOf(alice, entity_id)).to.deep.equal([alice.id]);
  });

  it('never become empty, even if the only one leaves while being made owner', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7, carol: 7 });
    const { admin, alice, bob, carol } = members;
    for (let round = 0; round < 8; round++) {
      const entity_id = await newRoom(alice, bob, carol);
      const [made] = await Promise.all([
        alice.room
          .update({ entity_id, owner_ids: [bob.id] })
          .catch((error) => error.code as string),
        bob.room.remove({ entity_id, user_id: bob.id }),
        admin.room.update({ entity_id, owner_ids: [carol.id] }),
      ]);
      expect(typeof made === 'string' ? made : 'made').to.be.oneOf([
        'made',
        'INVALID_CONTACT',
        'PERMISSION_DENIED',
      ]);
      const rows = await admin.room.participants({ entity_id });
      const owners = rows.flatMap((row) => (row.is_owner ? row.user_id : []));
      expect(owners).to.have.length(1);
      expect(owners[0]).to.be.oneOf([alice.id, carol.id]);
      expect(await ownersOf(carol, entity_id)).to.deep.equal(owners);
    }
  });
});
