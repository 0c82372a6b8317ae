import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { expectRefused, newApplication } from '../../support/braincloud.ts';
import { newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { dispatch, loginOf, postTo, sessionOf } from '../../support/s2s.ts';

const post = (channelId: string, text: string) => ({
  service: 'chat',
  operation: 'POST_CHAT_MESSAGE',
  data: { channelId, content: { text } },
});
const beat = { service: 'heartbeat', operation: 'READ' };
const textsOf = (response: { data?: { messages: { content: { text: string } }[] } }) =>
  response.data?.messages.map((message) => message.content.text);
const recent = (channelId: string) => ({ channelId, maxReturn: 50 });

describe('A bundle', () => {
  it('has a response to each message, in order, and its number', async () => {
    const application = await newApplication();
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    const list = {
      service: 'chat',
      operation: 'GET_RECENT_CHAT_MESSAGES',
      data: recent(channelId),
    };
    const { http, body } = await ann.send([
      post(channelId, 'one'),
      list,
      post(channelId, 'two'),
      list,
      beat,
    ]);
    expect(http).to.equal(200);
    expect(body).to.have.all.keys('packetId', 'responses', 'events');
    expect([body.packetId, body.events]).to.deep.equal([1, []]);
    expect(textsOf(body.responses[1])).to.deep.equal(['one']);
    expect(textsOf(body.responses[3])).to.deep.equal(['one', 'two']);
    expect(body.responses[4]).to.deep.equal({ data: null, status: 200 });
  });

  it('is processed except for its invalid message', async () => {
    const application = await newApplication();
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    const bad = [
      { service: 'chat', operation: 'NOTHING', data: {} },
      { service: 'toString', operation: 'constructor' },
      post('bad_channel_id', 'Hi'),
      'no message',
    ];
    for (const [index, one] of bad.entries()) {
      const four = ['a', 'b', 'c', 'd'].map((text) => post(channelId, `${index}${text}`));
      const { body } = await ann.send([...four.slice(0, 2), one, ...four.slice(2)]);
      expect(body.responses.map((response: { status: number }) => response.status)).to.deep.equal([
        200, 200, 400, 200, 200,
      ]);
      expectRefused(body.responses[2], 400, one === bad[2] ? 40603 : 40333);
    }
    expect(
      textsOf(await ann.call('chat', 'GET_RECENT_CHAT_MESSAGES', recent(channelId))),
    ).to.have.length(16);
  });

  it('opens a session for its following messages', async () => {
    const application = await newApplication();
    const messages = [beat, loginOf('Ann'), post(application.channelId, 'first'), beat];
    const { body } = await dispatch(application, { packetId: 5, sessionId: '', messages });
    expectRefused(body.responses[0], 403, 40304);
    expect(
      body.responses.slice(1).map((response: { status: number }) => response.status),
    ).to.deep.equal([200, 200, 200]);
    const { sessionId } = body.responses[1].data;
    const next = await dispatch(application, { packetId: 6, sessionId, messages: [beat] });
    expect(next.body.responses).to.deep.equal([{ data: null, status: 200 }]);
  });

  it('is refused as a whole without a session, with an error for each message', async () => {
    const application = await newApplication();
    for (const sessionId of ['', null, 'made-up', application.hub.operator ? 'hcs_made-up' : '']) {
      const { http, body } = await dispatch(application, {
        packetId: 7,
        sessionId,
        messages: [beat, beat, beat],
      });
      expect([http, body.packetId, body.responses.length]).to.deep.equal([200, 7, 3]);
      for (const response of body.responses) expectRefused(response, 403, 40304);
    }
  });

  it('must be of the application of its session', async () => {
    const [one, two] = [await newApplication({ mia: 7 }), await newApplication()];
    const ann = await sessionOf(one, 'Ann');
    const foreign = await dispatch(two, {
      packetId: 1,
      sessionId: ann.sessionId,
      messages: [beat],
    });
    expectRefused(foreign.body.responses[0], 403, 40304);
    // A native token is not a brainCloud session.
    const native = await dispatch(one, {
      packetId: 1,
      sessionId: one.hub.members.mia.token,
      messages: [beat],
    });
    expectRefused(native.body.responses[0], 403, 40304);
    expect((await ann.call('heartbeat', 'READ')).status).to.equal(200);
  });

  it('has between one and the maximum number of messages', async () => {
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    const { body } = await ann.send(Array.from({ length: 500 }, () => beat));
    expect(body.responses).to.have.length(500);
    for (const messages of [[], Array.from({ length: 501 }, () => beat)])
      expectRefused((await ann.send(messages)).body.responses[0], 400, 40001);
  });
});

describe('A signature', () => {
  it('is accepted from the application, in upper and lower case', async () => {
    const application = await newApplication();
    const packet = { packetId: 3, sessionId: '', messages: [loginOf('Ann'), beat] };
    const { createHash } = await import('node:crypto');
    const text = JSON.stringify({ gameId: application.appId, ...packet });
    const signed = createHash('md5').update(`${text}${application.appSecret}`).digest('hex');
    const good = await dispatch(application, text, { signature: signed.toUpperCase() });
    expect(good.body.responses[0].status).to.equal(200);
    for (const signature of [
      '',
      'nonsense',
      signed.replace(/^./, signed[0] === '0' ? '1' : '0'),
      `${signed}00`,
    ]) {
      const { http, body } = await dispatch(application, text, { signature });
      expect([http, body.packetId]).to.deep.equal([200, 3]);
      for (const response of body.responses) expectRefused(response, 403, 40301);
    }
    const other = await dispatch({ ...application, appSecret: 'another' }, packet);
    expectRefused(other.body.responses[1], 403, 40301);
  });

  it('is not accepted from another application or a revoked key', async () => {
    const [one, two] = [await newApplication(), await newApplication()];
    const packet = { packetId: 1, sessionId: '', messages: [beat] };
    const mixed = await dispatch({ ...one, appSecret: two.appSecret }, packet);
    expectRefused(mixed.body.responses[0], 403, 40301);
    const unknown = await dispatch({ ...one, appId: 'nothing' }, packet);
    expectRefused(unknown.body.responses[0], 403, 40316);
    const header = await dispatch(one, packet, { headers: { 'x-appid': two.appId } });
    expectRefused(header.body.responses[0], 403, 40610);
    await one.hub.operator.key.revoke({ key_id: one.serverName });
    expectRefused((await dispatch(one, packet)).body.responses[0], 403, 40316);
    const without = await newHub({});
    expectRefused(
      (await dispatch({ ...one, appId: without.id }, packet)).body.responses[0],
      403,
      40316,
    );
  });

  it('can be made with each of several keys', async () => {
    const application = await newApplication();
    const second = await application.hub.operator.key.create({
      name: 'Two',
      permission: 31,
      kind: 'braincloud',
    });
    const ann = await sessionOf(application, 'Ann');
    const packet = { packetId: 9, sessionId: ann.sessionId, messages: [beat] };
    const { body } = await dispatch({ ...application, appSecret: second.app_secret ?? '' }, packet);
    expect(body.responses[0].status).to.equal(200);
  });

  it('covers the body before compression', async () => {
    const application = await newApplication();
    const packet = {
      packetId: 0,
      sessionId: '',
      messages: [loginOf('Ann'), post(application.channelId, 'packed')],
    };
    const { body } = await dispatch(application, packet, { gzip: true });
    expect(body.responses.map((response: { status: number }) => response.status)).to.deep.equal([
      200, 200,
    ]);
  });

  it('is not checked for an unreadable body', async () => {
    const application = await newApplication();
    const send = async (body: Buffer, encoding = 'gzip') =>
      (await postTo(`${application.url}/dispatcherv2`, body, { 'content-encoding': encoding }))
        .body;
    const bomb = await send(gzipSync(Buffer.alloc(50 * 1024 * 1024)));
    expectRefused(bomb.responses[0], 400, 40600);
    expectRefused((await send(Buffer.from('not packed'))).responses[0], 400, 40660);
    expectRefused((await send(Buffer.from('{'), 'identity')).responses[0], 400, 40001);
    expectRefused((await send(Buffer.from('[]'), 'identity')).responses[0], 400, 40001);
    expectRefused((await send(Buffer.from('{}'), 'br')).responses[0], 400, 40001);
    const deep = `{"messages":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expectRefused((await send(Buffer.from(deep), 'identity')).responses[0], 400, 40001);
    expectRefused((await send(Buffer.alloc(1_100_000, 'x'), 'identity')).responses[0], 400, 40600);
  });
});

describe('A stranger', () => {
  it('is refused unread after too many attempts; known users are not affected', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '2', TRUST_PROXY: '1' });
    const application = await newApplication({}, own);
    const ann = await sessionOf(application, 'Ann');
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const packet = { packetId: 1, sessionId: '', messages: [beat] };
    const response: number[] = [];
    for (let n = 0; n < 22; n++) {
      const { body } = await dispatch(
        { ...application, appSecret: 'guess' },
        packet,
        from('10.0.0.1'),
      );
      response.push(body.responses[0].reason_code);
    }
    expect(response).to.deep.equal([...Array.from({ length: 20 }, () => 40301), 40001, 40001]);
    const { http, body } = await dispatch(
      application,
      { ...packet, sessionId: ann.sessionId },
      from('10.0.0.2'),
    );
    expect([http, body.responses[0].status]).to.deep.equal([200, 200]);
  });
});

describe('A packet', () => {
  it('that is sent again gets the same response and has no second effect', async () => {
    const application = await newApplication();
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    const first = await ann.send([post(channelId, 'once'), beat], { packetId: 10 });
    const again = await ann.send([post(channelId, 'once'), beat], { packetId: 10 });
    expect(again).to.deep.equal(first);
    expect(textsOf(await ann.call('chat', 'GET_RECENT_CHAT_MESSAGES', recent(channelId)))).to.equal(
      undefined,
    );
    const later = await ann.send(
      [{ service: 'chat', operation: 'GET_RECENT_CHAT_MESSAGES', data: recent(channelId) }],
      {
        packetId: 20,
      },
    );
    expect(textsOf(later.body.responses[0])).to.deep.equal(['once']);
    expectRefused((await ann.send([beat], { packetId: 19 })).body.responses[0], 403, 40605);
  });

  it('is processed again if its response was too long, but posts nothing twice', async () => {
    const application = await newApplication();
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    for (let n = 0; n < 5; n++)
      await ann.send([post(channelId, 'x'.repeat(9000)), post(channelId, 'y'.repeat(9000))]);
    const messages = [
      post(channelId, 'once'),
      {
        service: 'messaging',
        operation: 'SEND_MESSAGE_SIMPLE',
        data: { toProfileIds: [ann.profileId], text: 'once' },
      },
      { service: 'chat', operation: 'GET_RECENT_CHAT_MESSAGES', data: recent(channelId) },
      { service: 'messaging', operation: 'GET_MESSAGE_COUNTS' },
    ];
    const first = await ann.send(messages, { packetId: 50 });
    expect(JSON.stringify(first.body).length).to.be.greaterThan(64 * 1024);
    const again = await ann.send(messages, { packetId: 50 });
    expect(again).to.deep.equal(first);
    expect(again.body.responses[3].data.inbox.total).to.equal(1);
  });

  it('waits for the previous one, and is refused while it is being processed', async () => {
    const application = await newApplication();
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    const texts = Array.from({ length: 8 }, (_, n) => `p${n}`);
    const sent = texts.map((text, n) =>
      ann.send([post(channelId, text), post(channelId, `${text}b`)], { packetId: 100 + n }),
    );
    const twice = [
      ann.send([post(channelId, 'last')], { packetId: 200 }),
      ann.send([post(channelId, 'last')], { packetId: 200 }),
    ];
    const replies = await Promise.all(sent);
    const done = replies.filter(({ body }) => body.responses[0].status === 200);
    // Sent over separate connections, they arrive in any order; late ones are refused.
    expect(done.length).to.be.greaterThan(0);
    for (const { body } of replies)
      if (!done.some((one) => one.body === body)) expectRefused(body.responses[0], 403, 40605);
    const [one, other] = await Promise.all(twice);
    const statuses = [one?.http, other?.http].sort();
    expect([JSON.stringify([200, 200]), JSON.stringify([200, 503])]).to.include(
      JSON.stringify(statuses),
    );
    const response = await ann.send(
      [{ service: 'chat', operation: 'GET_RECENT_CHAT_MESSAGES', data: recent(channelId) }],
      {
        packetId: 300,
      },
    );
    const posted = textsOf(response.body.responses[0]) ?? [];
    expect(posted.filter((text) => text === 'last')).to.have.length(1);
    const kept = posted.filter((text) => text !== 'last');
    for (let at = 0; at < kept.length; at += 2) expect(kept[at + 1]).to.equal(`${kept[at]}b`);
  });

  it('of an expired session gets that error; a heartbeat keeps a session alive', async () => {
    let ahead = 0;
    await using own = await ownApp({}, () => Date.now() + ahead);
    const application = await newApplication({}, own);
    const ann = await sessionOf(application, 'Ann');
    for (let n = 0; n < 3; n++) {
      ahead += 15 * 60_000;
      expect((await ann.call('heartbeat', 'READ')).status).to.equal(200);
    }
    ahead += 21 * 60_000;
    const { body } = await ann.send([beat, beat]);
    for (const response of body.responses) expectRefused(response, 403, 40303);
    const next = await ann.send([loginOf('Ann'), beat]);
    expect(
      next.body.responses.map((response: { status: number }) => response.status),
    ).to.deep.equal([200, 200]);
    expect(next.body.responses[0].data.profileId).to.equal(ann.profileId);
  });

  it('is accepted by POST only', async () => {
    for (const path of ['/dispatcherv2', '/s2sdispatcher']) {
      const { status, headers, body } = await request(path, { verb: 'GET' });
      expect([status, headers.allow]).to.deep.equal([405, 'POST']);
      expectRefused({ ...body }, 400, 40333);
      const { status: nowhere } = await request(`${path}/more`);
      expect(nowhere).to.equal(404);
    }
  });

  it('is accepted from pages of an origin that a hub allows', async () => {
    const { hub } = await newApplication();
    const origin = `https://game${hub.id}.example`;
    await hub.operator.hub.update({ origins: [origin] });
    const { status, headers } = await request('/dispatcherv2', {
      verb: 'OPTIONS',
      headers: { origin },
    });
    expect([status, headers['access-control-allow-origin']]).to.deep.equal([204, origin]);
    expect(headers['access-control-allow-headers']).to.match(
      /Content-Type.*X-SIG, X-APPID, Content-Encoding/,
    );
  });
});
