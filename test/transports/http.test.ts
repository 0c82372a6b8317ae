import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { operatorToken, ownApp } from '../support/app.ts';
import { cookieOf, newLogin, platform } from '../support/caller.ts';
import { newHub } from '../support/hub.ts';
import { bearer, call, outcome, request } from '../support/request.ts';

describe('A call over HTTP', () => {
  it('returns its result in the envelope', async () => {
    const { members } = await newHub({ alice: 7 });
    const { status, headers, body } = await call('chat.count_all', {
      headers: bearer(members.alice),
    });
    const { __timestamp__: at, data, ...rest } = body;
    expect([status, rest]).to.deep.equal([
      200,
      { __ack__: 'chat.count_all', __status__: 'online' },
    ]);
    expect(at).to.be.closeTo(Date.now(), 60_000);
    expect(data).to.include({ total_cnt: 0 });
    expect(headers['content-type']).to.contain('application/json');
    expect(headers).to.include({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('returns errors in the envelope, with an id that the headers repeat', async () => {
    const { members } = await newHub({ alice: 7 });
    const { status, headers, body } = await call('room.info', { headers: bearer(members.alice) });
    const { __timestamp__: at, request_id: id, details, ...rest } = body;
    expect([status, rest]).to.deep.equal([
      400,
      {
        __ack__: 'room.info',
        error: 'INVALID_INPUT',
        reason: 'A parameter is missing or has an invalid value',
        data: null,
      },
    ]);
    expect(details).to.have.length(1);
    expect(at).to.be.closeTo(Date.now(), 60_000);
    expect(id).to.be.a('string').and.equal(headers['x-request-id']);
    expect((await call('room.info')).body.request_id).to.not.equal(id);
  });

  it('of an unknown method is METHOD_NOT_FOUND, for any name', async () => {
    const { members } = await newHub({ alice: 7 });
    const names = [
      'chat.nothing',
      '__proto__.x',
      'chat.__proto__',
      'constructor.prototype',
      'a.b.c',
      'chat',
      'chat.',
    ];
    for (const name of [
      ...names,
      'chat.post.',
      'CHAT.POST',
      '%00',
      'chat%2Epost%20',
      '%E0%A4%A',
      'x'.repeat(2000),
    ])
      for (const verb of ['POST', 'GET'])
        expect(
          outcome(await call(name, { verb, headers: bearer(members.alice) })),
          name,
        ).to.deep.equal([404, 'METHOD_NOT_FOUND']);
    for (const path of ['/-/svc/', '/-/svc', '/-/svc/chat/post', '/nothing', '/-/'])
      expect(outcome(await request(path)), path).to.deep.equal([404, 'METHOD_NOT_FOUND']);
  });

  it('of a mutating method by GET or HEAD is refused, with an Allow header', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const query = `?entity_id=${bob.id}&message=Hi`;
    for (const verb of ['GET', 'HEAD']) {
      const reply = await request(`/-/svc/chat.post${query}`, { verb, headers: bearer(alice) });
      expect([reply.status, reply.headers.allow]).to.deep.equal([405, 'POST']);
      if (verb === 'GET') expect(reply.body.error).to.equal('METHOD_NOT_ALLOWED');
    }
    for (const verb of ['PUT', 'PATCH'])
      expect(outcome(await call('chat.post', { verb, headers: bearer(alice) }))).to.deep.equal([
        405,
        'METHOD_NOT_ALLOWED',
      ]);
    expect(await bob.chat.chat_rooms()).to.deep.equal([]);
  });

  it('of a safe method may use GET, with numbers in strings, and HEAD', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const path = `/-/svc/chat.messages?peer_id=${bob.id}&page=1&limit=1&mark_read=0`;
    const reply = await request(path, { verb: 'GET', headers: bearer(alice) });
    expect(reply.body.data).to.have.length(1);
    const head = await request(path, { verb: 'HEAD', headers: bearer(alice) });
    expect([head.status, head.text]).to.deep.equal([200, '']);
    const twice = await request(`${path}&page=2`, { verb: 'GET', headers: bearer(alice) });
    expect(outcome(twice)).to.deep.equal([400, 'INVALID_INPUT']);
  });

  it('with a body other than a UTF-8 JSON object is INVALID_INPUT, naming the body', async () => {
    const { members } = await newHub({ alice: 7 });
    const bodies = [
      '{',
      'null',
      '[]',
      '7',
      '"{}"',
      "{'a':1}",
      ' ',
      Buffer.from('{"name":"\xff"}', 'latin1'),
    ];
    for (const body of [...bodies, `${'['.repeat(200_000)}`]) {
      const reply = await call('room.create', { headers: bearer(members.alice), body });
      expect(outcome(reply), String(body).slice(0, 20)).to.deep.equal([400, 'INVALID_INPUT']);
      expect(reply.body.details.join()).to.contain('body');
    }
    expect(await members.alice.room.list()).to.deep.equal([]);
  });

  it('cannot reach a prototype through its parameters', async () => {
    const { members } = await newHub({ alice: 7 });
    for (const body of [
      '{"__proto__":{"name":"x"}}',
      '{"constructor":{"name":"x"},"name":{}}',
      '{"name":"x","__proto__":1}',
    ])
      expect(
        outcome(await call('room.create', { headers: bearer(members.alice), body }))[1],
      ).to.equal('INVALID_INPUT');
    expect(Object.prototype).to.not.have.property('name');
  });

  it('without a body has no parameters, for any content type', async () => {
    const { members } = await newHub({ alice: 7 });
    for (const type of ['application/json', 'text/plain', '']) {
      const headers = { ...bearer(members.alice), ...(type && { 'content-type': type }) };
      const reply = await request('/-/svc/chat.count_all', { headers });
      expect(reply.status).to.equal(200);
    }
  });

  it('of another content type, or compressed, is UNSUPPORTED_TYPE', async () => {
    const { members } = await newHub({ alice: 7 });
    const body = JSON.stringify({ name: 'Room' });
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
    ];
    for (const type of types) {
      const reply = await call('room.create', {
        headers: { ...bearer(members.alice), 'content-type': type },
        body,
      });
      expect(outcome(reply), type).to.deep.equal([415, 'UNSUPPORTED_TYPE']);
      expect(reply.body.details.join()).to.contain('Content-Type');
    }
    const packed = {
      headers: { ...bearer(members.alice), 'content-encoding': 'gzip' },
      body: gzipSync(body),
    };
    expect(outcome(await call('room.create', packed))).to.deep.equal([415, 'UNSUPPORTED_TYPE']);
    expect(
      outcome(await request('/-/svc/room.create', { headers: bearer(members.alice), body }))[1],
    ).to.equal('UNSUPPORTED_TYPE');
    expect(await members.alice.room.list()).to.deep.equal([]);
    const headers = { ...bearer(members.alice), 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await call('room.create', { headers, body })).status).to.equal(200);
  });

  it('with a body over 1 MiB is TOO_LARGE, and with exactly 1 MiB is not', async () => {
    const { members } = await newHub({ alice: 7 });
    const bodyOf = (bytes: number) => JSON.stringify({ pad: 'x'.repeat(bytes - 10) });
    expect(bodyOf(1024)).to.have.length(1024);
    const post = (bytes: number, more: Record<string, string> = {}) =>
      call('chat.count_all', {
        headers: { ...bearer(members.alice), ...more },
        body: bodyOf(bytes),
      });
    expect((await post(1024 * 1024)).status).to.equal(200);
    expect(outcome(await post(1024 * 1024 + 1))).to.deep.equal([413, 'TOO_LARGE']);
    expect(outcome(await post(1024 * 1024 + 1, { 'transfer-encoding': 'chunked' }))).to.deep.equal([
      413,
      'TOO_LARGE',
    ]);
  });

  it('is refused before its body is read for strangers and unknown methods', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    const huge = { 'content-length': String(10 ** 12) };
    for (const more of [{}, huge]) {
      const send = (method: string, headers: Record<string, string>) =>
        call(method, { headers: { ...headers, ...more }, endless: true });
      expect(outcome(await send('chat.post', {}))).to.deep.equal([401, 'NOT_AUTHENTICATED']);
      expect(outcome(await send('chat.post', bearer({ token: 'hcs_made-up' })))).to.deep.equal([
        401,
        'NOT_AUTHENTICATED',
      ]);
      const foreign = { ...bearer(others.stranger), 'x-hub-id': id };
      expect(outcome(await send('chat.post', foreign))).to.deep.equal([403, 'PERMISSION_DENIED']);
      expect(outcome(await send('chat.nothing', bearer(members.alice)))).to.deep.equal([
        404,
        'METHOD_NOT_FOUND',
      ]);
    }
    const reply = await call('chat.post', {
      headers: { ...bearer(members.alice), ...huge },
      endless: true,
    });
    expect(outcome(reply)).to.deep.equal([413, 'TOO_LARGE']);
  });

  it('with an Authorization other than a bearer token is NOT_AUTHENTICATED', async () => {
    const { members } = await newHub({ alice: 7 });
    const cookie = await cookieOf(members.alice);
    for (const authorization of [
      'Basic YTpi',
      'Bearer',
      'Bearer  ',
      members.alice.token,
      'Bearer a b',
    ])
      expect(
        outcome(await call('session.whoami', { headers: { ...cookie, authorization } })),
        authorization,
      ).to.deep.equal([401, 'NOT_AUTHENTICATED']);
    const headers = { authorization: `bearer ${members.alice.token}` };
    expect((await call('session.whoami', { headers })).status).to.equal(200);
  });
});

describe('The hub of a call', () => {
  const hubOf = async (headers: Record<string, string>, query = '', body: object = {}) => {
    const reply = await request(`/-/svc/hub.info${query}`, {
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return reply.body.data?.hub_id ?? reply.body.error;
  };

  async function inTwoHubs() {
    const [one, two] = [await newHub({ alice: 7 }), await newHub({})];
    const { alice } = one.members;
    await two.operator.hub.add_member({ user_id: alice.id });
    return { one, two, caller: bearer(alice) };
  }

  it('is named by the query, x-hub-id or the body, each before the Host', async () => {
    const { one, two, caller } = await inTwoHubs();
    const headers = { ...caller, host: one.host };
    expect(await hubOf(headers)).to.equal(one.id);
    expect(await hubOf(headers, `?hub_id=${two.id}`)).to.equal(two.id);
    expect(await hubOf({ ...headers, 'x-hub-id': two.id })).to.equal(two.id);
    expect(await hubOf(headers, '', { hub_id: two.id })).to.equal(two.id);
    expect(
      await hubOf({ ...headers, 'x-hub-id': two.id }, `?hub_id=${two.id}`, { hub_id: two.id }),
    ).to.equal(two.id);
    const get = await request(`/-/svc/hub.info?hub_id=${two.id}`, { verb: 'GET', headers });
    expect(get.body.data.hub_id).to.equal(two.id);
  });

  it('is INVALID_INPUT when two of them differ, naming hub_id', async () => {
    const { one, two, caller } = await inTwoHubs();
    expect(await hubOf({ ...caller, 'x-hub-id': one.id }, `?hub_id=${two.id}`)).to.equal(
      'INVALID_INPUT',
    );
    expect(await hubOf(caller, `?hub_id=${one.id}`, { hub_id: two.id })).to.equal('INVALID_INPUT');
    expect(await hubOf({ ...caller, 'x-hub-id': one.id }, '', { hub_id: two.id })).to.equal(
      'INVALID_INPUT',
    );
    const path = `/-/svc/hub.info?hub_id=${one.id}&hub_id=${two.id}`;
    expect((await request(path, { verb: 'GET', headers: caller })).body.error).to.equal(
      'INVALID_INPUT',
    );
    const bad = await call('hub.info', {
      headers: { ...caller },
      body: JSON.stringify({ hub_id: 7 }),
    });
    expect(bad.body.details.join()).to.contain('hub_id');
  });

  it('is found by the Host in any case, with a port, and as an IPv6 address', async () => {
    const { one, two, caller } = await inTwoHubs();
    const address = `[2001:db8::${process.pid.toString(16).slice(-4)}]`;
    await two.operator.hub.update({ hosts: [two.host, address] });
    expect(await hubOf({ ...caller, host: `${one.host.toUpperCase()}:8080` })).to.equal(one.id);
    expect(await hubOf({ ...caller, host: address.toUpperCase() })).to.equal(two.id);
    expect(await hubOf({ ...caller, host: `${address}:3000` })).to.equal(two.id);
  });

  it('is the token’s own if the Host names none, and required if there are several', async () => {
    const { one, caller } = await inTwoHubs();
    const { members, id } = await newHub({ bob: 7 });
    expect(await hubOf({ ...bearer(members.bob), host: 'unknown.example' })).to.equal(id);
    const reply = await call('hub.info', { headers: { ...caller, host: 'unknown.example' } });
    expect(outcome(reply)).to.deep.equal([400, 'INVALID_INPUT']);
    expect(reply.body.details.join()).to.contain('hub_id');
    const { token } = await platform().session.issue({
      user_id: one.members.alice.id,
      hub_id: one.id,
    });
    expect(await hubOf({ ...bearer({ token }), host: 'unknown.example' })).to.equal(one.id);
  });

  it('fails like an unknown one when its id or Host is not ASCII', async () => {
    const { members } = await newHub({ alice: 7 });
    const ways = (
      name: string,
    ): { path?: string; headers?: Record<string, string>; body?: string }[] => [
      { path: `?hub_id=${encodeURIComponent(name)}` },
      { headers: { 'x-hub-id': Buffer.from(name).toString('latin1') } },
      { body: JSON.stringify({ hub_id: name }) },
      { headers: { host: `${Buffer.from(name).toString('latin1')}.example` } },
      {
        headers: {
          host: `${Buffer.from(name).toString('latin1')}.example`,
          origin: 'https://a.example',
        },
      },
    ];
    for (const credentials of [
      bearer(members.alice),
      bearer({ token: operatorToken }),
      bearer({ token: 'hcs_made-up' }),
      {},
    ]) {
      const replyFor = (name: string) =>
        Promise.all(
          ways(name).map(async ({ path = '', headers = {}, ...sent }) =>
            outcome(
              await call(`hub.info${path}`, { ...sent, headers: { ...credentials, ...headers } }),
            ),
          ),
        );
      const unknown = await replyFor('unknown');
      expect(unknown.every(([status]) => status < 500)).to.equal(true);
      for (const name of ['é', '😀']) expect(await replyFor(name), name).to.deep.equal(unknown);
    }
    const { status } = await request('/-/svc/hub.info?hub_id=%C3%A9', {
      verb: 'OPTIONS',
      headers: { origin: 'https://a.example' },
    });
    expect(status).to.equal(204);
  });

  it('gives strangers the same error, existing or not, wherever it is named', async () => {
    const { id, host } = await newHub({});
    const { members } = await newHub({ stranger: 63 });
    const headers = { ...bearer(members.stranger), 'content-type': 'application/json' };
    const shape = async (path: string, more: Record<string, string> = {}, body: object = {}) => {
      const reply = await request(`/-/svc/hub.info${path}`, {
        headers: { ...headers, ...more },
        body: JSON.stringify(body),
      });
      return { ...reply.body, __timestamp__: 0, request_id: '', status: reply.status };
    };
    const shapes = (hub: string) =>
      Promise.all([
        shape(`?hub_id=${hub}`),
        shape('', { 'x-hub-id': hub }),
        shape('', {}, { hub_id: hub }),
      ]);
    const refusals = await shapes(id);
    for (const refusal of [...refusals, await shape('', { host })])
      expect(refusal).to.include({ status: 403, error: 'PERMISSION_DENIED' });
    for (const hub of ['nowhere', '%00', "'--"])
      expect(await shapes(hub), hub).to.deep.equal(refusals);
  });
});

describe('Limits', () => {
  it('return RATE_LIMITED with Retry-After to the user with too many calls only', async () => {
    await using own = await ownApp({ LIMIT_USER_CALLS: '1' });
    const { members } = await newHub({ alice: 7, bob: 7 });
    const replies = await Promise.all(
      Array.from({ length: 14 }, () =>
        call('chat.count_all', { headers: bearer(members.alice) }, own.url),
      ),
    );
    expect(replies.filter((reply) => reply.status === 200)).to.have.length(10);
    const late = replies.find((reply) => reply.status !== 200);
    expect(late && outcome(late)).to.deep.equal([429, 'RATE_LIMITED']);
    expect(Number(late?.headers['retry-after'])).to.be.within(1, 10);
    expect(
      (await call('chat.count_all', { headers: bearer(members.bob) }, own.url)).status,
    ).to.equal(200);
  });

  it('apply per hub, and per address for anonymous callers', async () => {
    await using own = await ownApp({ LIMIT_HUB_CALLS: '1', LIMIT_ANONYMOUS_CALLS: '1' });
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { members: others } = await newHub({ carol: 7 });
    const count = ({ token }: { token: string }) =>
      call('chat.count_all', { headers: bearer({ token }) }, own.url);
    const callers = [members.alice, members.bob, members.alice, members.bob, members.alice];
    const statuses = new Set((await Promise.all(callers.map(count))).map((reply) => reply.status));
    expect(statuses).to.deep.equal(new Set([200, 429]));
    expect((await count(others.carol)).status).to.equal(200);
    const strangers = await Promise.all(
      Array.from({ length: 12 }, () => count({ token: 'hcs_made-up' })),
    );
    expect(strangers.filter((reply) => reply.status === 401)).to.have.length(10);
    expect(strangers.filter((reply) => reply.status === 429)).to.have.length(2);
  });

  it('are disabled by 0', async () => {
    await using own = await ownApp({
      LIMIT_USER_CALLS: '0',
      LIMIT_HUB_CALLS: '0',
      LIMIT_LOGINS_ACCOUNT: '0',
    });
    const { members } = await newHub({ alice: 7 });
    const count = () => call('chat.count_all', { headers: bearer(members.alice) }, own.url);
    expect(
      (await Promise.all(Array.from({ length: 30 }, count))).every((reply) => reply.status === 200),
    ).to.equal(true);
    const { email, password } = await newLogin();
    const login = (word: string) =>
      call('session.login', { body: JSON.stringify({ email, password: word }) }, own.url);
    await Promise.all(Array.from({ length: 12 }, () => login('a wrong one')));
    expect((await login(password)).status).to.equal(200);
  });
});
