import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';
import { openDevice } from '../../support/socket.ts';

describe('hub.set_privilege', () => {
  it('changes the privileges of a member from the next call on', async () => {
    const { members } = await newHub({ admin: 31, bob: 7 });
    const { admin, bob } = members;
    expect(await admin.hub.set_privilege({ user_id: bob.id, privilege: 3 })).to.include({
      user_id: bob.id,
      privilege: 3,
    });
    await refused(bob.chat.post({ entity_id: admin.id, message: 'Hi' }), 'PERMISSION_DENIED');
    await admin.hub.set_privilege({ user_id: bob.id, privilege: 31 });
    expect(await bob.hub.update({ name: 'Changed' })).to.include({ name: 'Changed' });
  });

  it('publishes to the member’s devices, and closes them when privileges decrease', async () => {
    const { members } = await newHub({ admin: 31, bob: 7, carol: 7 });
    const { admin, bob, carol } = members;
    using device = await bob.device();
    using bystander = await carol.device();
    await admin.hub.set_privilege({ user_id: bob.id, privilege: 15 });
    expect((await device.next('hub.set_privilege')).data).to.deep.equal({
      user_id: bob.id,
      privilege: 15,
    });
    await admin.hub.set_privilege({ user_id: bob.id, privilege: 3 });
    await device.cut;
    await admin.chat.post({ entity_id: carol.id, message: 'for Carol' });
    await bystander.next('chat.post');
    expect(bystander.received).to.have.length(1);
  });

  it('is listed in the member’s log, and not listed when nothing changed', async () => {
    const { members } = await newHub({ admin: 31, bob: 7 });
    const { admin, bob } = members;
    const { seq } = await bob.chat.sync({ since: 0 });
    await admin.hub.set_privilege({ user_id: bob.id, privilege: 15 });
    await admin.hub.set_privilege({ user_id: bob.id, privilege: 15 });
    const { events } = await bob.chat.sync({ since: seq });
    expect(events.map((event) => [event.name, event.data])).to.deep.equal([
      ['hub.set_privilege', { user_id: bob.id, privilege: 15 }],
    ]);
    expect((await admin.chat.sync({ since: seq })).events).to.deep.equal([]);
  });

  it('grants no more than the caller has, and changes no one with more', async () => {
    const { members, operator } = await newHub({ owner: 63, admin: 31, bob: 7 });
    const { owner, admin, bob } = members;
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    for (const caller of [admin, clientOf(key)]) {
      await refused(
        caller.hub.set_privilege({ user_id: bob.id, privilege: 63 }),
        'PERMISSION_DENIED',
      );
      await refused(
        caller.hub.set_privilege({ user_id: owner.id, privilege: 7 }),
        'PERMISSION_DENIED',
      );
      await refused(
        caller.hub.set_privilege({ user_id: owner.id, privilege: 63 }),
        'PERMISSION_DENIED',
      );
    }
    await refused(
      admin.hub.set_privilege({ user_id: admin.id, privilege: 63 }),
      'PERMISSION_DENIED',
    );
    const rows = await operator.hub.members();
    expect(rows.map((row) => row.privilege).sort((a, b) => a - b)).to.deep.equal([7, 31, 63]);
  });

  it('keeps the last owner, also when two owners demote each other concurrently', async () => {
    for (let round = 0; round < 3; round++) {
      const { members, operator } = await newHub({ one: 63, two: 63 });
      const { one, two } = members;
      const tries = await Promise.allSettled([
        one.hub.set_privilege({ user_id: two.id, privilege: 7 }),
        two.hub.set_privilege({ user_id: one.id, privilege: 7 }),
      ]);
      expect(tries.filter((attempt) => attempt.status === 'fulfilled')).to.have.length(1);
      for (const attempt of tries)
        if (attempt.status === 'rejected')
          expect(attempt.reason.code).to.equal('PERMISSION_DENIED');
      const rows = await operator.hub.members();
      expect(rows.filter((row) => row.privilege === 63)).to.have.length(1);
      const last = rows.find((row) => row.privilege === 63) ?? expect.fail('no owner is left');
      await refused(
        operator.hub.set_privilege({ user_id: last.user_id, privilege: 31 }),
        'PERMISSION_DENIED',
      );
    }
  });

  it('fails with INVALID_CONTACT for foreign, former and unknown members', async () => {
    const { members, operator } = await newHub({ owner: 63, left: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    await operator.hub.remove_member({ user_id: members.left.id });
    for (const user_id of [others.stranger.id, members.left.id, 'nobody', '', '\u0000'])
      await refused(members.owner.hub.set_privilege({ user_id, privilege: 7 }), 'INVALID_CONTACT');
    expect(await operator.hub.members()).to.have.length(1);
  });

  it('is refused below admin, to other hubs’ owners and without login', async () => {
    const { members, id } = await newHub({ moderator: 15, member: 7, viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    const change = { user_id: members.viewer.id, privilege: 3 } as const;
    for (const { token } of [members.moderator, members.member, members.viewer, others.stranger])
      await refused(clientOf(token, id).hub.set_privilege(change), 'PERMISSION_DENIED');
    expect((await raw('hub.set_privilege', { hubId: id, body: change })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and changes nothing', async () => {
    const { members, operator } = await newHub({ admin: 31, bob: 7 });
    const user_id = members.bob.id;
    await refusedInputs(members.admin, 'hub.set_privilege', [
      ['user_id', { privilege: 7 }],
      ['user_id', { user_id: null, privilege: 7 }],
      ['privilege', { user_id }],
      ['privilege', { user_id, privilege: 0 }],
      ['privilege', { user_id, privilege: -1 }],
      ['privilege', { user_id, privilege: 4 }],
      ['privilege', { user_id, privilege: [15] }],
      ['why', { user_id, privilege: 15, why: '' }],
    ]);
    expect((await operator.hub.members()).map((row) => row.privilege).sort()).to.deep.equal([
      31, 7,
    ]);
  });

  it('revokes at once keys with more privileges, and ends the sessions of their keys', async () => {
    const { members, operator, id } = await newHub({ admin: 63, other: 63, alice: 7 });
    const { admin, other, alice } = members;
    const { key_id: more, key } = await admin.key.create({ name: 'App', permission: 15 });
    const { key: less } = await admin.key.create({ name: 'Reader', permission: 7 });
    const { key: kept } = await other.key.create({ name: 'Another’s', permission: 15 });
    const issue = async (by: string) =>
      (await clientOf(by).session.issue({ user_id: alice.id })).token;
    const [ended, endedToo, stays] = [await issue(key), await issue(less), await issue(kept)];
    using device = await openDevice({ url: app().url, token: ended, hubId: id });
    using undisturbed = await openDevice({ url: app().url, token: stays, hubId: id });
    await operator.hub.set_privilege({ user_id: admin.id, privilege: 7 });
    for (const token of [key, ended, endedToo])
      await refused(clientOf(token, id).hub.info(), 'NOT_AUTHENTICATED');
    await device.cut;
    for (const token of [less, stays, kept])
      expect((await clientOf(token).hub.info()).hub_id).to.equal(id);
    await other.chat.post({ entity_id: alice.id, message: 'still there?' });
    await undisturbed.next('chat.post');
    const revoked = (await operator.key.list()).filter((row) => row.is_revoked);
    expect(revoked.map((row) => row.key_id)).to.deep.equal([more]);
  });
});
