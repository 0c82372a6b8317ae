import { expect } from 'chai';
import { clientOf, newLogin, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('hub.add_member', () => {
  it('lets the operator make any user a member, with write by default', async () => {
    const { operator } = await newHub({});
    const [one, other] = [await newLogin(), await newLogin()];
    const reply = await operator.hub.add_member({ user_id: one.id });
    expect(reply).to.deep.include({
      user_id: one.id,
      firstname: 'Ada',
      lastname: 'Lovelace',
      surname: 'Ada Lovelace',
      privilege: 7,
    });
    expect(await operator.hub.add_member({ user_id: other.id, privilege: 63 })).to.include({
      privilege: 63,
    });
    expect(await operator.hub.members()).to.have.length(2);
  });

  it('does not let an owner or a key add a user of another hub, existing or not', async () => {
    const { members, operator } = await newHub({ owner: 63 });
    const { members: others } = await newHub({ stranger: 7 });
    const { key } = await operator.key.create({ name: 'App', permission: 63 });
    for (const caller of [members.owner, clientOf(key)])
      for (const user_id of [others.stranger.id, 'nobody'])
        await refused(caller.hub.add_member({ user_id }), 'INVALID_CONTACT');
    expect(await operator.hub.members()).to.have.length(1);
  });

  it('restores a former member, who sees their conversations again', async () => {
    const { members } = await newHub({ admin: 31, bob: 7 });
    const { admin, bob } = members;
    await admin.chat.post({ entity_id: bob.id, message: 'before' });
    await admin.hub.remove_member({ user_id: bob.id });
    await refused(bob.chat.chat_rooms(), 'PERMISSION_DENIED');
    expect(await admin.hub.add_member({ user_id: bob.id, privilege: 3 })).to.include({
      privilege: 3,
    });
    await refused(bob.chat.messages({ entity_id: admin.id }), 'PERMISSION_DENIED');
    await admin.hub.add_member({ user_id: bob.id });
    expect(
      (await bob.chat.messages({ entity_id: admin.id })).map((row) => row.message),
    ).to.deep.equal(['before']);
  });

  it('sets the privilege of a member, publishing once to their devices only', async () => {
    const { members } = await newHub({ admin: 31, bob: 7, carol: 7 });
    const { admin, bob, carol } = members;
    using device = await bob.device();
    using bystander = await carol.device();
    await admin.hub.add_member({ user_id: bob.id, privilege: 15 });
    await admin.hub.add_member({ user_id: bob.id, privilege: 15 });
    const event = await device.next('hub.set_privilege');
    expect(event).to.deep.include({
      stream: bob.id,
      actor_id: admin.id,
      data: { user_id: bob.id, privilege: 15 },
    });
    await admin.chat.post({ entity_id: bob.id, message: 'next' });
    await admin.chat.post({ entity_id: carol.id, message: 'next' });
    await device.next('chat.post');
    await bystander.next('chat.post');
    expect(device.received.map((one) => one.name)).to.deep.equal([
      'hub.set_privilege',
      'chat.post',
    ]);
    expect(bystander.received.map((one) => one.name)).to.deep.equal(['chat.post']);
  });

  it('grants no more than the caller has, and changes no one with more', async () => {
    const { members, operator } = await newHub({ owner: 63, admin: 31, former: 7 });
    const { owner, admin, former } = members;
    await operator.hub.remove_member({ user_id: former.id });
    await refused(admin.hub.add_member({ user_id: former.id, privilege: 63 }), 'PERMISSION_DENIED');
    await refused(admin.hub.add_member({ user_id: owner.id, privilege: 7 }), 'PERMISSION_DENIED');
    await refused(owner.hub.add_member({ user_id: owner.id, privilege: 31 }), 'PERMISSION_DENIED');
    const rows = await operator.hub.members();
    expect(new Map(rows.map((row) => [row.user_id, row.privilege]))).to.deep.equal(
      new Map([
        [owner.id, 63],
        [admin.id, 31],
      ]),
    );
  });

  it('is refused below admin and to other hubs’ owners', async () => {
    const { members, id } = await newHub({ moderator: 15, member: 7, viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    for (const { token } of [members.moderator, members.member, members.viewer, others.stranger])
      await refused(
        clientOf(token, id).hub.add_member({ user_id: others.stranger.id }),
        'PERMISSION_DENIED',
      );
    expect((await raw('hub.add_member', { hubId: id })).body.error).to.equal('NOT_AUTHENTICATED');
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and adds no member', async () => {
    const { members, operator } = await newHub({ admin: 31 });
    const { id: user_id } = await newLogin();
    await refusedInputs(members.admin, 'hub.add_member', [
      ['user_id', {}],
      ['user_id', { user_id: [user_id] }],
      ['privilege', { user_id, privilege: 0 }],
      ['privilege', { user_id, privilege: 6 }],
      ['privilege', { user_id, privilege: 64 }],
      ['privilege', { user_id, privilege: 'member' }],
      ['role', { user_id, role: 'owner' }],
    ]);
    expect(await operator.hub.members()).to.have.length(1);
  });
});
