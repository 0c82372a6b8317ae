import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { app, ownApp } from '../support/app.ts';
import { openPolling, openRaw } from '../support/engine.ts';
import { newHub } from '../support/hub.ts';
import { openSocket } from '../support/s2s.ts';
import { openDevice } from '../support/socket.ts';
import { watchStatements } from '../support/statements.ts';
import { eventually } from '../support/wait.ts';

/** Look-ups of tokens; other statements come from jobs. */
const lookUps = /FROM sessions/;

const nonsense = '40{"token":"nonsense","hub_id":"x"}';

describe('A connection before its caller is known', () => {
  it('looks up one CONNECT of the thousands in one body, and closes', async () => {
    await using own = await ownApp();
    const { post, poll } = await openPolling(own.url);
    const statements = watchStatements(own, lookUps);
    const packets = Array.from({ length: 200 }, () => nonsense).join('\x1e');
    expect(packets.length).to.be.below(8192);
    await post(packets);
    expect((await poll()).status).to.equal(400);
    expect(statements.length).to.be.at.most(1);
  });

  it('refuses a body of more than 8 KiB', async () => {
    const { post } = await openPolling();
    expect((await post(`40{"token":"${'x'.repeat(9000)}"}`)).status).to.equal(413);
    using raw = await openRaw();
    raw.connect({ token: 'x'.repeat(9000) });
    await raw.closed;
  });

  for (const [what, packet] of [
    ['a CONNECT to another namespace', '40/admin,{"token":"x"}'],
    ['a CONNECT to another namespace without data', '40/other,'],
    ['an event', '42["chat.post",{}]'],
    ['a binary event', '451-["x",{"_placeholder":true,"num":0}]'],
    ['an acknowledgement', '430[]'],
    ['a DISCONNECT', '41'],
    ['nothing of Socket.IO', '4'],
    ['a CONNECT with more than an object', '40[]'],
    ['an unknown packet', '9x'],
    ['a ping, which only the server sends', '2'],
  ] as const)
    it(`closes after ${what}`, async () => {
      using raw = await openRaw();
      raw.socket.send(packet);
      await raw.closed;
      expect(raw.received.filter((one) => one.startsWith('4'))).to.deep.equal([]);
    });

  it('closes after a second CONNECT, whichever comes first', async () => {
    using raw = await openRaw();
    raw.socket.send(nonsense);
    raw.socket.send(nonsense);
    await raw.closed;
  });

  it('closes after binary data', async () => {
    using raw = await openRaw();
    raw.socket.send(Buffer.from([1, 2, 3]));
    await raw.closed;
  });

  it('closes after many small frames, pings of WebSocket included', async () => {
    for (const flood of ['3', 'ping', 'fragment'] as const) {
      using raw = await openRaw();
      for (let n = 0; n < 100; n++)
        if (flood === 'ping') raw.socket.ping();
        else if (flood === 'fragment') raw.socket.send('', { fin: false });
        else raw.socket.send(flood);
      await raw.closed;
    }
  });

  it('counts as an anonymous call from its opening until it is identified', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '1' });
    const { members } = await newHub({ alice: 7 }, own);
    for (let n = 0; n < 15; n++) (await members.alice.device()).close();
    const raws = [];
    for (let n = 0; n < 18; n++) raws.push(await openRaw(own.url));
    const error = await openRaw(own.url).catch((refusal: Error) => refusal.message);
    expect(error).to.contain('429');
    expect((await openPolling(own.url).catch(() => undefined))?.sid).to.equal(undefined);
    for (const raw of raws) raw[Symbol.dispose]();
  });

  it('is closed if it is silent while too many of its address are', async () => {
    await using own = await ownApp({ LIMIT_UNIDENTIFIED: '3' });
    const { members } = await newHub({ alice: 7 }, own);
    const first = await Promise.all([openRaw(own.url), openRaw(own.url)]);
    const third = await openSocket(own.url);
    const late = await openRaw(own.url);
    await late.closed;
    for (const { socket } of [...first, third]) expect(socket.readyState).to.equal(WebSocket.OPEN);
    first[0].socket.terminate();
    using next = await openRaw(own.url);
    await new Promise((resolve) => setTimeout(resolve, 2200));
    expect(next.socket.readyState).to.equal(WebSocket.OPEN);
    expect((await members.alice.device()).ready.user_id).to.equal(members.alice.id);
    for (const { socket } of [...first, third]) socket.terminate();
  });

  it('of a known token goes on once the calls of its address are used up', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '1' });
    const { members } = await newHub({ alice: 7, bob: 7 }, own);
    const { alice, bob } = members;
    await alice.chat.count_all();
    const guess = () => openDevice({ url: own.url, token: 'guess', hubId: alice.hubId });
    await Promise.allSettled(Array.from({ length: 12 }, guess));
    (await alice.device()).close();
    await alice.chat.count_all();
    // Another one waits in the line, and is known from then on.
    (await bob.device()).close();
    const code = await guess().catch((error: Error) => error.message);
    expect(code).to.equal('RATE_LIMITED');
  });

  it('asks no database once the calls of its address are used up', async () => {
    await using own = await ownApp({ LIMIT_ANONYMOUS_CALLS: '1' });
    const guess = async () => {
      using raw = await openRaw(own.url);
      raw.connect({});
      await raw.next('44');
    };
    for (let n = 0; n < 10; n++) await guess();
    const statements = watchStatements(own, lookUps);
    await guess();
    expect(statements).to.deep.equal([]);
  });
});

describe('A connection whose caller is known', () => {
  it('is closed after too many packets in a second', async () => {
    const { members } = await newHub({ alice: 7 });
    using raw = await openRaw();
    raw.connect({ token: members.alice.token, hub_id: members.alice.hubId });
    await raw.next('42["ready"');
    for (let n = 0; n < 60; n++) raw.socket.send('3');
    await raw.closed;
  });

  it('is closed after a second CONNECT', async () => {
    const { members } = await newHub({ alice: 7 });
    for (const packet of [nonsense, '40/other,']) {
      using raw = await openRaw();
      raw.connect({ token: members.alice.token, hub_id: members.alice.hubId });
      await raw.next('42["ready"');
      raw.socket.send(packet);
      await raw.closed;
    }
  });

  it('is refused if its data is nested too deeply', async () => {
    const { members } = await newHub({ alice: 7 });
    const { token, hubId } = members.alice;
    using raw = await openRaw();
    const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`;
    raw.socket.send(`40{"token":"${token}","hub_id":"${hubId}","since":${deep}}`);
    expect(await raw.next('44'))
      .to.contain('INVALID_INPUT')
      .and.contain('since: is nested');
    expect((await members.alice.device()).ready.hub_id).to.equal(hubId);
  });
});

describe('A socket of a gateway before its caller is known', () => {
  for (const [what, frame] of [
    ['a heartbeat', '{"service":"rtt","operation":"HEARTBEAT"}'],
    ['no JSON', 'x'],
    ['an empty frame', ''],
  ] as const)
    it(`closes after ${what}`, async () => {
      const { socket } = await openSocket(app().url);
      socket.send(frame);
      await once(socket, 'close');
    });

  it('closes after many small frames', async () => {
    const { socket } = await openSocket(app().url);
    const ponged = once(socket, 'pong');
    socket.ping('x');
    expect(String(await ponged)).to.equal('x');
    for (let n = 0; n < 100; n++) socket.ping();
    await eventually(() => socket.readyState === WebSocket.CLOSED);
  });
});
