import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { nextInRoom } from './support.ts';

describe('room.remove', () => {
  it('lets a participant leave: they lose access at once, their messages stay', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    await bob.chat.post({ entity_id, message: 'stays' });
    expect(await bob.room.remove({ entity_id, user_id: bob.id })).to.deep.equal({
      entity_id,
      user_ids: [bob.id],
      member_count: 1,
    });
    await refused(bob.chat.messages({ entity_id }), 'ROOM_NOT_FOUND');
    await refused(bob.chat.post({ entity_id, message: 'Hi' }), 'INVALID_CONTACT');
    expect(await bob.chat.chat_rooms()).to.deep.equal([]);
    expect((await alice.chat.messages({ entity_id })).map((row) => row.message)).to.deep.equal([
      'stays',
    ]);
    await refused(bob.room.remove({ entity_id, user_id: bob.id }), 'ROOM_NOT_FOUND');
  });

  it('lets the owner and outside admins remove others, and no other participant', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, moderator: 15, admin: 31 });
    const { alice, bob, carol, moderator, admin } = members;
    const entity_id = await newRoom(alice, bob, carol, moderator);
    for (const caller of [bob, moderator])
      for (const user_ids of [[carol.id], [caller.id, carol.id], [alice.id]])
        await refused(caller.room.remove({ entity_id, user_ids }), 'PERMISSION_DENIED');
    expect((await alice.room.info({ entity_id })).member_count).to.equal(4);
    expect((await alice.room.remove({ entity_id, user_id: carol.id })).member_count).to.equal(3);
    const last = await admin.room.remove({ entity_id, user_ids: [bob.id, moderator.id] });
    expect(last.member_count).to.equal(1);
    await refused(bob.chat.messages({ entity_id }), 'ROOM_NOT_FOUND');
  });

  it('passes the room to the oldest participant when its last owner leaves', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice);
    await alice.room.add({ entity_id, user_id: carol.id });
    await alice.room.add({ entity_id, user_id: bob.id });
    using device = await bob.device();
    await alice.room.remove({ entity_id, user_id: alice.id });
    expect((await device.next('room.remove')).data).to.deep.include({
      owner_ids: [carol.id],
      member_count: 2,
    });
    expect((await bob.room.info({ entity_id })).owner_ids).to.deep.equal([carol.id]);
    await refused(bob.room.remove({ entity_id, user_id: carol.id }), 'PERMISSION_DENIED');
    expect((await carol.room.remove({ entity_id, user_id: bob.id })).member_count).to.equal(1);
  });

  it('does not restore ownership to a member who rejoins', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    await alice.room.remove({ entity_id, user_id: alice.id });
    await bob.room.add({ entity_id, user_id: alice.id });
    expect((await alice.room.info({ entity_id })).owner_ids).to.deep.equal([bob.id]);
    await refused(alice.room.remove({ entity_id, user_id: bob.id }), 'PERMISSION_DENIED');
  });

  it('empties a room whose last participant leaves', async () => {
    const { members } = await newHub({ alice: 7, admin: 31 });
    const { alice, admin } = members;
    const entity_id = await newRoom(alice);
    expect((await alice.room.remove({ entity_id, user_id: alice.id })).member_count).to.equal(0);
    expect(await admin.room.info({ entity_id })).to.deep.include({
      member_count: 0,
      owner_ids: [],
    });
  });

  it('publishes to participants and the removed member, who gets nothing afterwards', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 7 });
    const { alice, bob, carol, dave } = members;
    const entity_id = await newRoom(alice, bob, carol);
    using inside = await bob.device();
    using removed = await carol.device();
    using bystander = await dave.device();
    await alice.room.remove({ entity_id, user_id: carol.id });
    await alice.chat.post({ entity_id, message: 'without Carol' });
    for (const device of [inside, removed]) {
      const event = await nextInRoom(device, 'room.remove', entity_id, alice);
      expect(event.data).to.deep.include({
        user_ids: [carol.id],
        owner_ids: [alice.id],
        member_count: 2,
      });
    }
    await inside.next('chat.post');
    for (const receiver of [carol, dave])
      await alice.chat.post({ entity_id: receiver.id, message: 'next' });
    for (const [device, count] of [
      [removed, 2],
      [bystander, 1],
    ] as const) {
      expect((await device.next('chat.post')).data).to.include({ message: 'next' });
      expect(device.received).to.have.length(count);
    }
    const { events } = await carol.chat.sync({ since: 0 });
    expect(events.map((event) => event.name)).to.deep.equal(['room.remove', 'chat.post']);
  });

  it('ignores members who are not in the room and then publishes nothing', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice, bob);
    const { seq } = await alice.chat.sync({ since: 0 });
    const outside = [carol.id, others.stranger.id, 'nobody', ''];
    expect(await alice.room.remove({ entity_id, user_ids: outside })).to.deep.equal({
      entity_id,
      user_ids: [],
      member_count: 2,
    });
    expect((await alice.chat.sync({ since: seq })).events).to.deep.equal([]);
    const reply = await alice.room.remove({
      entity_id,
      user_ids: [...outside, bob.id],
      user_id: bob.id,
    });
    expect(reply).to.deep.include({ user_ids: [bob.id], member_count: 1 });
  });

  it('lets a participant leave a room that is archived for all', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    await alice.chat.change_status({ entity_id, status: 'archived', for: 'all' });
    expect((await bob.room.remove({ entity_id, user_id: bob.id })).member_count).to.equal(1);
  });

  it('fails with ROOM_NOT_FOUND for non-participants, direct and unknown rooms', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { members: others } = await newHub({ stranger: 63 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice);
    const { room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    for (const caller of [bob, others.stranger])
      for (const user_id of [alice.id, caller.id])
        await refused(caller.room.remove({ entity_id, user_id }), 'ROOM_NOT_FOUND');
    for (const wrong of [room_id, bob.id, 'nothing', ''])
      await refused(alice.room.remove({ entity_id: wrong, user_id: alice.id }), 'ROOM_NOT_FOUND');
    expect((await alice.room.info({ entity_id })).member_count).to.equal(1);
  });

  it('is refused to a viewer in the room and to strangers', async () => {
    const { members, id } = await newHub({ viewer: 3, alice: 7 });
    const { members: others } = await newHub({ stranger: 63 });
    const body = {
      entity_id: await newRoom(members.alice, members.viewer),
      user_id: members.viewer.id,
    };
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).room.remove(body), 'PERMISSION_DENIED');
    expect((await raw('room.remove', { hubId: id, body })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and removes no participant', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    await refusedInputs(alice, 'room.remove', [
      ['entity_id', { user_id: bob.id }],
      ['user_id', { entity_id }],
      ['user_id', { entity_id, user_id: 7 }],
      ['user_ids', { entity_id, user_ids: [] }],
      ['user_ids', { entity_id, user_ids: [{}] }],
      ['user_ids', { entity_id, user_ids: Array.from({ length: 1001 }, () => bob.id) }],
      ['all', { entity_id, user_id: bob.id, all: 1 }],
    ]);
    expect((await alice.room.info({ entity_id })).member_count).to.equal(2);
  });
});
