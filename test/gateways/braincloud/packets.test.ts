import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { expectRefused, newApplication } from '../../support/braincloud.ts';
import { newHub } from '../../support/hub.ts';
import { request } from '../../support/request.ts';
import { dispatch, loginOf, postTo, sessionOf } from '../../support/s2s.ts';

const post = (channelId: string, text: string) => ({
  ...{ service: 'chat', operation: 'POST_CHAT_MESSAGE', data: { channelId, content: { text } } },
});
const beat = { service: 'heartbeat', operation: 'READ' };
const textsOf = (told: { data?: { messages: { content: { text: string } }[] } }) =>
  told.data?.messages.map((message) => message.content.text);
const recent = (channelId: string) => ({ channelId, maxReturn: 50 });

describe('A bundle', () => {
  it('is answered message by message, in order, with its number', async () => {
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

  it('does what else it says where one of five messages is bad', async () => {
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
      expect(body.responses.map((told: { status: number }) => told.status)).to.deep.equal([
        200, 200, 400, 200, 200,
      ]);
      expectRefused(body.responses[2], 400, one === bad[2] ? 40603 : 40333);
    }
    expect(
      textsOf(await ann.ask('chat', 'GET_RECENT_CHAT_MESSAGES', recent(channelId))),
    ).to.have.length(16);
  });

  it('opens a session for what follows in it', async () => {
    const application = await newApplication();
    const messages = [beat, loginOf('Ann'), post(application.channelId, 'first'), beat];
    const { body } = await dispatch(application, { packetId: 5, sessionId: '', messages });
    expectRefused(body.responses[0], 403, 40304);
    expect(body.responses.slice(1).map((told: { status: number }) => told.status)).to.deep.equal([
      200, 200, 200,
    ]);
    const { sessionId } = body.responses[1].data;
    const next = await dispatch(application, { packetId: 6, sessionId, messages: [beat] });
    expect(next.body.responses).to.deep.equal([{ data: null, status: 200 }]);
  });

  it('is refused as a whole without a session: one error a message, with its number', async () => {
    const application = await newApplication();
    for (const sessionId of ['', null, 'made-up', application.hub.operator ? 'hcs_made-up' : '']) {
      const { http, body } = await dispatch(application, {
        packetId: 7,
        sessionId,
        messages: [beat, beat, beat],
      });
      expect([http, body.packetId, body.responses.length]).to.deep.equal([200, 7, 3]);
      for (const told of body.responses) expectRefused(told, 403, 40304);
    }
  });

  it('is of the application whose session it is', async () => {
    const [one, two] = [await newApplication({ mia: 7 }), await newApplication()];
    const ann = await sessionOf(one, 'Ann');
    const foreign = await dispatch(two, {
      packetId: 1,
      sessionId: ann.sessionId,
      messages: [beat],
    });
    expectRefused(foreign.body.responses[0], 403, 40304);
    // A token of ours is no session of theirs.
    const native = await dispatch(one, {
      packetId: 1,
      sessionId: one.hub.members.mia.token,
      messages: [beat],
    });
    expectRefused(native.body.responses[0], 403, 40304);
    expect((await ann.ask('heartbeat', 'READ')).status).to.equal(200);
  });

  it('has as many messages as it may, and at least one', async () => {
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    const { body } = await ann.send(Array.from({ length: 500 }, () => beat));
    expect(body.responses).to.have.length(500);
    for (const messages of [[], Array.from({ length: 501 }, () => beat)])
      expectRefused((await ann.send(messages)).body.responses[0], 400, 40001);
  });
});

describe('A signature', () => {
  it('is the application’s, in either case of letters', async () => {
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
      for (const told of body.responses) expectRefused(told, 403, 40301);
    }
    const other = await dispatch({ ...application, appSecret: 'another' }, packet);
    expectRefused(other.body.responses[1], 403, 40301);
  });

  it('is no other application’s, nor of a key that was revoked', async () => {
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

  it('may be of each of several keys', async () => {
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

  it('stands over what was packed, before it was packed', async () => {
    const application = await newApplication();
    const packet = {
      packetId: 0,
      sessionId: '',
      messages: [loginOf('Ann'), post(application.channelId, 'packed')],
    };
    const { body } = await dispatch(application, packet, { gzip: true });
    expect(body.responses.map((told: { status: number }) => told.status)).to.deep.equal([200, 200]);
  });

  it('is not asked of what cannot be read', async () => {
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
  it('is refused unread once he has tried too often; who is known goes on elsewhere', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '2', TRUST_PROXY: '1' });
    const application = await newApplication({}, own);
    const ann = await sessionOf(application, 'Ann');
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const packet = { packetId: 1, sessionId: '', messages: [beat] };
    const told: number[] = [];
    for (let n = 0; n < 22; n++) {
      const { body } = await dispatch(
        { ...application, appSecret: 'guess' },
        packet,
        from('10.0.0.1'),
      );
      told.push(body.responses[0].reason_code);
    }
    expect(told).to.deep.equal([...Array.from({ length: 20 }, () => 40301), 40001, 40001]);
    const { http, body } = await dispatch(
      application,
      { ...packet, sessionId: ann.sessionId },
      from('10.0.0.2'),
    );
    expect([http, body.responses[0].status]).to.deep.equal([200, 200]);
  });
});

describe('A packet', () => {
  it('that comes again is answered again, and not done again', async () => {
    const application = await newApplication();
    const { channelId } = application;
    const ann = await sessionOf(application, 'Ann');
    const first = await ann.send([post(channelId, 'once'), beat], { packetId: 10 });
    const again = await ann.send([post(channelId, 'once'), beat], { packetId: 10 });
    expect(again).to.deep.equal(first);
    expect(textsOf(await ann.ask('chat', 'GET_RECENT_CHAT_MESSAGES', recent(channelId)))).to.equal(
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

  it('whose answer was too long to remember is carried out anew, and posts nothing twice', async () => {
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

  it('waits for the one before it, and is not taken twice at once', async () => {
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
    const answers = await Promise.all(sent);
    const done = answers.filter(({ body }) => body.responses[0].status === 200);
    // They came on connections of their own, so in any order; who came too late is told so.
    expect(done.length).to.be.greaterThan(0);
    for (const { body } of answers)
      if (!done.some((one) => one.body === body)) expectRefused(body.responses[0], 403, 40605);
    const [one, other] = await Promise.all(twice);
    const statuses = [one?.http, other?.http].sort();
    expect([JSON.stringify([200, 200]), JSON.stringify([200, 503])]).to.include(
      JSON.stringify(statuses),
    );
    const told = await ann.send(
      [{ service: 'chat', operation: 'GET_RECENT_CHAT_MESSAGES', data: recent(channelId) }],
      {
        packetId: 300,
      },
    );
    const heard = textsOf(told.body.responses[0]) ?? [];
    expect(heard.filter((text) => text === 'last')).to.have.length(1);
    const kept = heard.filter((text) => text !== 'last');
    for (let at = 0; at < kept.length; at += 2) expect(kept[at + 1]).to.equal(`${kept[at]}b`);
  });

  it('of an expired session is told so; a heartbeat keeps one alive', async () => {
    let ahead = 0;
    await using own = await ownApp({}, () => Date.now() + ahead);
    const application = await newApplication({}, own);
    const ann = await sessionOf(application, 'Ann');
    for (let n = 0; n < 3; n++) {
      ahead += 15 * 60_000;
      expect((await ann.ask('heartbeat', 'READ')).status).to.equal(200);
    }
    ahead += 21 * 60_000;
    const { body } = await ann.send([beat, beat]);
    for (const told of body.responses) expectRefused(told, 403, 40303);
    const anew = await ann.send([loginOf('Ann'), beat]);
    expect(anew.body.responses.map((told: { status: number }) => told.status)).to.deep.equal([
      200, 200,
    ]);
    expect(anew.body.responses[0].data.profileId).to.equal(ann.profileId);
  });

  it('is asked for by POST', async () => {
    for (const path of ['/dispatcherv2', '/s2sdispatcher']) {
      const { status, headers, body } = await request(path, { verb: 'GET' });
      expect([status, headers.allow]).to.deep.equal([405, 'POST']);
      expectRefused({ ...body }, 400, 40333);
      const { status: nowhere } = await request(`${path}/more`);
      expect(nowhere).to.equal(404);
    }
  });

  it('may be sent by pages of an origin that a hub allows', async () => {
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
