import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { nextInRoom } from './support.ts';

describe('room.add', () => {
  it('lets participants add members, who see old messages, none of them unread', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 3 });
    const { alice, bob, carol, dave } = members;
    const entity_id = await newRoom(alice, bob);
    await alice.chat.post({ entity_id, message: 'before' });
    const reply = await bob.room.add({ entity_id, user_ids: [carol.id, dave.id, carol.id] });
    expect(reply).to.deep.include({ entity_id, member_count: 4 });
    expect(reply.user_ids).to.have.members([carol.id, dave.id]);
    expect(await carol.chat.chat_room_info({ key: entity_id })).to.include({
      unread_count: 0,
      member_count: 4,
    });
    expect((await carol.chat.messages({ entity_id })).map((row) => row.message)).to.deep.equal([
      'before',
    ]);
    await alice.chat.post({ entity_id, message: 'after' });
    expect((await carol.chat.count_all()).total_cnt).to.equal(1);
  });

  it('ignores members who are in the room already and then publishes nothing', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice, bob);
    const { seq } = await alice.chat.sync({ since: 0 });
    expect(await alice.room.add({ entity_id, user_id: bob.id })).to.deep.equal({
      entity_id,
      user_ids: [],
      member_count: 2,
    });
    expect((await alice.chat.sync({ since: seq })).events).to.deep.equal([]);
    const reply = await alice.room.add({
      entity_id,
      user_ids: [bob.id, alice.id],
      user_id: carol.id,
    });
    expect(reply).to.deep.equal({ entity_id, user_ids: [carol.id], member_count: 3 });
  });

  it('keeps the member count right when several are added at once', async () => {
    const { members } = await newHub({ alice: 7, m1: 7, m2: 7, m3: 7, m4: 7 });
    const { alice, ...others } = members;
    const entity_id = await newRoom(alice);
    const ids = Object.values(others).map((member) => member.id);
    await Promise.all([...ids, ...ids].map((user_id) => alice.room.add({ entity_id, user_id })));
    expect((await alice.room.info({ entity_id })).member_count).to.equal(5);
    expect(await alice.room.participants({ entity_id })).to.have.length(5);
    const added = (await alice.chat.sync({ since: 0 })).events.filter(
      (event) => event.name === 'room.add',
    );
    expect(added).to.have.length(4);
  });

  it('publishes to participants and the added member, who gets events from then on', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 7 });
    const { alice, bob, carol, dave } = members;
    const entity_id = await newRoom(alice, bob);
    await alice.chat.post({ entity_id, message: 'before' });
    using inside = await bob.device();
    using joining = await carol.device();
    using bystander = await dave.device();
    await alice.room.add({ entity_id, user_id: carol.id });
    await alice.chat.post({ entity_id, message: 'after' });
    for (const device of [inside, joining]) {
      const event = await nextInRoom(device, 'room.add', entity_id, alice);
      expect(event.data).to.deep.include({
        user_ids: [carol.id],
        owner_ids: [alice.id],
        member_count: 3,
      });
      expect(event.data).to.not.have.property('users');
      expect(await device.next('chat.post')).to.include({ prev: event.seq });
    }
    await alice.chat.post({ entity_id: dave.id, message: 'next' });
    await bystander.next('chat.post');
    expect(bystander.received).to.have.length(1);
    const { events } = await carol.chat.sync({ since: 0 });
    expect(events.map((event) => event.name)).to.deep.equal(['room.add', 'chat.post']);
  });

  it('fails with INVALID_CONTACT if either of the two has blocked the other', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const [mine, theirs] = [await newRoom(alice, carol), await newRoom(bob)];
    await alice.contact.block({ entity_id: bob.id });
    await refused(alice.room.add({ entity_id: mine, user_id: bob.id }), 'INVALID_CONTACT');
    await refused(bob.room.add({ entity_id: theirs, user_id: alice.id }), 'INVALID_CONTACT');
    expect(await carol.room.add({ entity_id: mine, user_id: bob.id })).to.include({
      member_count: 3,
    });
    await alice.contact.unblock({ entity_id: bob.id });
    expect(await bob.room.add({ entity_id: theirs, user_id: alice.id })).to.include({
      member_count: 2,
    });
  });

  it('fails with INVALID_CONTACT for members of other hubs, former and unknown ones', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, left: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    const { alice, bob, left } = members;
    const entity_id = await newRoom(alice);
    await operator.hub.remove_member({ user_id: left.id });
    for (const id of [others.stranger.id, left.id, 'nobody', '', '\u0000'])
      await refused(alice.room.add({ entity_id, user_ids: [bob.id, id] }), 'INVALID_CONTACT');
    expect(await alice.room.participants({ entity_id })).to.have.length(1);
  });

  it('fails with ROOM_ARCHIVED while the room is archived for all', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice);
    await alice.chat.change_status({ entity_id, status: 'archived', for: 'all' });
    await refused(alice.room.add({ entity_id, user_id: bob.id }), 'ROOM_ARCHIVED');
    expect((await alice.room.info({ entity_id })).member_count).to.equal(1);
  });

  it('fails with ROOM_NOT_FOUND for non-participants, including admins', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 31 });
    const { members: others } = await newHub({ stranger: 63 });
    const { alice, bob, admin } = members;
    const entity_id = await newRoom(alice);
    for (const caller of [bob, admin, others.stranger])
      await refused(caller.room.add({ entity_id, user_id: caller.id }), 'ROOM_NOT_FOUND');
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    for (const wrong of [bob.id, 'nothing', ''])
      await refused(alice.room.add({ entity_id: wrong, user_id: admin.id }), 'ROOM_NOT_FOUND');
    expect(await alice.room.participants({ entity_id })).to.have.length(1);
  });

  it('is refused to a viewer in the room and to strangers', async () => {
    const { members, id } = await newHub({ viewer: 3, alice: 7, bob: 7 });
    const { members: others } = await newHub({ stranger: 63 });
    const body = {
      entity_id: await newRoom(members.alice, members.viewer),
      user_id: members.bob.id,
    };
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).room.add(body), 'PERMISSION_DENIED');
    expect((await raw('room.add', { hubId: id, body })).body.error).to.equal('NOT_AUTHENTICATED');
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and adds no participant', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice);
    await refusedInputs(alice, 'room.add', [
      ['entity_id', { user_id: bob.id }],
      ['user_id', { entity_id }],
      ['user_id', { entity_id, user_id: [bob.id] }],
      ['user_ids', { entity_id, user_ids: [] }],
      ['user_ids', { entity_id, user_ids: bob.id }],
      ['user_ids', { entity_id, user_ids: [bob.id, null] }],
      ['user_ids', { entity_id, user_ids: Array.from({ length: 1001 }, () => bob.id) }],
      ['owner', { entity_id, user_id: bob.id, owner: 1 }],
    ]);
    expect(await alice.room.participants({ entity_id })).to.have.length(1);
  });
});
