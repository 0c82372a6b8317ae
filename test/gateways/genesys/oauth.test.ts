import { expect } from 'chai';
import { app, ownApp } from '../../support/app.ts';
import { clientOf, platform } from '../../support/caller.ts';
import {
  nobodyId,
  people,
  personOf,
  postToUser,
  refusal,
  refusals,
  rest,
  restRefused,
  sdkOf,
} from '../../support/genesys.ts';
import { request } from '../../support/request.ts';

const cast = () => people({ alice: 31, bob: 7 });
type Hub = Awaited<ReturnType<typeof cast>>['hub'];

async function oauthKey(hub: Hub, userId?: string, permission = 7) {
  const made = await hub.operator.key.create({
    name: 'Bot',
    permission,
    kind: 'oauth',
    ...(userId === undefined ? {} : { user_id: userId }),
  });
  return {
    keyId: made.key_id,
    id: made.client_id ?? expect.fail('no client_id'),
    secret: made.client_secret ?? '',
  };
}

/** Logs an SDK in with client credentials. */
async function loggedIn(id: string, secret: string) {
  const sdk = sdkOf(262, undefined);
  const auth = await sdk.client.loginClientCredentialsGrant(id, secret);
  return { sdk, auth };
}

/** Requests a token without an SDK. */
const grant = (body: string, basic?: string, type = 'application/x-www-form-urlencoded') =>
  request('/oauth/token', {
    headers: {
      'content-type': type,
      ...(basic === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
    },
    body,
  });
const credentials = 'grant_type=client_credentials';

describe('A login by client credentials', () => {
  it('gives the SDK a token that posts as the key’s member', async () => {
    const { alice, bob, hub } = await cast();
    const { id, secret } = await oauthKey(hub, alice.id);
    const { sdk, auth } = await loggedIn(id, secret);
    expect(auth.accessToken).to.be.a('string').with.length.above(20);
    expect(auth.tokenExpiryTime).to.be.above(Date.now());
    const message = await sdk.postChatsUserMessages(bob.id, { message: 'from the bot' });
    expect(await bob.sdk.getChatsMessage(message.id)).to.deep.include({
      jid: alice.jid,
      body: 'from the bot',
    });
    expect((await sdk.getUsersMe()).id).to.equal(alice.id);
    const { jid } = await sdk.postChatsRooms({ subject: 'Bots', userIds: [bob.id] });
    expect((await bob.sdk.getChatsRoom(jid)).owners).to.deep.equal([alice.ref]);
  });

  it('returns a bearer token with its lifetime, and forbids caching it', async () => {
    const { alice, hub } = await cast();
    const { id, secret } = await oauthKey(hub, alice.id);
    const reply = await grant(credentials, `${id}:${secret}`);
    expect(reply.status).to.equal(200);
    expect(reply.body).to.include({ token_type: 'bearer' });
    expect(reply.body.expires_in).to.be.within(60, 31_622_400);
    expect(reply.headers['cache-control']).to.contain('no-store');
    const inForm = await grant(`${credentials}&client_id=${id}&client_secret=${secret}`);
    expect(inForm.status, 'in the form').to.equal(200);
    expect(Object.keys(reply.body).sort()).to.deep.equal([
      'access_token',
      'expires_in',
      'token_type',
    ]);
  });

  it('refuses a wrong secret, an unknown client and another kind of key', async () => {
    const { alice, hub } = await cast();
    const { id, secret } = await oauthKey(hub, alice.id);
    const api = await hub.operator.key.create({ name: 'Server', permission: 7, user_id: alice.id });
    const wrong = [
      `${id}:wrong`,
      `${id}:`,
      `nobody:${secret}`,
      `:${secret}`,
      `${api.key_id}:${api.key}`,
      id,
      '',
    ];
    for (const basic of [...wrong, undefined]) {
      const reply = await grant(credentials, basic);
      expect(reply.status, String(basic)).to.equal(401);
      expect(reply.body).to.include({ error: 'invalid_client' });
      expect(reply.body.description).to.be.a('string');
    }
    const failure = await loggedIn(id, 'wrong').then(
      () => expect.fail('logged in'),
      (error: { response: { status: number; data: unknown } }) => error.response,
    );
    expect(failure.status).to.equal(401);
    expect(failure.data).to.include({ error: 'invalid_client' });
  });

  it('supports no other grant type and requires a form', async () => {
    const { alice, hub } = await cast();
    const { id, secret } = await oauthKey(hub, alice.id);
    const basic = `${id}:${secret}`;
    for (const other of ['authorization_code', 'refresh_token', 'password']) {
      const reply = await grant(`grant_type=${other}&code=x&refresh_token=x`, basic);
      expect([reply.status, reply.body.error]).to.deep.equal([400, 'unsupported_grant_type']);
    }
    const missing = await grant('', basic);
    expect([missing.status, missing.body.error]).to.deep.equal([400, 'invalid_request']);
    expect((await request('/oauth/token', { verb: 'GET' })).status).to.be.oneOf([404, 405]);
  });

  it('gives no more rights than the key and its member have', async () => {
    const { alice, bob, hub } = await cast();
    const low = await oauthKey(hub, alice.id, 7);
    await refusal(
      (await loggedIn(low.id, low.secret)).sdk.getChatsSettings(),
      403,
      'missing.any.permissions',
    );
    const high = await oauthKey(hub, alice.id, 31);
    await (await loggedIn(high.id, high.secret)).sdk.getChatsSettings();
    const reader = await oauthKey(hub, bob.id, 3);
    const { sdk } = await loggedIn(reader.id, reader.secret);
    await refusal(
      sdk.postChatsUserMessages(alice.id, { message: 'Hi' }),
      403,
      'missing.any.permissions',
    );
    const member = await oauthKey(hub, bob.id, 31);
    await refusal(
      (await loggedIn(member.id, member.secret)).sdk.getChatsSettings(),
      403,
      'missing.any.permissions',
    );
  });

  it('gives a key without a user no access to chats: not.a.user', async () => {
    const { bob, hub } = await cast();
    const { id, secret } = await oauthKey(hub, undefined, 31);
    const { sdk } = await loggedIn(id, secret);
    const calls = [
      sdk.postChatsUserMessages(bob.id, { message: 'Hi' }),
      sdk.postChatsRooms({ subject: 'Bots' }),
      sdk.getUsersChatsMe(),
      sdk.getChatsUsersMeSettings(),
      sdk.getUsersMe(),
    ];
    for (const { message } of await refusals(calls, 400, 'not.a.user'))
      expect(message).to.match(/^This request requires a user context/);
    expect((await sdk.getTokensMe()).organization.id).to.equal(hub.id);
  });

  it('ends with its key: 401, and no new token', async () => {
    const { alice, bob, hub } = await cast();
    const { id, secret, keyId } = await oauthKey(hub, alice.id);
    const { sdk } = await loggedIn(id, secret);
    await sdk.postChatsUserMessages(bob.id, { message: 'Hi' });
    await hub.operator.key.revoke({ key_id: keyId });
    await refusal(sdk.postChatsUserMessages(bob.id, { message: 'Hi' }), 401, 'bad.credentials');
    expect((await grant(credentials, `${id}:${secret}`)).status).to.equal(401);
    expect((await bob.sdk.getChatsUserMessages(alice.id)).entities).to.have.length(1);
  });

  it('expires: 401', async () => {
    const start = Date.now();
    const { alice, hub } = await cast();
    const { id, secret } = await oauthKey(hub, alice.id);
    const { auth, sdk } = await loggedIn(id, secret);
    await using later = await ownApp({}, () => auth.tokenExpiryTime + 60_000);
    await refusal(
      sdkOf(262, auth.accessToken, { url: later.url }).getUsersMe(),
      401,
      'bad.credentials',
    );
    expect((await sdk.getUsersMe()).id).to.equal(alice.id);
    const { token } = await platform().session.issue({
      user_id: alice.id,
      hub_id: hub.id,
      ttl: 60,
    });
    await using soon = await ownApp({}, () => start + 120_000);
    await refusal(sdkOf(181, token, { url: soon.url }).getChatsRoom('x'), 401, 'bad.credentials');
  });

  it('is not needed for a key that is a token itself', async () => {
    const { alice, bob, hub } = await cast();
    const { key } = await hub.operator.key.create({
      name: 'Server',
      permission: 7,
      user_id: alice.id,
    });
    await sdkOf(262, key).postChatsUserMessages(bob.id, { message: 'from the server' });
    expect(
      (await bob.sdk.getChatsUserMessages(alice.id)).entities.map((it) => it.jid),
    ).to.deep.equal([alice.jid]);
    const { key: nobodys } = await hub.operator.key.create({ name: 'Server', permission: 31 });
    await refusal(
      sdkOf(262, nobodys).postChatsUserMessages(bob.id, { message: 'Hi' }),
      400,
      'not.a.user',
    );
  });

  it('does not make the client_id or the secret a token', async () => {
    const { alice, hub } = await cast();
    const { id, secret } = await oauthKey(hub, alice.id);
    for (const token of [id, secret, `${id}:${secret}`])
      await refusal(sdkOf(262, token).getUsersMe(), 401);
    const native = await clientOf(secret, hub.id)
      .hub.info({})
      .then(
        () => 'answered',
        () => 'refused',
      );
    expect(native).to.equal('refused');
  });
});

describe('The operations that an SDK needs besides the chats', () => {
  it('tokens/me reports whether a token is valid, and its hub', async () => {
    const { bob, hub } = await cast();
    expect((await bob.sdk.getTokensMe()).organization.id).to.equal(hub.id);
    const head = (token: string) =>
      fetch(`${app().url}/api/v2/tokens/me`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${token}` },
      });
    expect((await head(bob.native.token)).status).to.equal(200);
    expect((await head('no-such-token')).status).to.equal(401);
    await restRefused(401, 'bad.credentials', 'GET', '/tokens/me', { token: 'no-such-token' });
    await restRefused(401, 'authentication.required', 'GET', '/tokens/me');
  });

  it('users/me is the caller, with their permissions if requested', async () => {
    const { alice, bob } = await cast();
    const me = await bob.sdk.getUsersMe();
    expect(me).to.deep.include({
      id: bob.id,
      name: 'bob Test',
      chat: { jabberId: bob.jid },
      selfUri: bob.ref.selfUri,
    });
    expect(me).to.not.have.property('authorization');
    const permissionsOf = async (person: typeof bob) => {
      const { authorization } = await person.sdk.getUsersMe({
        expand: ['presence', 'authorization'],
      });
      return (authorization as { permissions: string[] }).permissions;
    };
    expect(await permissionsOf(bob))
      .to.include('chat:chat:access')
      .and.not.include('chat:setting:edit');
    expect(await permissionsOf(alice))
      .to.include('chat:chat:access')
      .and.include('chat:setting:edit');
  });

  it('users are found by id and by JID, only those of this hub', async () => {
    const { alice, bob } = await cast();
    const { stranger } = await people({ stranger: 7 });
    expect(await bob.sdk.getUser(alice.id)).to.deep.include({
      id: alice.id,
      chat: { jabberId: alice.jid },
    });
    const found = async (options: object) =>
      (await bob.sdk.getUsers(options)).entities.map((user) => user.id);
    expect(await found({ jabberId: [alice.jid] })).to.deep.equal([alice.id]);
    expect(await found({ id: [alice.id, bob.id, stranger.id] })).to.have.members([
      alice.id,
      bob.id,
    ]);
    expect(await found({ jabberId: [stranger.jid] })).to.deep.equal([]);
    for (const id of [stranger.id, 'nobody', nobodyId])
      await refusal(bob.sdk.getUser(id), 404, 'not.found');
    const none = await rest('GET', '/users', { token: bob.native.token });
    expect(none.body.entities.map((user: { id: string }) => user.id)).to.have.members([
      alice.id,
      bob.id,
    ]);
  });

  it('a removed user is not found, and their messages keep their author', async () => {
    const { alice, bob, hub } = await cast();
    const carol = personOf(await hub.join('carol'));
    await postToUser(carol, bob, 'remember me');
    await hub.operator.hub.remove_member({ user_id: carol.id });
    await refusal(carol.sdk.getUsersMe(), 403);
    const { entities } = await bob.sdk.getChatsUserMessages(carol.id);
    expect(entities[0]).to.deep.include({ body: 'remember me', user: carol.ref });
    await refusal(alice.sdk.postChatsUserMessages(carol.id, { message: 'Hi' }), 404, 'not.found');
  });
});
