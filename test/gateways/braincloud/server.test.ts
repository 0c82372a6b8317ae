import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { ownApp } from '../../support/app.ts';
import { type Application, expectRefused, newApplication } from '../../support/braincloud.ts';
import { newServer, postTo, Server, sessionOf } from '../../support/s2s.ts';

const beat = { service: 'heartbeat', operation: 'HEARTBEAT' };
const run = {
  service: 'script',
  operation: 'RUN',
  data: { scriptName: 'testScript2', scriptData: {} },
};
/** Returns how many sessions the keys of a hub have opened. */
async function sessionsOf(
  { appId }: Application<never>,
  app: Awaited<ReturnType<typeof ownApp>>,
): Promise<number> {
  const [rows] = await app.pool.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM sessions WHERE hub_id = ?',
    [appId],
  );
  return rows[0]?.n ?? 0;
}

describe('The session of a server', () => {
  it('opens with credentials and is kept alive by heartbeats', async () => {
    const application = await newApplication();
    const server = new Server(application, application.url);
    const response = await server.authenticate();
    expect(response.status).to.equal(200);
    expect(response.data)
      .to.have.all.keys('heartbeatSeconds', 'sessionId')
      .and.include({ heartbeatSeconds: 1890 });
    const { body } = await server.send(beat, { ...beat, data: null }, run);
    expect(body).to.deep.equal({
      packetId: 1,
      messageResponses: [
        { data: null, status: 200 },
        { data: null, status: 200 },
        { data: {}, status: 200 },
      ],
    });
    expect((await server.get('time', 'READ', {})).server_time).to.be.closeTo(Date.now(), 5000);
  });

  it('does not open with other credentials', async () => {
    const [one, two] = [await newApplication(), await newApplication()];
    const server = new Server(one, one.url);
    for (const over of [
      { serverSecret: 'wrong' },
      { serverName: 'nobody' },
      { serverName: two.serverName },
      { serverName: two.serverName, serverSecret: two.serverSecret },
      { appId: two.appId },
    ])
      expectRefused(await server.authenticate(over), 403, 40001);
    expectRefused(await server.call('script', 'RUN', {}), 403, 40304);
    const { body } = await server.post({
      packetId: 0,
      messages: [{ service: 'authenticationV2', operation: 'AUTHENTICATE', data: {} }],
    });
    expectRefused(body.messageResponses[0], 400, 40358);
  });

  it('is required: without it the whole packet is refused', async () => {
    const { url } = await newApplication();
    for (const packet of [
      { packetId: 0, sessionId: null, messages: [run] },
      { packetId: 0, messages: [run, run, run] },
    ]) {
      const { http, body } = await postTo(`${url}/s2sdispatcher`, JSON.stringify(packet));
      expect(http).to.equal(200);
      expectRefused(body, 403, 40304);
    }
    const unknown = { packetId: 4, sessionId: 'hcs_made-up', messages: [run] };
    expectRefused((await postTo(`${url}/s2sdispatcher`, JSON.stringify(unknown))).body, 403, 40365);
    expectRefused((await postTo(`${url}/s2sdispatcher`, '{')).body, 400, 40001);
  });

  it('is not accepted from users, nor a user’s session from servers', async () => {
    const application = await newApplication();
    const ann = await sessionOf(application, 'Ann');
    const server = await newServer(application);
    const sessionId = server.sessionId as string;
    expectRefused(
      (await ann.send([{ service: 'heartbeat', operation: 'READ' }], { sessionId })).body
        .responses[0],
      403,
      40304,
    );
    server.sessionId = ann.sessionId;
    expectRefused(await server.call('script', 'RUN', {}), 403, 40365);
  });

  it('outlives the half hour between the heartbeats of one client', async () => {
    let ahead = 0;
    await using own = await ownApp({}, () => Date.now() + ahead);
    const server = await newServer(await newApplication({}, own));
    ahead += 34 * 60_000;
    expect((await server.call('heartbeat', 'HEARTBEAT')).status).to.equal(200);
    ahead += 36 * 60_000;
    const { body } = await server.send(beat);
    expectRefused(body, 403, 40365);
  });

  it('ends with its key', async () => {
    const application = await newApplication();
    const server = await newServer(application);
    await application.hub.operator.key.revoke({ key_id: application.serverName });
    expectRefused(await server.call('heartbeat', 'HEARTBEAT'), 403, 40365);
    expectRefused(await server.authenticate(), 403, 40001);
  });

  it('processes the other four of five messages, and a repeated packet only once', async () => {
    const application = await newApplication();
    const server = await newServer(application);
    const { channelId } = application;
    const post = (text: string) => ({
      service: 'chat',
      operation: 'SYS_POST_CHAT_MESSAGE_SIMPLE',
      data: { channelId, text },
    });
    const five = [
      post('1'),
      post('2'),
      { service: 'chat', operation: 'NOTHING' },
      post('4'),
      post('5'),
    ];
    const packet = { packetId: 7, sessionId: server.sessionId, messages: five };
    const first = await server.post(packet);
    const statuses = first.body.messageResponses.map(
      (response: { status: number }) => response.status,
    );
    expect(statuses).to.deep.equal([200, 200, 400, 200, 200]);
    expectRefused(first.body.messageResponses[2], 400, 40333);
    expect(await server.post(packet)).to.deep.equal(first);
    server.packetId = 8;
    const { messages } = await server.get('chat', 'SYS_GET_RECENT_CHAT_MESSAGES', {
      channelId,
      maxReturn: 25,
    });
    expect(messages).to.have.length(4);
  });
});

describe('A server without a session', () => {
  it('sends its credentials with each call, and many calls share one session', async () => {
    await using own = await ownApp();
    const application = await newApplication({}, own);
    const server = new Server(application, own.url);
    const { channelId } = application;
    const { http, body } = await server.callOnce('chat', 'GET_CHANNEL_ID', {
      channelType: 'gl',
      channelSubId: 'valid',
    });
    expect([http, body]).to.deep.equal([200, { data: { channelId }, status: 200 }]);
    await Promise.all([1, 2, 3, 4].map(() => server.callOnce('time', 'READ')));
    const posted = await server.callOnce('chat', 'SYS_POST_CHAT_MESSAGE_SIMPLE', {
      channelId,
      text: 'Hi',
    });
    expect(posted.body.status).to.equal(200);
    expect(await sessionsOf(application, own)).to.equal(1);
    expectRefused((await server.callOnce('chat', 'NOTHING')).body, 400, 40333);
    expectRefused(
      (await server.callOnce('chat', 'POST_CHAT_MESSAGE', { channelId })).body,
      400,
      40333,
    );
    expectRefused(
      (await server.callOnce('rttRegistration', 'REQUEST_SYSTEM_CONNECTION')).body,
      403,
      40304,
    );
  });

  it('needs all credentials and a key that exists', async () => {
    const application = await newApplication();
    const server = new Server(application, application.url);
    expect((await server.callOnce('time', 'READ')).body.status).to.equal(200);
    for (const over of [{ serverSecret: 'wrong' }, { serverName: 'nobody' }, { appId: 'another' }])
      expectRefused((await server.callOnce('time', 'READ', {}, over)).body, 403, 40001);
    const { channelId } = application;
    const info = () => server.callOnce('chat', 'SYS_GET_CHANNEL_INFO', { channelId });
    expect((await info()).body.status).to.equal(200);
    await application.hub.operator.key.revoke({ key_id: application.serverName });
    expectRefused((await info()).body, 403, 40001);
  });

  it('returns which parameter is missing', async () => {
    const application = await newApplication();
    const { url, appId, serverName } = application;
    const send = async (body: object) =>
      (await postTo(`${url}/s2sdispatcher`, JSON.stringify(body))).body;
    expectRefused(
      await send({ appId, serverName, service: 'time', operation: 'READ' }),
      400,
      40358,
    );
    expectRefused(await send({ appId, serverName }), 400, 40001);
  });
});

describe('The chat of a server', () => {
  it('creates, describes and deletes channels', async () => {
    const application = await newApplication();
    const { appId } = application;
    const server = await newServer(application);
    const call = (operation: string, data: object) => server.call('chat', operation, data);
    const made = { channelType: 'dy', channelSubId: 'myChatRoom' };
    const channelId = `${appId}:dy:myChatRoom`;
    for (let n = 0; n < 2; n++)
      expect((await call('SYS_CREATE_CHANNEL', made)).data).to.deep.equal({ channelId });
    expect((await call('SYS_GET_CHANNEL_INFO', { channelId })).data).to.deep.equal({
      id: channelId,
      type: 'dy',
      code: 'myChatRoom',
      name: 'myChatRoom',
      desc: '',
      stats: { messageCount: 0, memberCount: 0, listenerCount: 0 },
    });
    expect((await call('SYS_DELETE_CHANNEL', { channelId })).data).to.deep.equal({});
    expectRefused(await call('SYS_DELETE_CHANNEL', { channelId }), 400, 40603);
    expectRefused(
      await call('SYS_DELETE_CHANNEL', { channelId: application.channelId }),
      400,
      40660,
    );
    expectRefused(await call('SYS_CREATE_CHANNEL', { ...made, channelType: 'gl' }), 400, 40660);
    expectRefused(
      await call('SYS_CREATE_CHANNEL', { ...made, channelSubId: 'not this' }),
      400,
      40660,
    );
    expectRefused(
      await call('GET_CHANNEL_ID', { channelType: 'gl', channelSubId: 'invalid' }),
      400,
      40603,
    );
  });

  it('posts under any name, and edits and deletes messages of all authors', async () => {
    const application = await newApplication();
    const { channelId, appId } = application;
    const server = await newServer(application);
    const ann = await sessionOf(application, 'Ann');
    const get = (operation: string, data: object) =>
      server.get('chat', operation, { channelId, ...data });
    const from = { name: 'Homer', pic: 'http://www.simpsons.test/homer.jpg' };
    const content = { text: 'Hello world', custom: { somethingCustom: 'wow' } };
    const { msgId } = await get('SYS_POST_CHAT_MESSAGE', {
      content,
      recordInHistory: true,
      from,
      ccCall: false,
    });
    const message = await get('SYS_GET_CHAT_MESSAGE', { msgId });
    expect(message).to.deep.include({ msgId, content, from: { id: '', ...from }, ver: 1 });
    const alias = await get('SYS_POST_CHAT_MESSAGE', {
      contentJson: { foo: 1 },
      fromJson: { name: 'Marge' },
    });
    const { content: kept, from: as } = await get('SYS_GET_CHAT_MESSAGE', alias);
    expect([kept, as]).to.deep.equal([{ foo: 1 }, { id: '', name: 'Marge', pic: null }]);
    await get('SYS_POST_CHAT_MESSAGE_SIMPLE', { text: 'ユニコード 🙂', recordInHistory: true });
    const { data } = await ann.call('chat', 'POST_CHAT_MESSAGE_SIMPLE', {
      channelId,
      text: 'by Ann',
    });
    const { messages } = await get('SYS_GET_RECENT_CHAT_MESSAGES', { maxReturn: 25 });
    expect(messages.map((it: { from: object }) => it.from)).to.deep.equal([
      message.from,
      { id: '', name: 'Marge', pic: null },
      { id: '', name: '', pic: null },
      { id: ann.profileId, name: '', pic: null },
    ]);
    expect(
      await get('SYS_UPDATE_CHAT_MESSAGE', { ...data, version: 1, content: { text: 'by us' } }),
    ).to.deep.equal({});
    expectRefused(
      await server.call('chat', 'SYS_UPDATE_CHAT_MESSAGE', {
        channelId,
        ...data,
        version: 1,
        content: {},
      }),
      ...([400, 40598] as const),
    );
    expect(await get('SYS_DELETE_CHAT_MESSAGE', { ...data, version: -1 })).to.deep.equal({
      deleted: 1,
    });
    expect(await get('SYS_DELETE_CHAT_MESSAGE', { ...data, version: -1 })).to.deep.equal({
      deleted: 0,
    });
    expect(await get('SYS_GET_CHAT_MESSAGE', data)).to.deep.equal({});
    const fleeting = await get('SYS_POST_CHAT_MESSAGE_SIMPLE', {
      text: 'gone',
      recordInHistory: false,
    });
    expect(await get('SYS_GET_CHAT_MESSAGE', fleeting)).to.deep.equal({});
    const system = { channelId: `${appId}:sy:mysyschannel`, maxReturn: 10 };
    expect(await get('SYS_CHANNEL_CONNECT', system)).to.deep.equal({ messages: [] });
    expect(await get('SYS_CHANNEL_DISCONNECT', system)).to.deep.equal({});
  });

  it('cannot access another application', async () => {
    const [one, two] = [await newApplication(), await newApplication()];
    const server = await newServer(one);
    const { channelId } = two;
    for (const [operation, more] of [
      ['SYS_GET_CHANNEL_INFO', {}],
      ['SYS_CHANNEL_CONNECT', { maxReturn: 5 }],
      ['SYS_POST_CHAT_MESSAGE_SIMPLE', { text: 'Hi' }],
      ['SYS_GET_RECENT_CHAT_MESSAGES', { maxReturn: 5 }],
      ['SYS_CHANNEL_CONNECT', { maxReturn: 5, channelId: `${two.appId}:sy:theirs` }],
    ] as const)
      expectRefused(await server.call('chat', operation, { channelId, ...more }), 400, 40603);
    // The attempt has not created a channel of that name either.
    const own = { channelId: `${one.appId}:sy:theirs` };
    expectRefused(await server.call('chat', 'SYS_GET_CHANNEL_INFO', own), 400, 40603);
  });
});

describe('The messaging of a server', () => {
  it('sends, finds, edits and deletes messages of all users', async () => {
    const application = await newApplication();
    const server = await newServer(application);
    const [ann, bob] = [await sessionOf(application, 'Ann'), await sessionOf(application, 'Bob')];
    const toProfileIds = [ann.profileId, bob.profileId];
    const fromJson = { id: null, name: 'App Administrator' };
    const get = (operation: string, data: object) => server.get('messaging', operation, data);
    const contentJson = { subject: 's', text: 't' };
    const sent = await get('SYS_SEND_MESSAGE', { toProfileIds, contentJson, fromJson });
    expect(sent).to.include({ requested: 2, actual: 2 });
    const simple = await get('SYS_SEND_MESSAGE_SIMPLE', {
      toProfileIds: [ann.profileId],
      text: 'plain',
      fromJson,
    });
    const ids = { msgIds: [sent.msgId, simple.msgId, 'unknown'] };
    const found = await get('SYS_GET_MESSAGES', ids);
    expect(found).to.include({ requested: 3, actual: 2 });
    expect(found.items[0].message).to.deep.include({
      from: fromJson,
      to: toProfileIds,
      content: contentJson,
    });
    const inbox = await ann.call('messaging', 'GET_MESSAGES', {
      msgbox: 'inbox',
      msgIds: [sent.msgId],
    });
    expect(inbox.data.items[0].message.from).to.deep.equal(fromJson);

    const context = {
      pagination: { rowsPerPage: 10, pageNumber: 1 },
      searchCriteria: { 'message.from.id': null },
      sortCriteria: { mbCr: 1, mbUp: -1 },
    };
    const page = await get('SYS_GET_MESSAGES_PAGE', { context });
    expect(page.results.count).to.equal(3);
    const next = await get('SYS_GET_MESSAGES_PAGE_OFFSET', {
      context: page.context,
      pageOffset: 1,
    });
    expect(next.results).to.deep.include({ page: 2, items: [] });
    const ofBob = await get('SYS_GET_MESSAGES_FOR_OWNER_PAGE', { context, ownerId: bob.profileId });
    expect(ofBob.results.count).to.equal(1);
    const more = { context: ofBob.context, pageOffset: 0, ownerId: bob.profileId };
    expect((await get('SYS_GET_MESSAGES_FOR_OWNER_PAGE_OFFSET', more)).results.count).to.equal(1);

    const edit = { msgId: sent.msgId, msgVer: 1, contentJson: { text: 'new' } };
    expect(await get('SYS_UPDATE_MESSAGE', edit)).to.deep.equal({
      requested: 1,
      actual: 1,
      msgId: sent.msgId,
    });
    expectRefused(await server.call('messaging', 'SYS_UPDATE_MESSAGE', edit), 400, 40598);
    expect(await get('SYS_UPDATE_MESSAGE', { ...edit, msgId: 'unknown' })).to.include({
      actual: 0,
    });
    expect(await get('SYS_DELETE_MESSAGE', { msgId: sent.msgId, msgVer: -1 })).to.deep.equal({});
    expectRefused(
      await server.call('messaging', 'SYS_DELETE_MESSAGE', { msgId: sent.msgId, msgVer: -1 }),
      400,
      40595,
    );
    expect(await get('SYS_DELETE_MESSAGES', ids)).to.deep.equal({ requested: 3, actual: 1 });
    expect(await get('SYS_DELETE_MESSAGES', { msgIds: [] })).to.deep.equal({
      requested: 0,
      actual: 0,
    });
    expect((await bob.call('messaging', 'GET_MESSAGE_COUNTS')).data.inbox).to.deep.equal({
      total: 0,
      unread: 0,
    });
  });

  it('names the sender, who has no id', async () => {
    const application = await newApplication();
    const server = await newServer(application);
    const { profileId } = await sessionOf(application, 'Ann');
    const send = (fromJson: unknown) =>
      server.call('messaging', 'SYS_SEND_MESSAGE_SIMPLE', {
        toProfileIds: [profileId],
        text: 't',
        fromJson,
      });
    expectRefused(await send({ id: 'me', name: 'Me' }), 400, 40617);
    expectRefused(await send({ id: null }), 400, 40618);
    expectRefused(await send(undefined), 400, 40358);
    const many = Array.from({ length: 9 }, (_, n) => `nobody${n}`);
    const sent = await server.get('messaging', 'SYS_SEND_MESSAGE_SIMPLE', {
      toProfileIds: [profileId, ...many],
      text: 't',
      fromJson: { id: null, name: 'Us', pic: 'http://p' },
    });
    expect(sent).to.include({ requested: 10, actual: 1 });
  });
});
