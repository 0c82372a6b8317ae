import { expect } from 'chai';
import { operatorToken, ownApp } from '../support/app.ts';
import { cookieOf } from '../support/caller.ts';
import { newHub } from '../support/hub.ts';
import { bearer, call, outcome, request } from '../support/request.ts';

describe('A call with the cookie', () => {
  it('may read from anywhere, and change only from a page of an allowed origin', async () => {
    const { members, operator, host } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await operator.hub.update({ origins: ['https://app.example.com'] });
    const cookie = await cookieOf(alice);
    const post = (headers: Record<string, string>) =>
      call('chat.post', {
        headers: { ...cookie, host, ...headers },
        body: JSON.stringify({ entity_id: bob.id, message: 'Hi' }),
      });
    expect((await call('chat.count_all', { headers: { ...cookie, host } })).status).to.equal(200);
    const foreign = [
      'https://evil.example.com',
      'null',
      `http://${host}.evil.example`,
      'https://app.example.com.evil',
    ];
    for (const headers of [{}, ...foreign.map((origin) => ({ origin }))])
      expect(outcome(await post(headers)), JSON.stringify(headers)).to.deep.equal([
        403,
        'PERMISSION_DENIED',
      ]);
    expect(await bob.chat.chat_rooms()).to.deep.equal([]);
    for (const origin of [`http://${host}`, 'https://app.example.com'])
      expect((await post({ origin })).status).to.equal(200);
  });

  it('may change from an origin of the configuration', async () => {
    await using own = await ownApp({
      ALLOWED_ORIGINS: 'https://one.example.com, https://two.example.com',
    });
    const { members } = await newHub({ alice: 7 });
    const cookie = await cookieOf(members.alice);
    const body = JSON.stringify({ name: 'Room' });
    for (const [origin, status] of [
      ['https://two.example.com', 200],
      ['https://three.example.com', 403],
    ] as const)
      expect(
        (await call('room.create', { headers: { ...cookie, origin }, body }, own.url)).status,
      ).to.equal(status);
  });

  it('marks nothing as read by a GET from a foreign page', async () => {
    const { members, host } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const cookie = await cookieOf(alice);
    const get = (headers: Record<string, string>) =>
      request(`/-/svc/chat.messages?entity_id=${bob.id}`, {
        verb: 'GET',
        headers: { host, ...headers },
      });
    const prefetch = { 'sec-purpose': 'prefetch' };
    for (const headers of [
      cookie,
      { ...cookie, 'sec-fetch-site': 'cross-site' },
      { ...cookie, 'sec-fetch-site': 'same-origin', ...prefetch },
      { ...bearer(alice), ...prefetch },
    ])
      expect((await get(headers)).body.data).to.have.length(1);
    expect((await alice.chat.count_all()).total_cnt).to.equal(1);
    await get({ ...cookie, 'sec-fetch-site': 'same-origin' });
    expect((await alice.chat.count_all()).total_cnt).to.equal(0);
  });

  it('never authenticates the operator', async () => {
    const headers = { cookie: `regsid=${operatorToken}`, origin: 'http://127.0.0.1' };
    expect(outcome(await call('hub.create', { headers, body: '{"name":"Mine"}' }))[0]).to.be.oneOf([
      401, 403,
    ]);
  });
});

describe('A page of another origin', () => {
  it('reads responses of bearer calls if the hub allows its origin, no credentials', async () => {
    const { members, operator, host } = await newHub({ alice: 7 });
    await operator.hub.update({ origins: ['https://app.example.com'] });
    const from = (origin: string, method = 'chat.count_all') =>
      call(method, { headers: { ...bearer(members.alice), host, origin } });
    for (const reply of [
      await from('https://app.example.com'),
      await from('https://app.example.com', 'room.info'),
    ]) {
      expect(reply.headers).to.include({
        'access-control-allow-origin': 'https://app.example.com',
      });
      expect(reply.headers).to.not.have.property('access-control-allow-credentials');
      expect(reply.headers.vary).to.match(/origin/i);
    }
    for (const origin of ['https://evil.example.com', 'null', 'https://app.example.com.evil']) {
      const reply = await from(origin);
      expect(reply.status).to.equal(200);
      expect(reply.headers).to.not.have.property('access-control-allow-origin');
      expect(reply.headers.vary).to.match(/origin/i);
    }
  });

  it('may send a preflight request without a token', async () => {
    const { operator, host } = await newHub({});
    await operator.hub.update({ origins: ['https://app.example.com'] });
    const ask = (origin: string) =>
      request('/-/svc/chat.post', {
        verb: 'OPTIONS',
        headers: { host, origin, 'access-control-request-method': 'POST' },
      });
    const { status, headers } = await ask('https://app.example.com');
    expect(status).to.equal(204);
    expect(headers['access-control-allow-origin']).to.equal('https://app.example.com');
    expect(headers['access-control-allow-headers'])
      .to.match(/authorization/i)
      .and.match(/content-type/i);
    expect(headers).to.not.have.property('access-control-allow-credentials');
    expect((await ask('https://evil.example.com')).headers).to.not.have.property(
      'access-control-allow-origin',
    );
  });
});
