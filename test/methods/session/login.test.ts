import { expect } from 'chai';
import { createClient } from '../../../client/index.ts';
import { app, ownApp } from '../../support/app.ts';
import { clientOf, newLogin, platform, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

const visitor = () => createClient({ url: app().url });

describe('session.login', () => {
  it('returns a token, the user and its expiry', async () => {
    const { id, email, password } = await newLogin();
    const { body } = await raw('session.login', { body: { email, password } });
    expect(body.data).to.have.all.keys('token', 'expires', 'user');
    expect(body.data.user).to.deep.equal({
      id,
      firstname: 'Ada',
      lastname: 'Lovelace',
      surname: 'Ada Lovelace',
    });
    expect(body.data.expires).to.be.closeTo(Date.now() / 1000 + 30 * 86_400, 60);
    expect((await clientOf(body.data.token).session.whoami()).user.email).to.equal(email);
  });

  it('sets a cookie that no script can read and no other site sends', async () => {
    const { email, password } = await newLogin();
    const { headers, body } = await raw('session.login', { body: { email, password } });
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).to.contain(`regsid=${body.data.token};`);
    expect(cookie.toLowerCase())
      .to.contain('httponly')
      .and.contain('samesite=strict')
      .and.contain('path=/');
    expect(cookie.toLowerCase()).to.not.contain('secure');
  });

  it('marks the cookie Secure for requests by https', async () => {
    await using own = await ownApp({ TRUST_PROXY: '1' });
    const { email, password } = await newLogin();
    const headers = { 'x-forwarded-proto': 'https' };
    const reply = await raw('session.login', { body: { email, password }, headers }, own);
    expect((reply.headers.get('set-cookie') ?? '').toLowerCase()).to.contain('secure');
  });

  it('ignores the case of the address', async () => {
    const { id, email, password } = await newLogin();
    const { user } = await visitor().session.login({ email: email.toUpperCase(), password });
    expect(user.id).to.equal(id);
  });

  it('is valid for every hub of the user, or for the given one', async () => {
    const [one, other] = [await newHub({ owner: 63 }), await newHub({ owner: 63 })];
    const { id, email, password } = await newLogin();
    for (const hub of [one, other])
      await hub.operator.hub.add_member({ user_id: id, privilege: 7 });
    const { token } = await visitor().session.login({ email, password });
    for (const hub of [one, other])
      expect((await clientOf(token, hub.id).hub.info()).hub_id).to.equal(hub.id);

    const { token: narrow } = await visitor().session.login({ email, password, hub_id: one.id });
    expect((await clientOf(narrow).hub.info()).hub_id).to.equal(one.id);
    await refused(clientOf(narrow, other.id).hub.info(), 'PERMISSION_DENIED');
  });

  it('fails with PERMISSION_DENIED for a hub that is not the user’s, existing or not', async () => {
    const hub = await newHub({ owner: 63 });
    const { email, password } = await newLogin();
    const there = await refused(
      visitor().session.login({ email, password, hub_id: hub.id }),
      'PERMISSION_DENIED',
    );
    const not = await refused(
      visitor().session.login({ email, password, hub_id: 'nowhere' }),
      'PERMISSION_DENIED',
    );
    expect(there.details).to.deep.equal(not.details);
  });

  it('fails alike for a wrong password, an unknown account and one without password', async () => {
    const { email } = await newLogin();
    const mute = `mute-${email}`;
    await platform().user.create({ email: mute, firstname: 'Mute' });
    const bodies = [
      { email, password: 'another password' },
      { email, password: '' },
      { email: `no-${email}`, password: 'a good password' },
      { email: mute, password: 'a good password' },
    ];
    for (const body of bodies) {
      const { status, headers, body: answer } = await raw('session.login', { body });
      expect([status, answer.error, answer.details]).to.deep.equal([
        401,
        'NOT_AUTHENTICATED',
        ['email: the account does not exist or the password is wrong'],
      ]);
      expect(headers.get('set-cookie')).to.equal(null);
    }
  });

  it('fails with INVALID_INPUT for an invalid address or password, naming it', async () => {
    const { email, password } = await newLogin();
    await refusedInputs({}, 'session.login', [
      ['email', { password }],
      ['email', { email: 7, password }],
      ['email', { email: 'nobody', password }],
      ['email', { email: `${'x'.repeat(300)}@example.com`, password }],
      ['email', { email: 'a\u0000b@example.com', password }],
      ['password', { email }],
      ['password', { email, password: 12345678 }],
      ['password', { email, password: 'x'.repeat(1025) }],
      ['hub_id', { email, password, hub_id: 7 }],
      ['remember', { email, password, remember: 1 }],
    ]);
  });

  it('fails with RATE_LIMITED after too many failed logins, and says when to retry', async () => {
    await using own = await ownApp({ LIMIT_LOGINS_ACCOUNT: '3' });
    const { email, password } = await newLogin();
    const attempt = (body: object) => raw('session.login', { body }, own);
    for (let n = 0; n < 3; n++)
      expect((await attempt({ email, password: `guess number ${n}` })).status).to.equal(401);
    const { status, headers, body } = await attempt({ email: email.toUpperCase(), password });
    expect([status, body.error]).to.deep.equal([429, 'RATE_LIMITED']);
    expect(Number(headers.get('retry-after'))).to.be.within(1, 900);
  });

  it('creates a session that survives a restart', async () => {
    const { id, email, password } = await newLogin();
    const first = await ownApp();
    const { token } = await createClient({ url: first.url })
      .session.login({ email, password })
      .finally(first.close);
    await using second = await ownApp();
    expect((await clientOf(token, undefined, second.url).session.whoami()).user.id).to.equal(id);
  });
});
