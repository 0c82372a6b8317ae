import { expect } from 'chai';
import { createClient } from '../../../client/index.ts';
import { app, ownApp } from '../../support/app.ts';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { dayMs, forwardApp } from '../../support/forward.ts';
import { type Member, memberOf, newHub, raw, refused, type TestHub } from '../../support/hub.ts';
import { openDevice } from '../../support/socket.ts';

/** A client of a hub, acting as the member or as none. */
const newClient = async (
  { operator }: Pick<TestHub<string>, 'operator'>,
  permission: number,
  user?: Member,
) => {
  const acting = user === undefined ? {} : { user_id: user.id };
  const {
    key_id,
    client_id = '',
    client_secret = '',
  } = await operator.key.create({
    ...{ name: 'Client', kind: 'oauth', permission, ...acting },
  });
  return { key_id, credentials: { client_id, client_secret } };
};
const exchange = async (
  credentials: { client_id: string; client_secret: string },
  url = app().url,
) => (await createClient({ url }).session.exchange(credentials)).token;

describe('A key of kind oauth', () => {
  it('is returned with its client names once, and listed without the secret', async () => {
    const { members } = await newHub({ admin: 31 });
    const { admin } = members;
    const reply = await admin.key.create({ name: 'Client', kind: 'oauth', permission: 7 });
    expect(reply).to.deep.equal({ ...reply, client_id: reply.key_id, client_secret: reply.key });
    const [row] = await admin.key.list();
    expect(row).to.include({ key_id: reply.key_id, kind: 'oauth', permission: 7 });
    expect(JSON.stringify(row)).to.not.contain(reply.key.slice(4));
    await refusedInputs(admin, 'key.create', [
      ...['bearer', '', 1].map(
        (kind) => ['kind', { name: 'Client', permission: 7, kind }] as const,
      ),
    ]);
  });

  it('has a secret that is not itself a token', async () => {
    const { members, operator, id } = await newHub({ alice: 31 });
    const { key_id, credentials } = await newClient({ operator }, 31, members.alice);
    const { client_secret } = credentials;
    await refused(clientOf(client_secret, id).hub.info(), 'NOT_AUTHENTICATED');
    await refused(clientOf(client_secret).chat.chat_rooms(), 'NOT_AUTHENTICATED');
    await refused(clientOf(key_id, id).hub.info(), 'NOT_AUTHENTICATED');
    const refusal = await openDevice({ url: app().url, token: client_secret, hubId: id }).catch(
      (error) => error,
    );
    expect(refusal.message).to.equal('NOT_AUTHENTICATED');
  });
});

describe('session.exchange', () => {
  it('returns a token for one day, as the key’s member, with at most the key’s bits', async () => {
    const hub = await newHub({ alice: 31, bob: 7 });
    const { alice, bob } = hub.members;
    const { credentials } = await newClient(hub, 7, alice);
    const reply = await raw('session.exchange', { body: credentials });
    expect(reply.headers.get('set-cookie')).to.equal(null);
    const { token, expires } = reply.body.data;
    expect(expires).to.be.closeTo(Date.now() / 1000 + 86_400, 60);
    const client = clientOf(token);
    const { user, hubs } = await client.session.whoami();
    expect(user.id).to.equal(alice.id);
    expect(hubs.map(({ hub_id, privilege }) => [hub_id, privilege])).to.deep.equal([[hub.id, 7]]);
    expect(await client.chat.post({ entity_id: bob.id, message: 'beep' })).to.include({
      author_id: alice.id,
    });
    await refused(client.setting.get(), 'PERMISSION_DENIED');
    await refused(client.hub.update({ name: 'Mine' }), 'PERMISSION_DENIED');
    using device = await openDevice({ url: app().url, token, hubId: hub.id });
    await bob.chat.post({ entity_id: alice.id, message: 'boop' });
    expect((await device.next('chat.post')).actor_id).to.equal(bob.id);

    const { credentials: reading } = await newClient(hub, 3, alice);
    const reader = clientOf(await exchange(reading), hub.id);
    expect(await reader.setting.get_user()).to.include({ user_id: alice.id });
    await refused(reader.chat.post({ entity_id: bob.id, message: 'beep' }), 'PERMISSION_DENIED');
  });

  it('follows the member’s current privileges and membership', async () => {
    const hub = await newHub({ alice: 31 });
    const { alice } = hub.members;
    const { credentials } = await newClient(hub, 31, alice);
    const client = clientOf(await exchange(credentials));
    expect(await client.setting.get()).to.include({ reactions_enabled: 1 });
    await hub.operator.hub.set_privilege({ user_id: alice.id, privilege: 7 });
    await refused(client.setting.get(), 'PERMISSION_DENIED');
    expect(await client.chat.chat_rooms()).to.deep.equal([]);
    await hub.operator.hub.remove_member({ user_id: alice.id });
    const after = await client.chat.chat_rooms().catch((error) => error.code);
    expect(after).to.be.oneOf(['PERMISSION_DENIED', 'NOT_AUTHENTICATED']);
  });

  it('acts as the key itself if that has no member', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { key_id, credentials } = await newClient(hub, 31);
    const token = await exchange(credentials);
    const client = clientOf(token);
    expect((await client.hub.info()).hub_id).to.equal(hub.id);
    expect(await client.hub.members()).to.have.length(1);
    expect(await client.setting.patch({ reactions_enabled: 0 })).to.include({
      reactions_enabled: 0,
    });
    for (const call of [
      () => client.chat.chat_rooms(),
      () => client.chat.post({ entity_id: alice.id, message: 'beep' }),
      () => client.contact.list(),
      () => client.session.whoami(),
      () => client.session.list(),
      () => client.setting.get_user(),
      () => client.key.create({ name: 'Child', permission: 3 }),
    ])
      await refused(call(), 'PERMISSION_DENIED');
    const refusal = await openDevice({ url: app().url, token, hubId: hub.id }).catch(
      (error) => error,
    );
    expect(refusal.message).to.equal('PERMISSION_DENIED');
    const issued = await client.session.issue({ user_id: alice.id });
    expect(await clientOf(issued.token).chat.chat_rooms(), 'as a key may').to.deep.equal([]);
    const { credentials: weak } = await newClient(hub, 3);
    await refused(clientOf(await exchange(weak)).setting.get(), 'PERMISSION_DENIED');
    await hub.operator.key.revoke({ key_id });
    for (const ended of [token, issued.token])
      await refused(clientOf(ended, hub.id).hub.info(), 'NOT_AUTHENTICATED');
  });

  it('is valid for the key’s hub only', async () => {
    const [hub, other] = [await newHub({ alice: 31 }), await newHub({ bob: 7 })];
    const { alice } = hub.members;
    await other.operator.hub.add_member({ user_id: alice.id, privilege: 31 });
    const own = await memberOf(app(), alice.id, other.id);
    for (const acting of [alice, undefined]) {
      const token = await exchange((await newClient(hub, 31, acting)).credentials);
      await refused(clientOf(token, other.id).hub.info(), 'PERMISSION_DENIED');
      await refused(clientOf(token, other.id).hub.members(), 'PERMISSION_DENIED');
      expect((await clientOf(token, hub.id).hub.info()).hub_id).to.equal(hub.id);
    }
    expect((await own.hub.info()).hub_id).to.equal(other.id);
  });

  it('issues tokens that end with the key, with their sockets; no new ones after', async () => {
    const hub = await newHub({ admin: 31, alice: 7 });
    const { admin, alice } = hub.members;
    const [one, another] = [await newClient(hub, 7, alice), await newClient(hub, 7, alice)];
    const [first, second] = [await exchange(one.credentials), await exchange(one.credentials)];
    const kept = await exchange(another.credentials);
    expect(first).to.not.equal(second);
    using device = await openDevice({ url: app().url, token: first, hubId: hub.id });
    using own = await alice.device();
    await admin.key.revoke({ key_id: one.key_id });
    await device.cut;
    for (const token of [first, second]) {
      await refused(clientOf(token).session.whoami(), 'NOT_AUTHENTICATED');
      await refused(clientOf(token, hub.id).chat.chat_rooms(), 'NOT_AUTHENTICATED');
    }
    await refused(
      createClient({ url: app().url }).session.exchange(one.credentials),
      'NOT_AUTHENTICATED',
    );
    expect(await clientOf(kept).chat.chat_rooms()).to.deep.equal([]);
    await admin.chat.post({ entity_id: alice.id, message: 'still there?' });
    await own.next('chat.post');
  });

  it('creates sessions that the member lists and ends like their own', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    const { credentials } = await newClient(hub, 7, alice);
    const [first, second] = [await exchange(credentials), await exchange(credentials)];
    const sessions = (await alice.session.list()).filter((row) => row.kind === 'client');
    expect(sessions).to.have.length(2);
    await clientOf(first).session.logout();
    await refused(clientOf(first).session.whoami(), 'NOT_AUTHENTICATED');
    const left = (await alice.session.list()).filter((row) => row.kind === 'client');
    expect(left).to.have.length(1);
    await alice.session.revoke({ session_id: left[0]?.session_id ?? '' });
    await refused(clientOf(second).session.whoami(), 'NOT_AUTHENTICATED');
    await clientOf(await exchange(credentials)).session.whoami();
  });

  it('issues a token for one day at most', async () => {
    await using service = await forwardApp();
    const hub = await newHub({ alice: 7 }, service.app);
    const { credentials } = await newClient(hub, 7, hub.members.alice);
    const token = await exchange(credentials, service.app.url);
    const client = clientOf(token, undefined, service.app.url);
    service.putForward(dayMs - 60_000);
    expect((await client.session.whoami()).user.id).to.equal(hub.members.alice.id);
    service.putForward(60_001);
    await refused(client.session.whoami(), 'NOT_AUTHENTICATED');
    await exchange(credentials, service.app.url);
  });

  it('fails alike for wrong, unknown and foreign credentials and other kinds of key', async () => {
    const hub = await newHub({ alice: 7 });
    const [{ credentials }, other] = [await newClient(hub, 7), await newClient(hub, 7)];
    const { client_id, client_secret } = credentials;
    const api = await hub.operator.key.create({ name: 'App', permission: 7 });
    for (const wrong of [
      { client_id, client_secret: 'wrong' },
      { client_id, client_secret: '' },
      { client_id, client_secret: `${client_secret}x` },
      { client_id, client_secret: other.credentials.client_secret },
      { client_id: other.key_id, client_secret },
      { client_id: 'nobody', client_secret },
      { client_id: '', client_secret },
      { client_id: api.key_id, client_secret: api.key },
      { client_id, client_secret: api.key },
      { client_id, client_secret: hub.members.alice.token },
    ]) {
      const { details } = await refused(
        createClient({ url: app().url }).session.exchange(wrong),
        'NOT_AUTHENTICATED',
      );
      expect(details).to.deep.equal([
        'client_id: the client does not exist or the secret is wrong',
      ]);
    }
    await refusedInputs({}, 'session.exchange', [
      ['client_id', { client_secret }],
      ['client_secret', { client_id }],
      ['client_id', { client_id: 7, client_secret }],
      ['client_secret', { client_id, client_secret: 'x'.repeat(1025) }],
      ['ttl', { client_id, client_secret, ttl: 60 }],
    ]);
    await exchange(credentials);
  });

  it('does not let an attacker who knows the client lock it out', async () => {
    await using own = await ownApp({ TRUST_PROXY: '1', LIMIT_LOGINS_TOTAL: '3' });
    const hub = await newHub({}, own);
    const [{ credentials }, other] = [await newClient(hub, 7), await newClient(hub, 7)];
    const attempt = (address: string, body: object) =>
      raw('session.exchange', { body, headers: { 'x-forwarded-for': address } }, own).then(
        (reply) => reply.status,
      );
    expect(await attempt('10.0.0.1', credentials)).to.equal(200);
    const wrong = { ...credentials, client_secret: 'a guess' };
    const guesses = await Promise.all(
      Array.from({ length: 6 }, (_, n) => attempt(`10.0.1.${n}`, wrong)),
    );
    expect(guesses.filter((status) => status === 401)).to.have.length(3);
    expect(await attempt('10.0.1.9', credentials)).to.equal(429);
    expect(await attempt('10.0.0.1', credentials)).to.equal(200);
    expect(await attempt('10.0.1.1', other.credentials)).to.equal(200);
  });
});
