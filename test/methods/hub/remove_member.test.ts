import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { openDevice } from '../../support/socket.ts';
import { eventually } from '../../support/wait.ts';

describe('hub.remove_member', () => {
  it('removes the member from the hub and its rooms, and keeps their messages', async () => {
    const { members, operator } = await newHub({ admin: 31, bob: 7, carol: 7 });
    const { admin, bob, carol } = members;
    const room = await newRoom(bob, admin, carol);
    await bob.chat.post({ entity_id: room, message: 'still here' });
    await bob.chat.post({ entity_id: carol.id, message: 'here too' });
    expect(await admin.hub.remove_member({ user_id: bob.id })).to.deep.equal({ ok: 1 });
    await refused(bob.hub.info(), 'PERMISSION_DENIED');
    await refused(bob.chat.chat_rooms(), 'PERMISSION_DENIED');
    expect((await operator.hub.members()).map((row) => row.user_id)).to.not.include(bob.id);
    const info = await carol.room.info({ entity_id: room });
    expect(info.member_count).to.equal(2);
    expect(info.owner_ids).to.have.length(1).and.not.include(bob.id);
    expect(
      (await carol.chat.messages({ entity_id: room })).map((row) => row.message),
    ).to.deep.equal(['still here']);
    expect(
      (await carol.chat.messages({ entity_id: bob.id })).map((row) => row.message),
    ).to.deep.equal(['here too']);
    await refused(carol.chat.post({ entity_id: bob.id, message: 'gone?' }), 'INVALID_CONTACT');
  });

  it('publishes to their devices, then closes them; roommates get room.remove', async () => {
    const { members } = await newHub({ admin: 31, bob: 7, carol: 7, dave: 7 });
    const { admin, bob, carol, dave } = members;
    const room = await newRoom(bob, carol);
    using removed = await bob.device();
    using shares = await carol.device();
    using bystander = await dave.device();
    await admin.hub.remove_member({ user_id: bob.id });
    await removed.cut;
    expect(removed.received.map((event) => event.name)).to.deep.equal([
      'room.remove',
      'hub.remove_member',
    ]);
    expect((await shares.next('room.remove')).data).to.deep.include({
      room_id: room,
      user_ids: [bob.id],
      owner_ids: [carol.id],
      member_count: 1,
    });
    await carol.chat.post({ entity_id: room, message: 'without Bob' });
    await shares.next('chat.post');
    await admin.chat.post({ entity_id: dave.id, message: 'for Dave' });
    await bystander.next('chat.post');
    expect(shares.received).to.have.length(2);
    expect(bystander.received).to.have.length(1);
    const again = await bob.device().then(
      () => 'connected',
      (error: Error) => error.message,
    );
    expect(again).to.equal('PERMISSION_DENIED');
  });

  it('keeps the user’s other hubs', async () => {
    const [one, other] = [await newHub({ bob: 7 }), await newHub({})];
    const { bob } = one.members;
    await other.operator.hub.add_member({ user_id: bob.id });
    await one.operator.hub.remove_member({ user_id: bob.id });
    expect((await clientOf(bob.token, other.id).hub.info()).hub_id).to.equal(other.id);
    expect((await clientOf(bob.token).hub.info()).hub_id).to.equal(other.id);
  });

  it('rejects removal of members with more privileges, and of oneself for a member', async () => {
    const { members, operator } = await newHub({ owner: 63, admin: 31, bob: 7 });
    const { owner, admin, bob } = members;
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    for (const caller of [admin, clientOf(key)])
      await refused(caller.hub.remove_member({ user_id: owner.id }), 'PERMISSION_DENIED');
    await refused(bob.hub.remove_member({ user_id: bob.id }), 'PERMISSION_DENIED');
    expect(await operator.hub.members()).to.have.length(3);
  });

  it('keeps the last owner, also when two owners remove each other concurrently', async () => {
    for (let round = 0; round < 3; round++) {
      const { members, operator } = await newHub({ one: 63, two: 63 });
      const { one, two } = members;
      const tries = await Promise.allSettled([
        one.hub.remove_member({ user_id: two.id }),
        two.hub.remove_member({ user_id: one.id }),
      ]);
      expect(tries.filter((attempt) => attempt.status === 'fulfilled')).to.have.length(1);
      for (const attempt of tries)
        if (attempt.status === 'rejected')
          expect(attempt.reason.code).to.equal('PERMISSION_DENIED');
      const [last, ...rest] = await operator.hub.members();
      expect([last?.privilege, rest]).to.deep.equal([63, []]);
      await refused(
        operator.hub.remove_member({ user_id: last?.user_id ?? '' }),
        'PERMISSION_DENIED',
      );
    }
  });

  it('fails with INVALID_CONTACT for foreign, removed and unknown members', async () => {
    const { members, operator } = await newHub({ admin: 31, bob: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    await operator.hub.remove_member({ user_id: members.bob.id });
    for (const user_id of [others.stranger.id, members.bob.id, 'nobody', '', '\u0000'])
      await refused(members.admin.hub.remove_member({ user_id }), 'INVALID_CONTACT');
    expect((await others.stranger.hub.info()).member_count).to.equal(1);
  });

  it('is refused below admin, to other hubs’ owners and without login', async () => {
    const { members, operator, id } = await newHub({ moderator: 15, member: 7, viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    const body = { user_id: members.viewer.id };
    for (const { token } of [members.moderator, members.member, members.viewer, others.stranger])
      await refused(clientOf(token, id).hub.remove_member(body), 'PERMISSION_DENIED');
    expect((await raw('hub.remove_member', { hubId: id, body })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
    expect(await operator.hub.members()).to.have.length(3);
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and removes no member', async () => {
    const { members, operator } = await newHub({ admin: 31, bob: 7 });
    const user_id = members.bob.id;
    await refusedInputs(members.admin, 'hub.remove_member', [
      ['user_id', {}],
      ['user_id', { user_id: 7 }],
      ['user_id', { user_id: [user_id] }],
      ['user_ids', { user_id, user_ids: [user_id] }],
    ]);
    expect(await operator.hub.members()).to.have.length(2);
  });

  it('leaves fifty rooms with owners and correct counts, and publishes once each', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const rooms = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const others = n % 3 === 0 ? [carol] : [];
        return n % 2 === 0 ? newRoom(bob, alice, ...others) : newRoom(alice, bob, ...others);
      }),
    );
    const shared = rooms.filter((_, n) => n % 3 === 0);
    using one = await alice.device();
    using other = await carol.device();
    await operator.hub.remove_member({ user_id: bob.id });
    const { seq } = await alice.chat.post({ entity_id: carol.id, message: 'that is all' });
    for (const [device, concerned] of [
      [one, rooms],
      [other, shared],
    ] as const) {
      await eventually(() => device.received.at(-1)?.seq === seq);
      const published = device.received.slice(0, -1);
      expect(published.every((event) => event.name === 'room.remove')).to.equal(true);
      expect(published.map((event) => event.room_id)).to.have.members(concerned);
      for (const event of published) expect(event.data).to.deep.include({ user_ids: [bob.id] });
    }
    for (const [n, room] of rooms.entries()) {
      const { member_count, owner_ids } = await alice.room.info({ entity_id: room });
      expect(member_count).to.equal(n % 3 === 0 ? 2 : 1);
      expect(owner_ids).to.have.length(1);
      expect(owner_ids[0]).to.be.oneOf(
        n % 2 === 1 || n % 3 !== 0 ? [alice.id] : [alice.id, carol.id],
      );
    }
  });

  it('revokes at once all keys that the member created, and sessions issued by them', async () => {
    const { members, operator, id } = await newHub({ admin: 63, other: 63, alice: 7 });
    const { admin, other, alice } = members;
    const { key } = await admin.key.create({ name: 'App', permission: 7 });
    const { key: least } = await admin.key.create({ name: 'Reader', permission: 1 });
    const { key: kept } = await other.key.create({ name: 'Another’s', permission: 7 });
    const { token } = await clientOf(key).session.issue({ user_id: alice.id });
    using device = await openDevice({ url: app().url, token, hubId: id });
    await operator.hub.remove_member({ user_id: admin.id });
    for (const ended of [key, least, token])
      await refused(clientOf(ended, id).hub.info(), 'NOT_AUTHENTICATED');
    await device.cut;
    expect((await clientOf(kept).hub.info()).hub_id).to.equal(id);
    await operator.hub.add_member({ user_id: admin.id, privilege: 31 });
    await refused(clientOf(key, id).hub.info(), 'NOT_AUTHENTICATED');
  });
});
