import { expect } from 'chai';
import { app, ownApp } from '../../support/app.ts';
import { clientOf, newEmail, newLogin, platform, refusedInputs } from '../../support/caller.ts';
import { newHub, refused } from '../../support/hub.ts';

/** A hub with a key of its own, as the backend of an application has it. */
async function backend(service = app()) {
  const hub = await newHub({ admin: 31, owner: 63, member: 7 }, service);
  const { key: token, key_id } = await hub.operator.key.create({ name: 'app', permission: 31 });
  return { ...hub.members, hub, token, key_id, key: clientOf(token, hub.id, service.url) };
}

const ada = { external_id: 'ada', firstname: 'Ada', lastname: 'Lovelace' };

describe('user.put', () => {
  it('makes a user of no issuer, whom the same call finds again', async () => {
    const { key, hub } = await backend();
    const email = newEmail();
    const person = { ...ada, email: email.toUpperCase(), picture_url: 'https://x.example/a.png' };
    const first = await key.user.put(person);
    expect(first.created).to.equal(1);
    expect(await key.user.put(person)).to.deep.equal({ user_id: first.user_id, created: 0 });
    expect(await key.user.get({ external_id: 'ada' })).to.deep.include({
      ...{ user_id: first.user_id, firstname: 'Ada', lastname: 'Lovelace', email },
      ...{ picture_url: person.picture_url, external_id: 'ada', privilege: 7, last_seen: null },
    });
    const { token } = await key.session.issue({ user_id: first.user_id });
    expect((await clientOf(token).session.whoami()).hubs.map((one) => one.hub_id)).to.deep.equal([
      hub.id,
    ]);
  });

  it('is for keys, admins and the operator', async () => {
    const { key, hub, admin, owner, member, token } = await backend();
    const ids = [];
    for (const by of [key, admin, owner, hub.operator]) ids.push((await by.user.put(ada)).user_id);
    expect(new Set(ids).size).to.equal(1);
    await refused(member.user.put(ada), 'PERMISSION_DENIED');
    for (const more of [{ permission: 15 }, { permission: 31, user_id: member.id }]) {
      const made = await hub.operator.key.create({ name: 'weak', ...more });
      await refused(clientOf(made.key, hub.id).user.put(ada), 'PERMISSION_DENIED');
    }
    await refusedInputs({ token, hubId: hub.id }, 'user.put', [
      ['external_id', { firstname: 'Ada' }],
      ['external_id', { ...ada, external_id: '' }],
      ['firstname', { external_id: 'ada' }],
      ['firstname', { ...ada, firstname: '' }],
      ['email', { ...ada, email: 'nobody' }],
      ['privilege', { ...ada, privilege: 16 }],
      ['password', { ...ada, password: 'a good password' }],
    ]);
  });

  it('makes one user of calls at the same time', async () => {
    const { key, hub } = await backend();
    const email = newEmail();
    const call = (n: number) => key.user.put({ ...ada, email, lastname: `Of call ${n}` });
    const replies = await Promise.all(Array.from({ length: 32 }, (_, n) => call(n)));
    expect(new Set(replies.map((one) => one.user_id)).size).to.equal(1);
    expect(replies.filter((one) => one.created === 1)).to.have.length(1);
    expect(await key.user.list({ key: 'Ada' })).to.have.length(1);
    expect((await hub.operator.hub.info({})).member_count).to.equal(4);
  });

  it('makes one user for user.create at the same time too, which keeps its privilege', async () => {
    const { owner } = await backend();
    const calls = Array.from({ length: 6 }, (_, n) =>
      owner.user.create({ ...ada, privilege: n % 2 ? 31 : 3 }),
    );
    const results = await Promise.allSettled(calls);
    const made = results.flatMap((one) => (one.status === 'fulfilled' ? one.value.user_id : []));
    expect(made).to.have.length(1);
    const n = results.findIndex(({ status }) => status === 'fulfilled');
    expect(await owner.user.get({ external_id: 'ada' })).to.include({
      ...{ user_id: made[0], privilege: n % 2 ? 31 : 3 },
    });
  });

  it('changes what it names, and leaves the rest', async () => {
    const { key, member } = await backend();
    await key.user.put({ ...ada, picture_url: 'https://x.example/a.png' });
    await key.user.put({ external_id: 'ada', firstname: 'Augusta' });
    expect(await key.user.get({ external_id: 'ada' })).to.include({
      ...{ firstname: 'Augusta', lastname: 'Lovelace', picture_url: 'https://x.example/a.png' },
    });
    await key.user.put({ ...ada, lastname: '', picture_url: null, privilege: 3 });
    const row = await key.user.get({ external_id: 'ada' });
    expect(row).to.include({ surname: 'Ada', picture_url: null, privilege: 3 });
    expect(await member.hub.members({ key: 'Ada' })).to.have.length(1);
  });

  it('gives an address to a user without one, changes none, and sets no password', async () => {
    const { key, hub } = await backend();
    const [first, second] = [newEmail(), newEmail()];
    await key.user.put(ada);
    await key.user.put({ ...ada, email: first });
    await key.user.put({ ...ada, email: second, lastname: 'King' });
    expect(await key.user.get({ external_id: 'ada' })).to.include({
      ...{ email: first, lastname: 'King' },
    });
    await refused(key.user.get({ email: second }), 'INVALID_CONTACT');
    const login = clientOf('', hub.id).session.login({ email: first, password: 'a good password' });
    await refused(login, 'NOT_AUTHENTICATED');
  });

  it('joins nobody by address: a taken one is refused, and changes nothing', async () => {
    const { key, hub } = await backend();
    const other = await newLogin();
    const { details } = await refused(key.user.put({ ...ada, email: other.email }), 'EMAIL_TAKEN');
    expect(details).to.deep.equal(['email: belongs to another user']);
    await refused(key.user.get({ external_id: 'ada' }), 'INVALID_CONTACT');
    await key.user.put(ada);
    await refused(key.user.put({ ...ada, email: other.email, firstname: 'X' }), 'EMAIL_TAKEN');
    expect(await key.user.get({ external_id: 'ada' })).to.include({
      firstname: 'Ada',
      email: null,
    });
    expect((await hub.operator.hub.info({})).member_count).to.equal(4);
  });

  it('counts taken addresses as failed log-ins of the caller', async () => {
    await using service = await ownApp({ LIMIT_LOGINS_ACCOUNT: '3' });
    const { key, hub, admin } = await backend(service);
    const { email } = await newLogin(undefined, service);
    for (const by of [key, admin]) {
      for (let tries = 0; tries < 3; tries++)
        await refused(by.user.put({ ...ada, email }), 'EMAIL_TAKEN');
      await refused(by.user.put({ ...ada, email }), 'RATE_LIMITED');
      await refused(by.user.put({ ...ada, email: newEmail() }), 'RATE_LIMITED');
      await by.user.put(ada);
      await refused(by.user.update({ user_id: admin.id, email }), 'RATE_LIMITED');
    }
    await refused(hub.operator.user.put({ ...ada, email }), 'EMAIL_TAKEN');
  });

  it('neither grants nor changes beyond the caller’s own bits, or the last owner', async () => {
    const { key, admin, owner, hub } = await backend();
    const { user_id } = await owner.user.put({ ...ada, privilege: 63 });
    for (const by of [key, admin]) {
      await refused(by.user.put({ ...ada, firstname: 'X' }), 'PERMISSION_DENIED');
      await refused(by.user.put({ ...ada, privilege: 7 }), 'PERMISSION_DENIED');
      await refused(
        by.user.put({ ...ada, external_id: 'other', privilege: 63 }),
        'PERMISSION_DENIED',
      );
      await refused(by.user.update({ user_id, firstname: 'X' }), 'PERMISSION_DENIED');
    }
    await hub.operator.hub.remove_member({ user_id: owner.id });
    await refused(hub.operator.user.put({ ...ada, privilege: 7 }), 'PERMISSION_DENIED');
    expect(await key.user.get({ external_id: 'ada' })).to.include({
      ...{ firstname: 'Ada', privilege: 63 },
    });
  });

  it('cuts the rights that it takes at once, and publishes that to the member', async () => {
    const { key, owner } = await backend();
    const { user_id } = await owner.user.put({ ...ada, privilege: 31 });
    const { token } = await platform().session.issue({ user_id });
    const { hubId } = owner;
    const user = clientOf(token, hubId);
    await user.user.list({});
    await key.user.put({ ...ada, privilege: 7 });
    await refused(user.user.list({}), 'PERMISSION_DENIED');
    const { events } = await user.chat.sync({ since: 0 });
    expect(events.at(-1)).to.deep.include({
      ...{ name: 'hub.set_privilege', data: { user_id, privilege: 7 } },
    });
  });

  it('takes a former member back as the same user, whose old tokens stay ended', async () => {
    const { key, hub } = await backend();
    const { user_id } = await key.user.put(ada);
    const { token } = await key.session.issue({ user_id });
    await hub.operator.hub.remove_member({ user_id });
    await refused(key.user.get({ external_id: 'ada' }), 'INVALID_CONTACT');
    await refused(key.user.update({ user_id, firstname: 'X' }), 'INVALID_CONTACT');
    expect(await key.user.put(ada)).to.deep.equal({ user_id, created: 0 });
    expect(await key.user.get({ user_id })).to.include({ privilege: 7 });
    await refused(clientOf(token, hub.id).chat.count_all({}), 'NOT_AUTHENTICATED');
  });

  it('of a user of other hubs sets only the privilege', async () => {
    const { key, hub } = await backend();
    const { user_id } = await key.user.put(ada);
    const other = await backend();
    await other.hub.operator.hub.add_member({ user_id, privilege: 7 });
    await key.user.put({ external_id: 'ada', firstname: 'X', email: newEmail(), privilege: 3 });
    expect(await key.user.get({ user_id })).to.include({
      ...{ firstname: 'Ada', email: null, privilege: 3 },
    });
    expect(await other.key.user.get({ user_id })).to.include({ privilege: 7, external_id: null });
    await refused(key.user.update({ user_id, firstname: 'X' }), 'PERMISSION_DENIED');
    expect(await hub.operator.user.update({ user_id, firstname: 'By the operator' })).to.include({
      firstname: 'By the operator',
    });
    await other.hub.operator.hub.remove_member({ user_id });
    await key.user.put({ external_id: 'ada', firstname: 'Alone again' });
    expect(await key.user.get({ user_id })).to.include({ firstname: 'Alone again' });
  });

  it('uses external ids of its own hub only, of any script, code point by code point', async () => {
    const [one, two] = [await backend(), await backend()];
    const ids = new Set<string>();
    for (const external_id of ['Étude', 'étude', 'E\u0301tude', 'Étude ', '客户-4711', '👩‍🚀']) {
      for (const { key } of [one, two])
        ids.add((await key.user.put({ ...ada, external_id })).user_id);
      await one.key.user.get({ external_id });
    }
    expect(ids.size).to.equal(12);
    await refused(one.key.user.get({ external_id: 'etude' }), 'INVALID_CONTACT');
  });

  it('is found among what a stolen key has led to', async () => {
    const { key, key_id, owner } = await backend();
    const { user_id } = await key.user.put(ada);
    const { user_ids } = await owner.key.revoke({ key_id });
    expect(user_ids).to.deep.equal([user_id]);
    await refused(key.user.put(ada), 'NOT_AUTHENTICATED');
  });
});
