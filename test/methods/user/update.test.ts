import { expect } from 'chai';
import { createClient } from '../../../client/index.ts';
import { app } from '../../support/app.ts';
import { clientOf, newEmail, newLogin, platform, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';
import { openDevice } from '../../support/socket.ts';

const login = (email: string, password: string) =>
  createClient({ url: app().url }).session.login({ email, password });

describe('user.update', () => {
  it('changes the name, which others see from then on', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const reply = await alice.user.update({ firstname: 'Alicia', lastname: '' });
    expect(reply).to.deep.equal({
      id: alice.id,
      firstname: 'Alicia',
      lastname: '',
      surname: 'Alicia',
      email: null,
      picture_url: null,
    });
    const [row] = await bob.chat.messages({ entity_id: alice.id });
    expect(row?.entity.surname).to.equal('Alicia');
  });

  it('keeps omitted fields, and changes nothing without any', async () => {
    const { id, email, password } = await newLogin();
    const { token } = await login(email, password);
    const before = {
      id,
      firstname: 'Ada',
      lastname: 'Lovelace',
      surname: 'Ada Lovelace',
      email,
      picture_url: null,
    };
    expect(await clientOf(token).user.update({})).to.deep.equal(before);
    expect(await clientOf(token).user.update({ firstname: 'Augusta' })).to.include({
      lastname: 'Lovelace',
      email,
    });
  });

  it('changes the password with the current one, and ends the other sessions', async () => {
    const { email, password } = await newLogin();
    const [{ token }, { token: other }] = [
      await login(email, password),
      await login(email, password),
    ];
    await clientOf(token).user.update({ password: 'another password', current_password: password });
    await refused(clientOf(other).session.whoami(), 'NOT_AUTHENTICATED');
    expect((await clientOf(token).session.whoami()).user.email).to.equal(email);
    await refused(login(email, password), 'NOT_AUTHENTICATED');
    expect((await login(email, 'another password')).token).to.be.a('string');
  });

  it('leaves no session that was made with the old password at the same time', async () => {
    const { email, password } = await newLogin();
    const { token } = await login(email, password);
    const change = { password: 'another password', current_password: password };
    const logIns = (count: number) =>
      Array.from({ length: count }, () => login(email, password).catch(() => undefined));
    const [before, , after] = await Promise.all([
      Promise.all(logIns(4)),
      clientOf(token).user.update(change),
      Promise.all(logIns(4)),
    ]);
    for (const made of [...before, ...after])
      if (made) await refused(clientOf(made.token).session.whoami(), 'NOT_AUTHENTICATED');
    expect(await clientOf(token).session.list()).to.have.length(1);
  });

  it('revokes with a new password the keys that act as the user, with their sockets', async () => {
    const [hub, other] = [await newHub({ bob: 7 }), await newHub({})];
    const { id, email, password } = await newLogin();
    for (const { operator } of [hub, other]) await operator.hub.add_member({ user_id: id });
    const { token } = await login(email, password);
    const acting = { name: 'Bot', permission: 7, user_id: id };
    const [bot, elsewhere] = [
      await hub.operator.key.create(acting),
      await other.operator.key.create(acting),
    ];
    const plain = await hub.operator.key.create({ name: 'App', permission: 7 });
    const { token: issued } = await clientOf(plain.key).session.issue({ user_id: id });
    const open = (by: string, hubId: string) => openDevice({ url: app().url, token: by, hubId });
    using first = await open(bot.key, hub.id);
    using second = await open(elsewhere.key, other.id);
    using third = await open(issued, hub.id);
    using own = await open(token, hub.id);
    await clientOf(token).user.update({ password: 'another password', current_password: password });
    for (const device of [first, second, third]) await device.cut;
    for (const ended of [bot.key, elsewhere.key, issued]) {
      const { details } = await refused(clientOf(ended).session.whoami(), 'NOT_AUTHENTICATED');
      expect(details).to.deep.equal(['token: revoked']);
    }
    expect((await clientOf(plain.key).hub.info()).hub_id).to.equal(hub.id);
    await hub.members.bob.chat.post({ entity_id: id, message: 'still there?' });
    await own.next('chat.post');
  });

  it('ends the other sessions with a new address, and keeps keys', async () => {
    const { operator } = await newHub({});
    const { id, email, password } = await newLogin();
    await operator.hub.add_member({ user_id: id });
    const [{ token }, { token: other }] = [
      await login(email, password),
      await login(email, password),
    ];
    const { key } = await operator.key.create({ name: 'Bot', permission: 7, user_id: id });
    await clientOf(token).user.update({ firstname: 'Ada' });
    expect((await clientOf(other).session.whoami()).user.id).to.equal(id);
    await clientOf(token).user.update({ email: newEmail(), current_password: password });
    await refused(clientOf(other).session.whoami(), 'NOT_AUTHENTICATED');
    for (const kept of [token, key])
      expect((await clientOf(kept).session.whoami()).user.id).to.equal(id);
  });

  it('changes the address with the password', async () => {
    const { email, password } = await newLogin();
    const { token } = await login(email, password);
    const fresh = newEmail();
    const reply = await clientOf(token).user.update({
      email: fresh.toUpperCase(),
      current_password: password,
    });
    expect(reply.email).to.equal(fresh);
    expect((await login(fresh, password)).user.id).to.equal(reply.id);
    await refused(login(email, password), 'NOT_AUTHENTICATED');
  });

  it('rejects a new password or address without the current password', async () => {
    const { email, password } = await newLogin();
    const { token } = await login(email, password);
    for (const change of [{ password: 'another password' }, { email: newEmail() }])
      for (const current of [{}, { current_password: 'a wrong one' }, { current_password: '' }]) {
        const call = clientOf(token).user.update({ ...change, ...current, firstname: 'Eve' });
        expect((await refused(call, 'PERMISSION_DENIED')).details.join()).to.contain(
          'current_password',
        );
      }
    expect((await login(email, password)).user.firstname).to.equal('Ada');
  });

  it('sets a first password for a user without one', async () => {
    const { members } = await newHub({ alice: 7 });
    const email = newEmail();
    await members.alice.user.update({ email, password: 'a first password' });
    expect((await login(email, 'a first password')).user.id).to.equal(members.alice.id);
  });

  it('rejects password and address with a token of one hub', async () => {
    const { members, operator } = await newHub({ alice: 7 });
    const { key } = await operator.key.create({ name: 'App', permission: 7 });
    const { token } = await clientOf(key).session.issue({ user_id: members.alice.id });
    const { key: bot } = await operator.key.create({
      name: 'Bot',
      permission: 7,
      user_id: members.alice.id,
    });
    for (const caller of [clientOf(token), clientOf(bot)]) {
      await refused(caller.user.update({ password: 'another password' }), 'PERMISSION_DENIED');
      await refused(caller.user.update({ email: newEmail() }), 'PERMISSION_DENIED');
    }
    expect((await members.alice.session.whoami()).user.email).to.equal(null);
  });

  it('fails with EMAIL_TAKEN for another’s address, and keeps one’s own', async () => {
    const [mine, theirs] = [await newLogin(), await newLogin()];
    const { token } = await login(mine.email, mine.password);
    const change = (email: string) =>
      clientOf(token).user.update({ email, current_password: mine.password });
    await refused(change(theirs.email.toUpperCase()), 'EMAIL_TAKEN');
    expect((await change(mine.email)).email).to.equal(mine.email);
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and changes nothing', async () => {
    const { email, password } = await newLogin();
    const { token } = await login(email, password);
    const current_password = password;
    await refusedInputs({ token }, 'user.update', [
      ['firstname', { firstname: '' }],
      ['firstname', { firstname: 'a\u0007b' }],
      ['lastname', { lastname: 'x'.repeat(101) }],
      ['email', { email: 'nobody', current_password }],
      ['password', { password: 'short', current_password }],
      ['current_password', { password: 'another password', current_password: 7 }],
    ]);
    expect((await login(email, password)).user.firstname).to.equal('Ada');
  });

  it('is refused without login and to callers without a user', async () => {
    const { operator, id } = await newHub({});
    const { key } = await operator.key.create({ name: 'App', permission: 63 });
    expect((await raw('user.update', { body: { firstname: 'Eve' } })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
    await refused(clientOf(key, id).user.update({ firstname: 'Eve' }), 'PERMISSION_DENIED');
    await refused(platform().user.update({ firstname: 'Eve' }), 'PERMISSION_DENIED');
  });

  it('rejects even a name with a token of one hub if the user is in others', async () => {
    const [one, other] = [await newHub({ alice: 7 }), await newHub({})];
    const { alice } = one.members;
    const { key } = await one.operator.key.create({ name: 'App', permission: 7 });
    const { token } = await clientOf(key).session.issue({ user_id: alice.id });
    const { key: bot } = await one.operator.key.create({
      name: 'Bot',
      permission: 7,
      user_id: alice.id,
    });
    const narrow = [clientOf(token), clientOf(bot)];
    for (const [n, caller] of narrow.entries())
      expect(await caller.user.update({ firstname: `Name ${n}` })).to.include({
        firstname: `Name ${n}`,
      });
    await other.operator.hub.add_member({ user_id: alice.id });
    for (const caller of narrow)
      await refused(caller.user.update({ firstname: 'Eve' }), 'PERMISSION_DENIED');
    expect((await alice.session.whoami()).user.firstname).to.equal('Name 1');
    expect(await alice.user.update({ firstname: 'Alice' })).to.include({ firstname: 'Alice' });
    await other.operator.hub.remove_member({ user_id: alice.id });
    expect(await clientOf(bot).user.update({ firstname: 'Ally' })).to.include({
      firstname: 'Ally',
    });
  });
});
