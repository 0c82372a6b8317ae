import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { createSlowBodies } from '../../service/http/slow-bodies.ts';
import { ownApp } from '../support/app.ts';
import { newApplication } from '../support/braincloud.ts';
import { newHub } from '../support/hub.ts';
import { bearer, call, request } from '../support/request.ts';
import { dispatch, sessionOf } from '../support/s2s.ts';
import { watchStatements } from '../support/statements.ts';
import { eventually } from '../support/wait.ts';

const mebibyte = 1024 * 1024;
const json = { 'content-type': 'application/json' };
const login = JSON.stringify({ email: 'nobody@example.com', password: 'a guess' });

/** Begins a body of that length, sends a part of it, and waits for the rest to be sent. */
function begin(url: string, path: string, length: number, headers: Record<string, string> = json) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  const lines = Object.entries({ Host: 'x', 'Content-Length': length, ...headers });
  socket.write(
    `POST ${path} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n{`,
  );
  return { socket, received: () => received, [Symbol.dispose]: () => void socket.destroy() };
}

describe('A body before its caller is known', () => {
  it('is refused while its address has two MiB under way, at every route', async () => {
    await using own = await ownApp();
    const { members } = await newHub({ alice: 7 }, own);
    using first = begin(own.url, '/dispatcherv2', mebibyte);
    using second = begin(own.url, '/s2sdispatcher', mebibyte);
    const refused = async () => {
      const { status, headers } = await call('session.login', { body: login }, own.url);
      return status === 429 && headers['retry-after'] === '1';
    };
    await eventually(refused);
    for (const path of ['/dispatcherv2', '/s2sdispatcher']) {
      const { body } = await request(path, { headers: json, body: '{}' }, own.url);
      expect(JSON.stringify(body), path).to.contain('40001').and.contain('retry after');
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const token = await request('/oauth/token', { headers: form, body: 'a=b' }, own.url);
    expect(token.status).to.equal(429);
    const known = await call('chat.count_all', { headers: bearer(members.alice) }, own.url);
    expect(known.status).to.equal(200);

    first.socket.destroy();
    await eventually(async () => !(await refused()));
    expect(second.received()).to.equal('');
  });

  it('is counted before it arrives, and refused unread once the calls are used up', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '1' });
    const opened = Array.from({ length: 10 }, () => begin(own.url, '/dispatcherv2', 1000));
    await eventually(async () => {
      const { status } = await call('session.login', { body: login }, own.url);
      return status === 429;
    });
    for (const one of opened) one.socket.destroy();
  });

  it('counts as several calls if it is large, also once it is unpacked', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '5' });
    const bomb = gzipSync(JSON.stringify({ messages: ['x'.repeat(900_000)] }));
    expect(bomb.length).to.be.below(2000);
    const headers = { ...json, 'content-encoding': 'gzip' };
    const replies = [];
    for (let n = 0; n < 5; n++)
      replies.push(await request('/s2sdispatcher', { headers, body: bomb }, own.url));
    expect(replies[0]?.text).to.not.contain('retry after');
    expect(replies[4]?.text).to.contain('retry after');
    expect((await call('session.login', { body: login }, own.url)).status).to.equal(429);
  });

  it('costs a known caller nothing, however large', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '10' });
    const application = await newApplication({}, own);
    const ann = await sessionOf(application, 'Ann');
    const messages = [
      { service: 'heartbeat', operation: 'READ', data: { text: 'x'.repeat(500_000) } },
    ];
    for (let packetId = 10; packetId < 20; packetId++) {
      const packet = { packetId, sessionId: ann.sessionId, messages };
      const { body } = await dispatch(application, packet);
      expect(body.responses[0].status).to.equal(200);
    }
  });

  it('is cut when its client sends nothing for a while, or not all in time', async () => {
    const { watch } = createSlowBodies({ idleMs: 200, totalMs: 1000, everyMs: 10 });
    const [silent, slow, done] = [new PassThrough(), new PassThrough(), new PassThrough()];
    watch(silent);
    const slowly = watch(slow);
    watch(done).stop();
    const sending = setInterval(() => slowly.received(), 10);
    await once(silent, 'close');
    expect([slow.destroyed, done.destroyed]).to.deep.equal([false, false]);
    await once(slow, 'close');
    clearInterval(sending);
    expect(done.destroyed).to.equal(false);
  });

  it('is released when the client goes away', async () => {
    await using own = await ownApp();
    for (let round = 0; round < 5; round++) {
      const opened = [1, 2].map(() => begin(own.url, '/dispatcherv2', mebibyte));
      for (const { socket } of opened) {
        await once(socket, 'connect');
        socket.destroy();
      }
    }
    await eventually(async () => {
      const { status } = await call('session.login', { body: login }, own.url);
      return status === 401;
    });
  });
});

describe('A page of another origin', () => {
  it('asks no database for a caller whose address has used up its anonymous calls', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '1' });
    const { members, operator } = await newHub({ alice: 7 }, own);
    const origin = 'https://page.example';
    const headers = { origin, 'x-hub-id': members.alice.hubId };
    const known = { ...headers, ...bearer(members.alice) };
    await operator.hub.update({ origins: [origin] });
    const readable = async (method: string, sent: Record<string, string>) => {
      const reply = await call(method, { headers: sent }, own.url);
      return reply.headers['access-control-allow-origin'] === origin;
    };
    expect(await readable('no.such', headers)).to.equal(true);
    for (let n = 0; n < 10; n++) await call('no.such', { headers }, own.url);
    const statements = watchStatements(own, /origins|FROM sessions/);
    for (const method of ['no.such', 'chat.count_all', 'session.login'])
      expect(await readable(method, headers), method).to.equal(false);
    expect(statements).to.deep.equal([]);
    expect(await readable('chat.count_all', known)).to.equal(true);
    expect(await readable('chat.get', known)).to.equal(true);
  });
});
