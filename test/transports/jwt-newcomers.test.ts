import { expect } from 'chai';
import { ownApp } from '../support/app.ts';
import { newEmail, newLogin } from '../support/caller.ts';
import { newHub, raw, refused } from '../support/hub.ts';
import { as, type Claims, jwtEnvironment, sign } from '../support/jwt.ts';
import { openDevice } from '../support/socket.ts';

/** A service that makes users of the subjects of JWTs, by a clock that may be set. */
async function provisioning(more: Record<string, string> = {}) {
  const hub = await newHub({ admin: 31 });
  let late = 0;
  const app = await ownApp(
    {
      ...{ ...jwtEnvironment, JWT_HUB_ID: hub.id, JWT_AUDIENCE: 'chat' },
      ...{ JWT_AUTO_PROVISION: '1', ...more },
    },
    () => Date.now() + late,
  );
  const client = async (claims: Claims) => as(app, await sign({ aud: 'chat', ...claims }));
  const users = () => hub.operator.user.list({});
  const wait = (ms: number) => {
    late += ms;
  };
  return { ...{ app, hub, client, users, wait }, [Symbol.asyncDispose]: app[Symbol.asyncDispose] };
}

const ada = { sub: 'auth0|ada', given_name: 'Ada', family_name: 'Lovelace' };

describe('JWT_AUTO_PROVISION', () => {
  it('makes an unknown subject a member with the names and picture of its claims', async () => {
    await using service = await provisioning();
    const { hub, client } = service;
    const picture = 'https://id.example.com/ada.png';
    const { user, hubs } = await (await client({ ...ada, picture })).session.whoami();
    expect(user).to.include({ firstname: 'Ada', lastname: 'Lovelace', picture_url: picture });
    expect(hubs).to.have.length(1);
    expect(await hub.operator.user.get({ external_id: ada.sub })).to.include({
      ...{ user_id: user.id, privilege: 7, email: null },
    });
    const again = await (await client({ sub: ada.sub, name: 'Other' })).session.whoami();
    expect(again.user).to.include({ id: user.id, firstname: 'Ada' });
  });

  it('gives privilege 7, whatever the claims say', async () => {
    await using service = await provisioning();
    const claims = { ...ada, privilege: 63, role: 'admin', roles: ['owner'], scope: 'admin' };
    const client = await service.client(claims);
    expect((await client.session.whoami()).hubs[0]?.privilege).to.equal(7);
    await refused(client.user.list({}), 'PERMISSION_DENIED');
  });

  it('takes an address that is verified and free, and joins nobody by it', async () => {
    await using service = await provisioning();
    const { client, hub } = service;
    const taken = await newLogin();
    const [free, odd] = [newEmail(), newEmail()];
    const emailOf = async (sub: string, claims: Claims) => {
      const { user } = await (await client({ ...claims, sub, name: 'Some One' })).session.whoami();
      expect(user).to.include({ firstname: 'Some One', lastname: '' });
      expect(user.id).to.not.equal(taken.id);
      return (await hub.operator.user.get({ external_id: sub })).email;
    };
    expect(await emailOf('a', { email: free.toUpperCase(), email_verified: true })).to.equal(free);
    expect(await emailOf('b', { email: free, email_verified: true })).to.equal(null);
    expect(await emailOf('c', { email: taken.email, email_verified: true })).to.equal(null);
    for (const [n, email_verified] of [undefined, false, 'true', 1].entries())
      expect(await emailOf(`d${n}`, { email: odd, email_verified })).to.equal(null);
    expect(await emailOf('e', { email: 'nobody', email_verified: true })).to.equal(null);
  });

  it('takes odd claims as far as they can be names, and never fails by them', async () => {
    await using service = await provisioning();
    for (const [sub, claims, firstname, lastname] of [
      ['1', { given_name: 7, name: ['x'], picture: {} }, '', ''],
      ['2', { given_name: 'x'.repeat(300), family_name: 'a\u0007b' }, 'x'.repeat(100), ''],
      ['3', { given_name: '\u200b', preferred_username: 'ada99' }, 'ada99', ''],
      ['4', { family_name: 'Only' }, 'Only', ''],
      ['客户', { name: '愛' }, '愛', ''],
    ] as const) {
      const { user } = await (await service.client({ sub, ...claims })).session.whoami();
      expect([user.firstname, user.lastname, user.picture_url]).to.deep.equal([
        ...[firstname, lastname, null],
      ]);
    }
  });

  it('makes one user of calls at the same time, and counts them once', async () => {
    await using service = await provisioning();
    const { client, users, app, hub } = service;
    await using second = await ownApp({
      ...{ ...jwtEnvironment, JWT_HUB_ID: hub.id, JWT_AUDIENCE: 'chat', JWT_AUTO_PROVISION: '1' },
    });
    const token = await sign({ aud: 'chat', ...ada });
    const email = newEmail();
    const calls = Array.from({ length: 16 }, async (_, n) =>
      n % 4
        ? (await client({ ...ada, email, email_verified: true })).session.whoami()
        : as(second, token).session.whoami(),
    );
    const ids = (await Promise.all(calls)).map(({ user }) => user.id);
    expect(new Set(ids).size).to.equal(1);
    expect(await users()).to.have.length(2);
    expect((await hub.operator.hub.info()).member_count).to.equal(2);
    for (let n = 0; n < 9; n++) await as(app, await sign({ aud: 'chat', sub: `${n}` })).hub.info();
  });

  it('makes a user of who opens a socket first', async () => {
    await using service = await provisioning();
    const { app, hub } = service;
    const token = await sign({ aud: 'chat', ...ada });
    using device = await openDevice({ url: app.url, token, hubId: hub.id });
    const { user_id } = await hub.operator.user.get({ external_id: ada.sub });
    expect(device.ready.user_id).to.equal(user_id);
  });

  it('makes nobody again who was removed', async () => {
    await using service = await provisioning();
    const { hub, client, users } = service;
    const first = await client(ada);
    const { user } = await first.session.whoami();
    await hub.operator.hub.remove_member({ user_id: user.id });
    for (const caller of [first, await client(ada)]) {
      const { details } = await refused(caller.session.whoami(), 'NOT_AUTHENTICATED');
      expect(details).to.deep.equal(['token: ended']);
    }
    expect(await users()).to.have.length(1);
    await hub.operator.hub.add_member({ user_id: user.id });
    service.wait(60_000);
    const later = Math.floor((Date.now() + 60_000) / 1000);
    const back = await client({ ...ada, iat: later, exp: later + 100 });
    expect((await back.session.whoami()).user.id).to.equal(user.id);
  });

  it('makes nobody of a JWT that is not accepted, or of other tokens', async () => {
    await using service = await provisioning();
    const { app, hub, users } = service;
    const other = new TextEncoder().encode('another secret, of 32 characters or more');
    const far = await newHub({});
    for (const token of [
      await sign({ aud: 'chat', ...ada }, other),
      await sign({ aud: 'shop', ...ada }),
      await sign({ ...ada }),
      await sign({ aud: 'chat', ...ada, iss: 'https://other.example' }),
      await sign({ aud: 'chat', ...ada, exp: Math.floor(Date.now() / 1000) - 100 }),
      await sign({ aud: 'chat', ...ada, exp: '' }),
      await sign({ aud: 'chat', ...ada, sub: '' }),
      await sign({ aud: 'chat', ...ada, sub: 'x'.repeat(256) }),
      await sign({ aud: 'chat', ...ada, hub_id: far.id }),
      await sign({ aud: 'chat', ...ada, grants: 7 }),
      `hcs_${'x'.repeat(40)}`,
      'a.b.c',
    ])
      expect((await raw('session.whoami', { token }, app)).status).to.equal(401);
    expect(await users()).to.have.length(1);
    expect(await far.operator.user.list({})).to.deep.equal([]);
    // A hub that is not the JWT’s is refused, as for every member.
    await refused(
      as(app, await sign({ aud: 'chat', ...ada }), far.id).hub.info(),
      'PERMISSION_DENIED',
    );
    expect((await hub.operator.user.list({})).length).to.be.at.most(2);
  });

  it('makes ten users a minute and address; known ones come in', async () => {
    await using service = await provisioning({ TRUST_PROXY: '1' });
    const { app, client, users } = service;
    for (let n = 0; n < 10; n++) await (await client({ sub: `user ${n}` })).session.whoami();
    const token = await sign({ aud: 'chat', sub: 'one more' });
    const { status, headers } = await raw('session.whoami', { token }, app);
    expect(status).to.equal(429);
    expect(Number(headers.get('retry-after'))).to.be.within(1, 60);
    await (await client({ sub: 'user 3' })).session.whoami();
    expect(await users()).to.have.length(11);
    const elsewhere = { 'x-forwarded-for': '203.0.113.7' };
    expect((await raw('session.whoami', { token, headers: elsewhere }, app)).status).to.equal(200);
  });

  it('is off otherwise, and for a hub that does not exist', async () => {
    const hub = await newHub({});
    await using off = await ownApp({
      ...{ ...jwtEnvironment, JWT_HUB_ID: hub.id, JWT_AUDIENCE: 'chat' },
    });
    await using nowhere = await ownApp({
      ...{ ...jwtEnvironment, JWT_HUB_ID: 'nowhere', JWT_AUDIENCE: 'chat' },
      JWT_AUTO_PROVISION: '1',
    });
    const token = await sign({ aud: 'chat', ...ada });
    for (const app of [off, nowhere])
      expect((await raw('session.whoami', { token }, app)).body.details).to.deep.equal([
        'token: unknown',
      ]);
    expect(await hub.operator.user.list({})).to.deep.equal([]);
  });
});
