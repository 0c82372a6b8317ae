import { expect } from 'chai';
import { app, ownApp } from '../../support/app.ts';
import { clientOf, newEmail, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';
import { as, jwtEnvironment, sign } from '../../support/jwt.ts';
import { openDevice, refusalOfDevice } from '../../support/socket.ts';

/** A hub that had members before an application embedded it, with the key of its backend. */
async function adopted(service = app()) {
  const hub = await newHub({ owner: 63, admin: 31, alice: 7, bob: 7 }, service);
  const { key: token } = await hub.operator.key.create({ name: 'app', permission: 31 });
  return { ...hub.members, hub, token, key: clientOf(token, hub.id, service.url) };
}

describe('The external id of an existing member', () => {
  it('is set by who may issue tokens: keys of an owner or the operator, and these', async () => {
    const { key, owner, hub, alice } = await adopted();
    const { key: ownerKey } = await owner.key.create({ name: 'app', permission: 31 });
    const { id: user_id } = alice;
    for (const [n, by] of [key, clientOf(ownerKey, hub.id), owner, hub.operator].entries()) {
      const external_id = `alice-${n}`;
      const call = { user_id, external_id, firstname: `Alice ${n}` };
      expect(await by.user.update(call)).to.include({ id: user_id, firstname: `Alice ${n}` });
      expect(await by.user.update(call)).to.include({ id: user_id });
      expect(await key.user.get({ external_id })).to.include({ user_id, external_id });
    }
    await refused(key.user.get({ external_id: 'alice-0' }), 'INVALID_CONTACT');
    expect(await key.user.put({ external_id: 'alice-3', firstname: 'Put' })).to.deep.equal({
      ...{ user_id, created: 0 },
    });
  });

  it('is not set by admins, their keys and members, who could sign in by it', async () => {
    const { key, admin, alice, bob, hub } = await adopted();
    const { key: adminKey } = await admin.key.create({ name: 'own', permission: 31 });
    const call = { user_id: bob.id, external_id: 'admin', firstname: 'X' };
    for (const by of [admin, clientOf(adminKey, hub.id), alice])
      await refused(by.user.update(call), 'PERMISSION_DENIED');
    for (const by of [alice, admin]) {
      const { details } = await refused(by.user.update({ external_id: 'x' }), 'PERMISSION_DENIED');
      expect(details[0]).to.match(/^external_id: /);
    }
    expect(await key.user.get({ user_id: bob.id })).to.include({
      ...{ external_id: null, firstname: 'bob' },
    });
    await admin.user.update({ user_id: bob.id, firstname: 'Robert' });
  });

  it('is given with a password by who may issue tokens only: others would know it', async () => {
    const { key, admin, owner, hub } = await adopted();
    const { key: adminKey } = await admin.key.create({ name: 'own', permission: 31 });
    const password = 'correct horse battery';
    for (const by of [admin, clientOf(adminKey, hub.id)]) {
      const call = { firstname: 'Boss', email: newEmail(), external_id: 'boss' };
      await refused(by.user.create({ ...call, password }), 'PERMISSION_DENIED');
      await refused(key.user.get({ external_id: 'boss' }), 'INVALID_CONTACT');
    }
    const without = { firstname: 'New', external_id: 'none' };
    expect((await admin.user.create(without)).user_id).to.be.a('string');
    for (const [n, by] of [key, owner].entries()) {
      const call = { firstname: 'New', email: newEmail(), external_id: `new-${n}`, password };
      expect((await by.user.create(call)).user_id).to.be.a('string');
    }
  });

  it('is not set beyond the rights of a key or of its maker, or by a revoked key', async () => {
    const { key, owner, admin, hub } = await adopted();
    await refused(key.user.update({ user_id: owner.id, external_id: 'x' }), 'PERMISSION_DENIED');
    const strong = await owner.key.create({ name: 'strong', permission: 31 });
    await clientOf(strong.key, hub.id).user.update({ user_id: admin.id, external_id: 'admin' });
    await owner.key.revoke({ key_id: strong.key_id });
    await refused(
      clientOf(strong.key, hub.id).user.update({ user_id: admin.id, external_id: 'y' }),
      'NOT_AUTHENTICATED',
    );
    const weaker = await owner.key.create({ name: 'weaker', permission: 31 });
    await hub.operator.user.put({ external_id: 'boss', firstname: 'Boss', privilege: 63 });
    await hub.operator.hub.set_privilege({ user_id: owner.id, privilege: 31 });
    await refused(
      clientOf(weaker.key, hub.id).user.update({ user_id: admin.id, external_id: 'z' }),
      'PERMISSION_DENIED',
    );
    expect(await key.user.get({ user_id: admin.id })).to.include({ external_id: 'admin' });
  });

  it('belongs to one user of a hub, also to a former one, and is compared exactly', async () => {
    const { key, token, hub, alice, bob } = await adopted();
    await key.user.update({ user_id: alice.id, external_id: 'Étude' });
    const take = () => key.user.update({ user_id: bob.id, external_id: 'Étude', firstname: 'X' });
    const { details } = await refused(take(), 'INVALID_INPUT');
    expect(details).to.deep.equal(['external_id: belongs to another user']);
    expect(await key.user.get({ user_id: bob.id })).to.include({ firstname: 'bob' });
    await key.user.update({ user_id: bob.id, external_id: 'étude' });
    await hub.operator.hub.remove_member({ user_id: alice.id });
    await refused(take(), 'INVALID_INPUT');
    for (const external_id of ['', 'x'.repeat(256)])
      await refusedInputs({ token, hubId: hub.id }, 'user.update', [
        ['external_id', { user_id: bob.id, external_id }],
      ]);

    const other = await adopted();
    await other.key.user.update({ user_id: other.alice.id, external_id: 'Étude' });
    await refused(
      key.user.update({ user_id: other.bob.id, external_id: 'bob' }),
      'INVALID_CONTACT',
    );
  });

  it('of several calls at once for one id, one sets it', async () => {
    const { key, owner, admin, alice, bob } = await adopted();
    const people = [admin, alice, bob];
    const results = await Promise.allSettled(
      people.map(({ id }) => owner.user.update({ user_id: id, external_id: 'one' })),
    );
    const n = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason.code).to.equal('INVALID_INPUT');
    expect(await key.user.get({ external_id: 'one' })).to.include({ user_id: people[n]?.id });
  });

  it('of a user of other hubs is set by the operator only, in each hub for itself', async () => {
    const { key, hub, alice } = await adopted();
    const other = await adopted();
    const { id: user_id } = alice;
    await other.hub.operator.hub.add_member({ user_id });
    const call = { user_id, external_id: 'alice' };
    for (const by of [key, other.owner]) await refused(by.user.update(call), 'PERMISSION_DENIED');
    await hub.operator.user.update(call);
    expect(await key.user.get({ user_id })).to.include({ external_id: 'alice' });
    expect(await other.key.user.get({ user_id })).to.include({ external_id: null });
  });

  it('signs its user in by JWT; another one ends JWTs and sockets of the former', async () => {
    await using service = await ownApp(jwtEnvironment);
    const { key, hub, alice } = await adopted(service);
    const { id: user_id } = alice;
    const tokenOf = (sub: string) => sign({ sub, hub_id: hub.id });
    const old = await tokenOf('old');
    const whoami = async (token: string) => (await as(service, token).session.whoami()).user.id;
    await refused(whoami(old), 'NOT_AUTHENTICATED');
    const open = (token: string) => openDevice({ url: service.url, token, hubId: hub.id });
    using before = await open(alice.token);
    await key.user.update({ user_id, external_id: 'old' });
    expect(await whoami(old)).to.equal(user_id);
    using device = await open(old);
    await alice.tag.create({ name: 'Marker' });
    await before.next('tag.create');

    await key.user.update({ user_id, external_id: 'new' });
    await device.cut;
    await refused(whoami(old), 'NOT_AUTHENTICATED');
    expect(await refusalOfDevice(open(old))).to.equal('NOT_AUTHENTICATED');
    const token = await tokenOf('new');
    expect(await whoami(token)).to.equal(user_id);
    await key.user.update({ user_id, external_id: null });
    await refused(whoami(token), 'NOT_AUTHENTICATED');
    expect((await raw('session.whoami', { token: alice.token }, service)).status).to.equal(200);
    await key.user.update({ user_id: hub.members.bob.id, external_id: 'old' });
    expect(await whoami(old)).to.equal(hub.members.bob.id);
  });
});
