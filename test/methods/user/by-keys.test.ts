import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { clientOf, newEmail, newLogin, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';
import { eventually } from '../../support/wait.ts';

/** A hub with a key of its own, as the backend of an application has it. */
async function backend() {
  const hub = await newHub({ admin: 31, owner: 63, alice: 7, bob: 7 });
  const { key: token } = await hub.operator.key.create({ name: 'app', permission: 31 });
  return { ...hub.members, hub, token, key: clientOf(token, hub.id) };
}

describe('user.get', () => {
  it('finds a member by user id, external id or address, and nobody else', async () => {
    const { key, admin, alice, hub } = await backend();
    const email = newEmail();
    const { user_id } = await key.user.put({ external_id: 'ada', firstname: 'Ada', email });
    for (const by of [key, admin, hub.operator])
      for (const name of [{ user_id }, { external_id: 'ada' }, { email: email.toUpperCase() }])
        expect(await by.user.get(name)).to.include({ user_id, email, external_id: 'ada' });
    await refused(alice.user.get({ user_id }), 'PERMISSION_DENIED');

    const other = await backend();
    for (const name of [{ user_id }, { external_id: 'ada' }, { email }, { user_id: 'nobody' }])
      await refused(other.key.user.get(name), 'INVALID_CONTACT');
    await refused(key.user.get({ email: (await newLogin()).email }), 'INVALID_CONTACT');
    await hub.operator.hub.remove_member({ user_id });
    for (const name of [{ user_id }, { external_id: 'ada' }, { email }])
      await refused(key.user.get(name), 'INVALID_CONTACT');
  });

  it('takes exactly one of them', async () => {
    const { token, hub, alice } = await backend();
    await refusedInputs({ token, hubId: hub.id }, 'user.get', [
      ['user_id', {}],
      ['user_id', { user_id: alice.id, external_id: 'alice' }],
      ['user_id', { external_id: 'alice', email: 'a@example.com' }],
      ['email', { email: 'nobody' }],
    ]);
    expect(
      (await raw('user.get', { token, hubId: hub.id, body: { user_id: null } })).status,
    ).to.equal(400);
  });

  it('shows and finds the address of a user of other hubs for the operator only', async () => {
    const { key, hub } = await backend();
    const { id: user_id, email } = await newLogin();
    await hub.operator.hub.add_member({ user_id });
    expect(await key.user.get({ email })).to.include({ user_id, email });
    const other = await backend();
    await other.hub.operator.hub.add_member({ user_id });
    await refused(key.user.get({ email }), 'INVALID_CONTACT');
    expect(await key.user.get({ user_id })).to.include({ email: null });
    expect((await key.user.list({ key: 'Ada' }))[0]).to.include({ user_id, email: null });
    expect(await hub.operator.user.get({ email })).to.include({ user_id, email });
  });

  it('says when a member was last seen, by a call or a socket', async () => {
    const { key, alice, bob } = await backend();
    const before = Math.floor(Date.now() / 1000);
    const seen = async (user_id: string) => (await key.user.get({ user_id })).last_seen;
    expect(await seen(alice.id)).to.equal(null);
    await alice.chat.count_all({});
    using _device = await bob.device();
    for (const { id } of [alice, bob]) {
      await eventually(async () => (await seen(id)) !== null);
      expect(await seen(id)).to.be.within(before, before + 60);
    }
  });
});

describe('user.list', () => {
  it('lists the members of the hub by id, page by page, and by name', async () => {
    const { key, alice, admin, hub } = await backend();
    await key.user.put({ external_id: 'zoe', firstname: 'Zoë', lastname: 'Quux' });
    const all = await key.user.list({});
    expect(all).to.have.length(5);
    expect(all.map((row) => row.user_id)).to.deep.equal(all.map((row) => row.user_id).sort());
    const pages = [];
    for (let cursor: string | undefined; ; ) {
      const page = await admin.user.list(
        cursor === undefined ? { limit: 2 } : { limit: 2, cursor },
      );
      pages.push(...page);
      if (page.length < 2) break;
      cursor = page.at(-1)?.cursor;
    }
    expect(pages.map((row) => row.user_id)).to.deep.equal(all.map((row) => row.user_id));
    expect(
      (await hub.operator.user.list({ key: 'ZOE' })).map((row) => row.external_id),
    ).to.deep.equal(['zoe']);
    await refused(alice.user.list({}), 'PERMISSION_DENIED');
    await hub.operator.hub.remove_member({ user_id: alice.id });
    expect(await key.user.list({})).to.have.length(4);
  });
});

describe('user.update of another member', () => {
  it('changes what it names, for keys, admins and the operator', async () => {
    const { key, admin, hub, alice, bob } = await backend();
    const { id: user_id } = alice;
    for (const [n, by] of [key, admin, hub.operator].entries()) {
      const changes = { firstname: `Alice ${n}`, picture_url: `https://x.example/${n}.png` };
      expect(await by.user.update({ user_id, ...changes })).to.include({
        ...{ id: user_id, lastname: 'Test', ...changes },
      });
    }
    expect((await alice.session.whoami()).user).to.include({ firstname: 'Alice 2' });
    await refused(bob.user.update({ user_id, firstname: 'X' }), 'PERMISSION_DENIED');
    for (const own of [{}, { user_id }])
      expect(await alice.user.update({ ...own, firstname: 'Alice' })).to.include({ id: user_id });
  });

  it('needs a member of this hub', async () => {
    const { key } = await backend();
    const other = await backend();
    for (const user_id of [other.alice.id, 'nobody', ''])
      await refused(key.user.update({ user_id, firstname: 'X' }), 'INVALID_CONTACT');
    await refused(other.key.user.update({ firstname: 'X' }), 'PERMISSION_DENIED');
    expect(await other.key.user.get({ user_id: other.alice.id })).to.include({
      firstname: 'alice',
    });
  });

  it('sets no password, and an address only where there is none', async () => {
    const { key, alice, hub } = await backend();
    const { id: user_id } = alice;
    const [first, second] = [newEmail(), newEmail()];
    for (const more of [{ password: 'a good password' }, { current_password: 'a password' }])
      for (const by of [key, hub.operator])
        await refused(by.user.update({ user_id, firstname: 'X', ...more }), 'PERMISSION_DENIED');
    expect(await key.user.update({ user_id, email: first })).to.include({ email: first });
    expect(await key.user.update({ user_id, email: first })).to.include({ email: first });
    await refused(key.user.update({ user_id, email: second, firstname: 'X' }), 'PERMISSION_DENIED');
    expect(await key.user.get({ user_id })).to.include({ email: first, firstname: 'alice' });
    const taken = key.user.update({ user_id: (await backendUser(key)).user_id, email: first });
    await refused(taken, 'EMAIL_TAKEN');
  });

  it('is named by the hub of the call, wherever that stands', async () => {
    const { token, hub, alice } = await backend();
    const body = { user_id: alice.id, firstname: 'Named' };
    const calls = [
      { hubId: hub.id, body },
      { body: { ...body, hub_id: hub.id } },
      { query: `?hub_id=${hub.id}`, body },
      { headers: { host: hub.host }, body },
      { body },
    ];
    for (const call of calls)
      expect((await raw('user.update', { token, ...call })).status, JSON.stringify(call)).to.equal(
        200,
      );
    const [{ id: otherId } = { id: '' }] = [await newHub({})];
    expect((await raw('user.update', { token, hubId: otherId, body })).status).to.equal(403);
    expect((await raw('user.update', { body }, app())).status).to.equal(401);
  });
});

const backendUser = (key: Awaited<ReturnType<typeof backend>>['key']) =>
  key.user.put({ external_id: 'other', firstname: 'Other' });
