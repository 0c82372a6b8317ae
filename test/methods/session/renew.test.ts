import { expect } from 'chai';
import { dayMs } from '../../../acl/language/time.ts';
import type { App } from '../../../service/app.ts';
import { ownApp } from '../../support/app.ts';
import { clientOf, newLogin, platform } from '../../support/caller.ts';
import { createClient } from '../../support/client.ts';
import { newHub, raw, refused } from '../../support/hub.ts';
import { call } from '../../support/request.ts';

describe('session.renew', () => {
  let app: App & AsyncDisposable;
  let now = Date.now();
  before(async () => {
    app = await ownApp({}, () => now);
  });
  after(() => app[Symbol.asyncDispose]());
  const pass = (seconds: number) => {
    now += seconds * 1000;
  };
  const as = (token: string, hubId?: string) => clientOf(token, hubId, app.url);
  const works = async (token: string): Promise<string> => {
    const { body } = await raw('session.whoami', { token }, app);
    return body.error ? `${body.error} ${body.details.join()}` : 'ok';
  };

  /** A hub with a key that issues sessions, and a session that it issued. */
  async function issued({ ttl = 3600 } = {}) {
    const hub = await newHub({ alice: 7, boss: 63 }, app);
    const { key, key_id: keyId } = await hub.operator.key.create({ name: 'App', permission: 31 });
    const server = as(key);
    const { token } = await server.session.issue({ user_id: hub.members.alice.id, ttl });
    return { ...hub, key, keyId, server, token };
  }

  /** A session made by password. */
  async function loggedIn() {
    const { id, email, password } = await newLogin(undefined, app);
    const hub = await newHub({}, app);
    await hub.operator.hub.add_member({ user_id: id });
    return { id, ...(await createClient({ url: app.url }).session.login({ email, password })) };
  }

  it('gives the issuing key a new token of the same session, with its whole lifetime', async () => {
    const { server, token, members } = await issued();
    const [had] = await as(token).session.list({});
    pass(600);
    const renewed = await server.session.renew({ token });
    expect(renewed.token).to.not.equal(token);
    expect(renewed.expires).to.equal(Math.floor(now / 1000) + 3600);
    const [has] = await as(renewed.token).session.list({});
    expect(has).to.deep.equal({ ...had, expires: renewed.expires, is_current: 1 });
    const { user } = await as(renewed.token).session.whoami();
    expect(user.id).to.equal(members.alice.id);
    pass(3599);
    expect(await works(renewed.token)).to.equal('ok');
    pass(2);
    expect(await works(renewed.token)).to.equal('NOT_AUTHENTICATED token: ended');
  });

  it('lets the old token live for 60 s', async () => {
    const { server, token } = await issued();
    const renewed = await server.session.renew({ token });
    pass(59);
    expect(await works(token)).to.equal('ok');
    pass(2);
    expect(await works(token)).to.equal('NOT_AUTHENTICATED token: ended');
    expect(await works(renewed.token)).to.equal('ok');
    expect(await works(`${token}.guessed`)).to.equal('NOT_AUTHENTICATED token: ended');
  });

  it('gives renewals of one token at once, and a repeated one, the same new token', async () => {
    const { server, token } = await issued();
    const renewals = await Promise.all(
      Array.from({ length: 5 }, () => server.session.renew({ token })),
    );
    const [{ token: next = '' } = {}] = renewals;
    expect(new Set(renewals.map((one) => one.token))).to.deep.equal(new Set([next]));
    pass(30);
    expect((await server.session.renew({ token })).token).to.equal(next);
    // Within the minute the token stays, so that the old one keeps its time; the session goes on.
    const again = await server.session.renew({ token: next });
    expect(again).to.deep.equal({ token: next, expires: Math.floor(now / 1000) + 3600 });
    pass(29);
    expect(await works(token)).to.equal('ok');
    pass(2);
    expect(await works(token)).to.equal('NOT_AUTHENTICATED token: ended');
    const later = await server.session.renew({ token: next });
    expect(later.token).to.not.equal(next);
    pass(61);
    expect(await works(next)).to.equal('NOT_AUTHENTICATED token: ended');
    expect(await works(later.token)).to.equal('ok');
    await refused(server.session.renew({ token: next }), 'SESSION_NOT_FOUND');
  });

  it('ends both tokens with the session, and renews none that has ended', async () => {
    const ways: ((hub: Awaited<ReturnType<typeof issued>>, token: string) => Promise<unknown>)[] = [
      (_, token) => as(token).session.logout(),
      ({ members: { alice } }) => as(alice.token).session.revoke({}),
      ({ members: { alice, boss } }) =>
        as(boss.token, boss.hubId).hub.remove_member({ user_id: alice.id }),
    ];
    for (const [index, end] of ways.entries()) {
      const hub = await issued();
      const { token } = await hub.server.session.renew({ token: hub.token });
      await end(hub, index % 2 === 0 ? token : hub.token);
      const how = index === 1 ? 'revoked' : 'ended';
      for (const one of [hub.token, token]) {
        expect(await works(one)).to.equal(`NOT_AUTHENTICATED token: ${how}`);
        await refused(hub.server.session.renew({ token: one }), 'SESSION_NOT_FOUND');
      }
    }
    const { operator, server, token, keyId } = await issued();
    const renewed = await server.session.renew({ token });
    await operator.key.revoke({ key_id: keyId });
    for (const one of [token, renewed.token])
      expect(await works(one)).to.equal('NOT_AUTHENTICATED token: revoked');
    await refused(server.session.renew({ token }), 'NOT_AUTHENTICATED');
    await refused(platform(app.url).session.renew({ token }), 'SESSION_NOT_FOUND');
  });

  it('leaves nothing of a session that is revoked while it is renewed', async () => {
    for (let round = 0; round < 5; round++) {
      const { server, token } = await issued();
      const [renewed] = await Promise.all([
        server.session.renew({ token }).catch(() => undefined),
        as(token).session.logout(),
      ]);
      for (const one of [token, renewed?.token ?? token])
        expect(await works(one)).to.equal('NOT_AUTHENTICATED token: ended');
    }
  });

  it('is for the key that issued the session, and for the operator', async () => {
    const { operator, token, members, id, server } = await issued();
    const { key } = await operator.key.create({ name: 'Other', permission: 31 });
    await refused(as(key).session.renew({ token }), 'SESSION_NOT_FOUND');
    await refused(as(token).session.renew({}), 'PERMISSION_DENIED');
    await refused(as(token).session.renew({ token }), 'PERMISSION_DENIED');
    await refused(as(members.boss.token, id).session.renew({ token }), 'SESSION_NOT_FOUND');
    await refused(server.session.renew({}), 'INVALID_INPUT');
    await refused(server.session.renew({ token: 'hcs_nothing' }), 'SESSION_NOT_FOUND');
    const { token: own } = await loggedIn();
    await refused(server.session.renew({ token: own }), 'SESSION_NOT_FOUND');
    await refused(platform(app.url).session.renew({ token: own }), 'SESSION_NOT_FOUND');
    expect((await platform(app.url).session.renew({ token })).token).to.be.a('string');
  });

  it('is refused to a key that may not issue a token for the user any more', async () => {
    const { members, operator, server, token } = await issued();
    const { boss, alice } = members;
    const { key } = await as(boss.token, boss.hubId).key.create({ name: 'B', permission: 31 });
    const made = await as(key).session.issue({ user_id: alice.id });
    await operator.hub.add_member({ user_id: (await newLogin(undefined, app)).id, privilege: 63 });
    expect((await as(key).session.renew({ token: made.token })).token).to.be.a('string');
    await operator.hub.set_privilege({ user_id: boss.id, privilege: 31 });
    await refused(as(key).session.renew({ token: made.token }), 'PERMISSION_DENIED');
    expect((await server.session.renew({ token })).token).to.be.a('string');
  });

  it('renews a session made by password for its user, for 90 days after the log-in', async () => {
    let { token } = await loggedIn();
    for (let days = 20; days <= 80; days += 20) {
      pass((20 * dayMs) / 1000);
      const renewed = await as(token).session.renew();
      expect(renewed.expires).to.equal(Math.floor(now / 1000) + (30 * dayMs) / 1000);
      token = renewed.token;
    }
    pass((11 * dayMs) / 1000);
    const refusal = await refused(as(token).session.renew(), 'PERMISSION_DENIED');
    expect(refusal.details.join()).to.match(/^token: /);
    expect(await works(token)).to.equal('ok');
  });

  it('replaces the cookie of the page that renews its session', async () => {
    const { id, email, password } = await newLogin(undefined, app);
    const { operator } = await newHub({}, app);
    await operator.hub.add_member({ user_id: id });
    const cookieOf = (reply: Awaited<ReturnType<typeof call>>) =>
      reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const login = await call(
      'session.login',
      { body: JSON.stringify({ email, password }) },
      app.url,
    );
    const headers = { cookie: cookieOf(login), origin: app.url };
    const renewed = await call('session.renew', { headers, body: '{}' }, app.url);
    const cookie = cookieOf(renewed);
    expect(cookie).to.equal(`regsid=${renewed.body.data.token}`);
    pass(61);
    const whoami = (own: string) => call('session.whoami', { headers: { cookie: own } }, app.url);
    expect((await whoami(cookie)).status).to.equal(200);
    expect((await whoami(headers.cookie)).status).to.equal(401);
    const { token } = await createClient({ url: app.url }).session.login({ email, password });
    const other = await call(
      'session.renew',
      { headers: { ...headers, cookie }, body: JSON.stringify({ token }) },
      app.url,
    );
    expect([other.status, other.headers['set-cookie']]).to.deep.equal([200, undefined]);
  });

  it('takes a session of its user by its token, and no JWT or key', async () => {
    const { id, token } = await loggedIn();
    const { token: other } = await platform(app.url).session.issue({ user_id: id });
    expect((await as(other).session.renew({ token })).token).to.be.a('string');
    await refused(as(other).session.renew({}), 'PERMISSION_DENIED');
  });
});
