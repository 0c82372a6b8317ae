import { expect } from 'chai';
import { type Client, createClient } from '../../../client/index.ts';
import { app } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { memberOf, newHub, refused } from '../../support/hub.ts';
import { openDevice } from '../../support/socket.ts';

const visitor = () => createClient({ url: app().url }).session;
const acting = (user_id: string, permission = 63) => ({ name: 'Bot', permission, user_id });
const plain = (permission = 63) => ({ name: 'App', permission });
const application = { name: 'Game', permission: 7, kind: 'braincloud' } as const;

describe('What is made with a key', () => {
  it('ends with it: its keys, theirs, their sessions and all sockets', async () => {
    const { members, operator, id } = await newHub({ owner: 63, alice: 7 });
    const { owner, alice } = members;
    const stolen = await operator.key.create(acting(owner.id));
    const byKey = clientOf(stolen.key, id);
    const child = await byKey.key.create(acting(owner.id));
    const grandchild = await clientOf(child.key, id).key.create(plain());
    const { token } = await clientOf(grandchild.key).session.issue({ user_id: owner.id });
    const late = await clientOf(token, id).key.create({ ...plain(7), kind: 'oauth' });
    const credentials = { client_id: late.key_id, client_secret: late.key };
    const anybody = visitor();
    const { token: client } = await anybody.exchange(credentials);
    const kept = await owner.key.create(plain(7));
    using device = await openDevice({ url: app().url, token, hubId: id });
    using own = await alice.device();
    await operator.key.revoke({ key_id: stolen.key_id });
    await device.cut;
    for (const ended of [stolen.key, child.key, grandchild.key, token, client]) {
      const { details } = await refused(clientOf(ended, id).hub.info(), 'NOT_AUTHENTICATED');
      expect(details).to.deep.equal(['token: revoked']);
    }
    await refused(anybody.exchange(credentials), 'NOT_AUTHENTICATED');
    expect((await clientOf(kept.key).hub.info()).hub_id).to.equal(id);
    await owner.chat.post({ entity_id: alice.id, message: 'still there?' });
    await own.next('chat.post');
    expect((await operator.key.list()).filter((row) => !row.is_revoked)).to.have.length(1);
  });

  it('is listed when the key is revoked: members whom it made or gave their rights', async () => {
    const { members, operator, id } = await newHub({ owner: 63, alice: 7, bob: 7, carol: 7 });
    const { owner, alice, bob, carol } = members;
    const { key_id, key } = await operator.key.create(plain());
    const { key_id: other, key: otherKey } = await operator.key.create(plain());
    const byKey = clientOf(key, id);
    const { user_id: made } = await byKey.user.create({ firstname: 'New', privilege: 31 });
    const { user_id: gone } = await byKey.user.create({ firstname: 'Gone' });
    await byKey.hub.set_privilege({ user_id: alice.id, privilege: 63 });
    await operator.hub.remove_member({ user_id: bob.id });
    await byKey.hub.add_member({ user_id: bob.id });
    await operator.hub.remove_member({ user_id: gone });
    await clientOf(otherKey, id).hub.set_privilege({ user_id: carol.id, privilege: 15 });
    expect(await owner.key.revoke({ key_id })).to.deep.equal({
      ok: 1,
      user_ids: [alice.id, made, bob.id],
    });
    expect(await owner.key.revoke({ key_id: other })).to.deep.equal({
      ok: 1,
      user_ids: [carol.id],
    });
  });

  it('is found also through members whom it made, also after others changed them', async () => {
    const { members, operator, id } = await newHub({ owner: 63, bob: 31 });
    const { owner, bob } = members;
    const old = await bob.key.create(plain(7));
    const stolen = await operator.key.create(acting(owner.id));
    const byStolen = clientOf(stolen.key, id);
    const make = async (by: Pick<Client, 'user'>, privilege: 7 | 63 = 63) => {
      const { user_id } = await by.user.create({ firstname: 'X', privilege });
      return memberOf(app(), user_id, id);
    };
    const first = await make(byStolen);
    const laundry = await first.key.create(plain());
    const second = await make(clientOf(laundry.key, id));
    const third = await make(second, 7);
    const made = await second.key.create(plain());
    // Also ends the first one's own key, by which the second one was made.
    for (const privilege of [31, 63] as const)
      await clientOf(made.key, id).hub.set_privilege({ user_id: first.id, privilege });
    await byStolen.hub.set_privilege({ user_id: bob.id, privilege: 63 });
    const since = await bob.key.create(plain(7));
    const others = await make(bob, 7);
    const { user_ids } = await owner.key.revoke({ key_id: stolen.key_id });
    expect(user_ids).to.have.members([first.id, second.id, third.id, bob.id, others.id]);
    for (const { key } of [laundry, made, since])
      await refused(clientOf(key, id).hub.info(), 'NOT_AUTHENTICATED');
    expect((await clientOf(old.key).hub.info()).hub_id).to.equal(id);
  });

  it('ends when the maker of the first key leaves or loses rights', async () => {
    for (const end of ['remove_member', 'set_privilege'] as const) {
      const { members, operator, id } = await newHub({ owner: 63, other: 63 });
      const first = await members.other.key.create(acting(members.other.id));
      const second = await clientOf(first.key, id).key.create(plain(31));
      const user_id = members.other.id;
      if (end === 'remove_member') await operator.hub.remove_member({ user_id });
      else await operator.hub.set_privilege({ user_id, privilege: 7 });
      for (const { key } of [first, second])
        await refused(clientOf(key, id).hub.info(), 'NOT_AUTHENTICATED');
    }
  });

  it('is not made any more once the key is revoked, also side by side', async () => {
    const { members, operator, id } = await newHub({ owner: 63 });
    const { key_id, key } = await operator.key.create(acting(members.owner.id));
    const byKey = clientOf(key, id);
    const made = await Promise.allSettled([
      ...Array.from({ length: 6 }, () => byKey.key.create(plain())),
      operator.key.revoke({ key_id }),
      ...Array.from({ length: 6 }, () => byKey.key.create(plain())),
    ]);
    expect(made[6]?.status).to.equal('fulfilled');
    expect((await operator.key.list()).filter((row) => !row.is_revoked)).to.deep.equal([]);
  });
});

describe('A key of an admin', () => {
  it('acts as no other member, whatever its kind, and not for an application', async () => {
    const { members, operator, id } = await newHub({ owner: 63, admin: 31, alice: 7 });
    const { owner, admin, alice } = members;
    for (const kind of ['api', 'oauth', 'braincloud'] as const)
      await refused(admin.key.create({ ...acting(alice.id, 7), kind }), 'PERMISSION_DENIED');
    await refused(admin.key.create(application), 'PERMISSION_DENIED');
    const { key } = await operator.key.create(acting(owner.id, 31));
    await refused(clientOf(key, id).key.create(acting(alice.id, 7)), 'PERMISSION_DENIED');
    await refused(clientOf(key, id).key.create(application), 'PERMISSION_DENIED');
    expect(await admin.key.list()).to.have.length(1);
    expect((await admin.hub.info()).has_app).to.equal(0);
    for (const by of [owner, operator]) {
      expect(await by.key.create(acting(alice.id, 7))).to.have.keys('key', 'key_id');
      expect(await by.key.create(application)).to.include({ app_id: id });
    }
  });

  it('issues no session, but does what it may itself', async () => {
    const { members, operator, id } = await newHub({ owner: 63, admin: 31, alice: 7 });
    const { owner, admin, alice } = members;
    const own = await admin.key.create(acting(admin.id, 31));
    const { key: plainKey } = await admin.key.create(plain(31));
    const { key: ofKey } = await clientOf(own.key, id).key.create(plain(7));
    const oauth = await admin.key.create({ ...plain(31), kind: 'oauth' });
    const { token } = await visitor().exchange({
      ...{ client_id: oauth.key_id, client_secret: oauth.key },
    });
    for (const key of [own.key, plainKey, ofKey, token])
      for (const user_id of [alice.id, admin.id])
        await refused(clientOf(key, id).session.issue({ user_id }), 'PERMISSION_DENIED');
    expect(await clientOf(plainKey).user.create({ firstname: 'New' })).to.have.keys('user_id');
    expect((await clientOf(own.key, id).session.whoami()).user.id).to.equal(admin.id);
    const { key } = await owner.key.create(plain(7));
    await operator.hub.set_privilege({ user_id: owner.id, privilege: 63 });
    expect(await clientOf(key).session.issue({ user_id: alice.id })).to.have.keys(
      'token',
      'expires',
    );
  });
});

describe('A key that acts as a member', () => {
  it('is told to them by an event, also in sync, with who made it', async () => {
    const { members, operator, id } = await newHub({ owner: 63, alice: 7 });
    const { owner, alice } = members;
    using device = await alice.device();
    using other = await owner.device();
    const { key_id } = await owner.key.create({ ...acting(alice.id, 7), name: 'Spy' });
    const { data } = await device.next('key.create');
    const expected = { key_id, name: 'Spy', made_by: { user_id: owner.id, key_id: null } };
    expect(data).to.deep.equal(expected);
    const { events } = await alice.chat.sync({ since: 0 });
    expect(events.map((event) => [event.name, event.data])).to.deep.include([
      'key.create',
      expected,
    ]);
    await operator.key.create(acting(alice.id, 7));
    expect((await device.next('key.create')).data).to.include({ made_by: null });
    await owner.key.create(plain(7));
    await alice.chat.post({ entity_id: owner.id, message: 'Hi' });
    await other.next('chat.post');
    expect(other.received.map((event) => event.name)).to.not.include('key.create');
    expect((await memberOf(app(), alice.id, id)).id).to.equal(alice.id);
  });

  it('is a row of their session.list, and ends by their session.revoke', async () => {
    const { members, operator, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { key_id, key } = await operator.key.create({ ...acting(alice.id, 7), name: 'Spy' });
    using device = await openDevice({ url: app().url, token: key, hubId: id });
    const [row, ...rest] = await alice.session.list();
    expect(row).to.deep.include({
      ...{ session_id: key_id, kind: 'key', hub_id: id, user_agent: 'Spy', expires: null },
      is_current: 0,
    });
    expect(rest.map(({ kind }) => kind)).to.deep.equal(['issued']);
    expect((await clientOf(key, id).session.list()).map((one) => one.is_current)).to.deep.equal([
      1,
    ]);
    await refused(bob.session.revoke({ session_id: key_id }), 'SESSION_NOT_FOUND');
    expect(await alice.session.revoke({ session_id: key_id })).to.deep.equal({ revoked: 1 });
    await device.cut;
    await refused(clientOf(key, id).hub.info(), 'NOT_AUTHENTICATED');
    await refused(alice.session.revoke({ session_id: key_id }), 'SESSION_NOT_FOUND');
    expect((await operator.key.list())[0]).to.include({ is_revoked: 1 });
  });

  it('ends with all other sessions, in every hub; by a one-hub token only there', async () => {
    const [one, other] = [await newHub({ alice: 7 }), await newHub({})];
    const { alice } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id });
    const here = await one.operator.key.create(acting(alice.id, 7));
    const there = await other.operator.key.create(acting(alice.id, 7));
    expect(await clientOf(here.key, one.id).session.revoke()).to.deep.equal({ revoked: 0 });
    const second = await one.operator.key.create(acting(alice.id, 7));
    expect(await clientOf(here.key, one.id).session.revoke()).to.deep.equal({ revoked: 1 });
    await refused(clientOf(second.key, one.id).hub.info(), 'NOT_AUTHENTICATED');
    expect((await clientOf(there.key, other.id).hub.info()).hub_id).to.equal(other.id);
    expect(await alice.session.revoke()).to.deep.equal({ revoked: 2 });
    for (const [{ key }, { id }] of [
      [here, one],
      [there, other],
    ] as const)
      await refused(clientOf(key, id).hub.info(), 'NOT_AUTHENTICATED');
  });
});

describe('A key of an owner', () => {
  it('issues no session if it acts as a member, of any kind; one without a user does', async () => {
    const { members, operator, id } = await newHub({ owner: 63, bot: 7, alice: 7 });
    const { owner, bot, alice } = members;
    for (const by of [owner, operator])
      for (const acted of [bot.id, owner.id]) {
        const { key } = await by.key.create(acting(acted, 7));
        const oauth = await by.key.create({ ...acting(acted, 7), kind: 'oauth' });
        const { token } = await visitor().exchange({
          ...{ client_id: oauth.key_id, client_secret: oauth.key },
        });
        for (const bad of [key, token])
          for (const user_id of [alice.id, acted])
            await refused(clientOf(bad, id).session.issue({ user_id }), 'PERMISSION_DENIED');
      }
    expect(await alice.session.list()).to.have.length(1);
    const { key } = await owner.key.create(plain(7));
    const { token } = await clientOf(key).session.issue({ user_id: alice.id });
    expect((await clientOf(token).session.whoami()).user.id).to.equal(alice.id);
  });

  it('ends with the owner’s bit if it acts as another or is an application', async () => {
    const { members, operator, id } = await newHub({ owner: 63, other: 63, alice: 7 });
    const { other, alice } = members;
    const asAlice = await other.key.create(acting(alice.id, 7));
    const asSelf = await other.key.create(acting(other.id, 7));
    const game = await other.key.create(application);
    const own = await other.key.create(plain(7));
    const byOperator = await operator.key.create(acting(alice.id, 7));
    using device = await openDevice({ url: app().url, token: asAlice.key, hubId: id });
    const issued = await clientOf(own.key).session.issue({ user_id: alice.id });
    using signedIn = await openDevice({ url: app().url, token: issued.token, hubId: id });
    await operator.hub.set_privilege({ user_id: other.id, privilege: 31 });
    await Promise.all([device.cut, signedIn.cut]);
    const { details } = await refused(clientOf(issued.token).hub.info(), 'NOT_AUTHENTICATED');
    expect(details).to.deep.equal(['token: revoked']);
    const live = (await operator.key.list()).filter((row) => !row.is_revoked);
    expect(live.map((row) => row.key_id)).to.have.members([
      asSelf.key_id,
      own.key_id,
      byOperator.key_id,
    ]);
    const login = { hub_id: id, app_secret: game.app_secret ?? '', create: 1 as const };
    await refused(
      visitor().app_login({ ...login, kind: 'anonymous', external_id: 'ann' }),
      'NOT_AUTHENTICATED',
    );
    await refused(clientOf(own.key).session.issue({ user_id: alice.id }), 'PERMISSION_DENIED');
    // Rights that come back are not those with which the key was made.
    await operator.hub.set_privilege({ user_id: other.id, privilege: 63 });
    await refused(clientOf(own.key).session.issue({ user_id: alice.id }), 'PERMISSION_DENIED');
    expect((await clientOf(asSelf.key, id).session.whoami()).user.id).to.equal(other.id);
  });
});
