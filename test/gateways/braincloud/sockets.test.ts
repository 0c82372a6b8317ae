import { expect } from 'chai';
import { WebSocket } from 'ws';
import { app, ownApp } from '../../support/app.ts';
import { type Application, expectRefused, newApplication } from '../../support/braincloud.ts';
import { newRoom } from '../../support/hub.ts';
import { connectFrame, dispatch, newServer, openSocket, sessionOf } from '../../support/s2s.ts';
import { pageIsBuilt } from '../../web/world.ts';

type Auth = Record<string, string>;

/** Opens a session of a user and requests the secret of its socket. */
async function readySession(application: Application<never>, name: string) {
  const session = await sessionOf(application, name);
  const { data } = await session.call('rttRegistration', 'REQUEST_CLIENT_CONNECTION', {});
  return { ...session, auth: data.auth as Auth };
}

/** The same with an open socket. */
async function connected(application: Application<never>, name: string) {
  const session = await readySession(application, name);
  const socket = await openSocket(application.url, `/?X-APPID=${application.appId}&X-RTT-SECRET=x`);
  socket.send(connectFrame(session.auth, session));
  await socket.next('CONNECT');
  return { session, socket };
}

describe('A socket', () => {
  it('sends binary frames and accepts text and binary ones', async () => {
    const application = await newApplication();
    const session = await readySession(application, 'Ann');
    using socket = await openSocket(application.url);
    socket.send(Buffer.from(JSON.stringify(connectFrame(session.auth, session))));
    await socket.next('CONNECT');
    socket.send({ service: 'rtt', operation: 'HEARTBEAT', data: null });
    socket.send({ service: 'rtt', operation: 'HEARTBEAT' });
    socket.send('no JSON');
    await session.call('event', 'SEND', { toId: session.profileId, eventType: 't', eventData: {} });
    await socket.next('GET_EVENTS');
    expect(socket.isBinary).to.deep.equal([true, true]);
  });

  it('has the address at which the packet was received', async () => {
    await using own = await ownApp({ TRUST_PROXY: '1' });
    const application = await newApplication({}, own);
    const ann = await sessionOf(application, 'Ann');
    const request = {
      service: 'rttRegistration',
      operation: 'REQUEST_CLIENT_CONNECTION',
      data: {},
    };
    const endpointOf = async (packetId: number, headers: Record<string, string>) => {
      const packet = { packetId, sessionId: ann.sessionId, messages: [request] };
      return (await dispatch(application, packet, { headers })).body.responses[0].data
        ?.endpoints[0];
    };
    const { port } = new URL(own.url);
    expect(await endpointOf(1, {})).to.include({
      host: '127.0.0.1',
      port: Number(port),
      ssl: false,
    });
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example' };
    expect(await endpointOf(2, forwarded)).to.include({
      host: 'chat.example',
      port: 443,
      ssl: true,
    });
    expect(
      await endpointOf(3, { ...forwarded, 'x-forwarded-host': 'chat.example:8443' }),
    ).to.include({ port: 8443 });
    expect(await endpointOf(4, { 'x-forwarded-host': 'no host' })).to.equal(undefined);
  });

  it('opens with the secret of its session only', async () => {
    const [one, two] = [await newApplication(), await newApplication()];
    const [ann, bob] = [await readySession(one, 'Ann'), await readySession(one, 'Bob')];
    const server = await newServer(one);
    const silent = await sessionOf(one, 'Cat');
    const secret = (value: string) => ({ ...ann.auth, 'X-RTT-SECRET': value });
    const { sessionId } = ann;
    const cases: [object, number][] = [
      [connectFrame(secret('wrong'), ann), 40209],
      [connectFrame(bob.auth, ann), 40209],
      [connectFrame(secret(''), silent), 40209],
      [connectFrame(ann.auth, { ...ann, profileId: bob.profileId }), 40209],
      [connectFrame(ann.auth, { sessionId }), 40209],
      [connectFrame(ann.auth, { sessionId: 'hcs_made-up' }), 40304],
      [connectFrame(ann.auth, { sessionId: server.sessionId }), 40209],
      [connectFrame({ ...ann.auth, 'X-APPID': two.appId }, ann), 40304],
      [{ service: 'rtt', operation: 'CONNECT', data: {} }, 40358],
    ];
    for (const [frame, reasonCode] of cases) {
      using socket = await openSocket(one.url);
      socket.send(frame);
      const { data } = await socket.next('DISCONNECT');
      expect(data.reasonCode, JSON.stringify(frame)).to.equal(reasonCode);
      expect(data.reason).to.be.a('string').and.not.equal('');
      await socket.closed;
      expect(socket.frames).to.have.length(1);
    }
  });

  it('has a secret that is stored nowhere, and that a new one replaces', async () => {
    const application = await newApplication();
    const first = await readySession(application, 'Ann');
    const { data } = await first.call('rttRegistration', 'REQUEST_CLIENT_CONNECTION', {});
    const second = data.auth as Auth;
    const [rows] = await app().pool.query('SELECT data FROM sessions WHERE user_id = ?', [
      first.profileId,
    ]);
    for (const { 'X-RTT-SECRET': secret = '' } of [first.auth, second]) {
      expect(secret).to.have.length(32);
      expect(JSON.stringify(rows)).to.not.contain(secret);
    }
    using opened = await openSocket(application.url);
    opened.send(connectFrame(second, first));
    await opened.next('CONNECT');
    using refused = await openSocket(application.url);
    refused.send(connectFrame(first.auth, first));
    expect((await refused.next('DISCONNECT')).data.reasonCode).to.equal(40209);
  });

  it('does not open for a removed user or an ended session', async () => {
    const application = await newApplication();
    const [ann, bob] = [
      await readySession(application, 'Ann'),
      await readySession(application, 'Bob'),
    ];
    await application.hub.operator.hub.remove_member({ user_id: ann.profileId });
    await bob.call('playerState', 'LOGOUT');
    for (const session of [ann, bob]) {
      using socket = await openSocket(application.url);
      socket.send(connectFrame(session.auth, session));
      expect((await socket.next('DISCONNECT')).data.reasonCode).to.equal(40304);
      await socket.closed;
    }
  });

  it('receives the reason before it is closed with its session', async () => {
    const application = await newApplication();
    const { session, socket } = await connected(application, 'Ann');
    await session.call('playerState', 'LOGOUT');
    expect((await socket.next('DISCONNECT')).data).to.deep.equal({
      reason: 'The session has ended',
      reasonCode: 40304,
    });
    expect(await socket.closed).to.equal(1000);
  });

  it('is closed without heartbeats, without CONNECT, and when its session expires', async () => {
    let ahead = 0;
    await using own = await ownApp({}, () => Date.now() + ahead);
    const application = await newApplication({}, own);
    const { socket: ann } = await connected(application, 'Ann');
    const { socket: bob, session } = await connected(application, 'Bob');
    using nobody = await openSocket(own.url);
    for (let n = 0; n < 3; n++) {
      ahead += 60_000;
      bob.send({ service: 'rtt', operation: 'HEARTBEAT' });
      // Frames are processed in order: after this reply, the heartbeat has been processed.
      await session.call('event', 'SEND', { toId: session.profileId, eventType: 't' });
      await bob.next('GET_EVENTS');
    }
    expect((await ann.next('DISCONNECT')).data.reason).to.match(/heartbeat/);
    expect((await nobody.next('DISCONNECT')).data.reason).to.match(/CONNECT/);
    await Promise.all([ann.closed, nobody.closed]);
    expect(bob.socket.readyState).to.equal(WebSocket.OPEN);
    ahead += 21 * 60_000;
    expect((await bob.next('DISCONNECT')).data.reasonCode).to.equal(40303);
    await bob.closed;
  });

  it('is closed after a frame that is too large', async () => {
    const application = await newApplication();
    const { socket } = await connected(application, 'Ann');
    socket.send('x'.repeat(17 * 1024));
    expect(await socket.closed).to.be.oneOf([1006, 1009]);
  });

  it('is closed if the client does not read', async () => {
    const application = await newApplication();
    const { session, socket } = await connected(application, 'Ann');
    socket.socket.pause();
    const eventData = { text: 'x'.repeat(60_000) };
    const event = {
      service: 'event',
      operation: 'SEND',
      data: { toId: session.profileId, eventType: 't', eventData },
    };
    for (let n = 0; n < 20; n++) await session.send(Array.from({ length: 15 }, () => event));
    socket.socket.resume();
    expect(await socket.closed).to.equal(1006);
    expect(socket.frames.length).to.be.lessThan(300);
  });

  it('is limited in number for each user', async () => {
    await using own = await ownApp({ LIMIT_SOCKETS: '2' });
    const application = await newApplication({}, own);
    const [first] = [await connected(application, 'Ann'), await connected(application, 'Ann')];
    const third = await readySession(application, 'Ann');
    const open = async () => {
      const socket = await openSocket(own.url);
      socket.send(connectFrame(third.auth, third));
      return socket;
    };
    expect((await (await open()).next('DISCONNECT')).data.reasonCode).to.equal(40001);
    first.socket.socket.close();
    await first.socket.closed;
    await (await open()).next('CONNECT');
  });

  it('opens at one path besides that of Socket.IO', async () => {
    await pageIsBuilt();
    const { url } = await newApplication();
    // Elsewhere the offer is ignored: the request is answered like any other.
    const others = { '/other': 404, '/dispatcherv2': 405, '/-/socket.io?x=1': 404, '//': 200 };
    for (const [path, expected] of Object.entries(others)) {
      const socket = new WebSocket(url.replace('http', 'ws') + path);
      const status = await new Promise((resolve) => {
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('error', () => {});
      });
      expect(status, path).to.equal(expected);
    }
  });

  it('counts against the address until it has authenticated', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '1' });
    const opened: number[] = [];
    for (let n = 0; n < 12; n++) {
      const socket = await openSocket(own.url).catch((error: Error) => error.message);
      if (typeof socket === 'string') {
        expect(socket).to.contain('429');
        break;
      }
      opened.push(n);
      socket.socket.close();
      await socket.closed;
    }
    expect(opened).to.have.length(10);
  });

  it('does not delay the stop of the service', async () => {
    const own = await ownApp();
    const application = await newApplication({}, own);
    const { socket } = await connected(application, 'Ann');
    using nobody = await openSocket(own.url);
    const started = Date.now();
    await own.close();
    expect(Date.now() - started).to.be.lessThan(2000);
    await Promise.all([socket.closed, nobody.closed]);
    expect((await socket.next('DISCONNECT')).data.reason).to.equal('The service stops');
  });
});

describe('The socket of a server', () => {
  it('receives the messages of system channels', async () => {
    const application = await newApplication();
    const server = await newServer(application);
    const { endpoints, auth } = await server.get(
      'rttRegistration',
      'REQUEST_SYSTEM_CONNECTION',
      {},
    );
    expect(endpoints[0]).to.include({ protocol: 'ws', ssl: false });
    using socket = await openSocket(application.url);
    socket.send(connectFrame(auth, server));
    expect((await socket.next('CONNECT')).data.cxId).to.equal(
      `${application.appId}:s:${server.sessionId}`,
    );
    const channelId = `${application.appId}:sy:mysyschannel`;
    await server.get('chat', 'SYS_CHANNEL_CONNECT', { channelId, maxReturn: 10 });
    const from = { name: 'Homer', pic: 'http://www.simpsons.test/homer.jpg' };
    const post = { channelId, content: { text: 'Hello World!' }, recordInHistory: false, from };
    const { msgId } = await server.get('chat', 'SYS_POST_CHAT_MESSAGE', post);
    expect((await socket.next('INCOMING')).data).to.deep.include({
      chId: channelId,
      msgId,
      content: { text: 'Hello World!' },
      from: { id: '', ...from },
    });
    await server.get('chat', 'SYS_CHANNEL_DISCONNECT', { channelId });
    await server.get('chat', 'SYS_POST_CHAT_MESSAGE', post);
    await server.get('chat', 'SYS_CHANNEL_CONNECT', {
      channelId: application.channelId,
      maxReturn: 0,
    });
    const last = { channelId: application.channelId, text: 'to all' };
    await server.get('chat', 'SYS_POST_CHAT_MESSAGE_SIMPLE', last);
    expect((await socket.next('INCOMING')).data.content).to.deep.equal({ text: 'to all' });
    await application.hub.operator.key.revoke({ key_id: application.serverName });
    expect((await socket.next('DISCONNECT')).data.reasonCode).to.equal(40304);
  });

  it('receives messages of a group only while its owner lets the system read them', async () => {
    const application = await newApplication({ alice: 7, bob: 7 });
    const { alice, bob } = application.hub.members;
    const room = await newRoom(alice, bob);
    const channelId = `${application.appId}:gr:${room}`;
    const server = await newServer(application);
    const registration = await server.get('rttRegistration', 'REQUEST_SYSTEM_CONNECTION', {});
    using socket = await openSocket(application.url);
    socket.send(connectFrame(registration.auth, server));
    await socket.next('CONNECT');
    const connect = () => server.call('chat', 'SYS_CHANNEL_CONNECT', { channelId, maxReturn: 5 });
    expectRefused(await connect(), 403, 40346);
    const { message_id } = await bob.chat.post({ entity_id: room, message: 'secret' });
    await alice.room.update({ entity_id: room, system_access: 1 });
    expect((await connect()).data.messages).to.deep.equal([]);
    await bob.chat.edit({ message_id, message: 'still secret' });
    await bob.chat.post({ entity_id: room, message: 'open' });
    expect((await socket.next('INCOMING')).data.content).to.deep.equal({ text: 'open' });
    await alice.room.update({ entity_id: room, system_access: 0 });
    await bob.chat.post({ entity_id: room, message: 'secret again' });
    await bob.channel.post_simple({ channel_id: channelId, text: 'secret too', record: 0 });
    // A socket that is opened later does not get it either.
    using later = await openSocket(application.url);
    later.send(connectFrame(registration.auth, server));
    await later.next('CONNECT');
    await bob.chat.post({ entity_id: room, message: 'secret as ever' });
    const open = application.channelId;
    await server.get('chat', 'SYS_CHANNEL_CONNECT', { channelId: open, maxReturn: 0 });
    await server.get('chat', 'SYS_POST_CHAT_MESSAGE_SIMPLE', { channelId: open, text: 'to all' });
    for (const one of [socket, later]) {
      expect((await one.next('INCOMING')).data.content).to.deep.equal({ text: 'to all' });
      expect(JSON.stringify(one.frames)).to.not.contain('secret');
    }
  });

  it('does not open with a key that cannot write', async () => {
    const application = await newApplication();
    const { server_name: serverName = '', server_secret: serverSecret = '' } =
      await application.hub.operator.key.create({
        name: 'Viewer',
        permission: 3,
        kind: 'braincloud',
      });
    const server = await newServer({ ...application, serverName, serverSecret });
    const { auth } = await server.get('rttRegistration', 'REQUEST_SYSTEM_CONNECTION', {});
    using socket = await openSocket(application.url);
    socket.send(connectFrame(auth, server));
    expect((await socket.next('DISCONNECT')).data.reasonCode).to.equal(40346);
    await socket.closed;
  });
});
