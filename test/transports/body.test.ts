import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { app } from '../support/app.ts';
import { memberOf, newHub, newRoom } from '../support/hub.ts';
import { bearer, call, outcome, request } from '../support/request.ts';
import { eventually } from '../support/wait.ts';

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'multipart/form-data; boundary=line' };
const formBody = [
  '--line',
  'Content-Disposition: form-data; name="file"; filename="a.txt"',
  '',
  'a note',
  '--line--',
  '',
].join('\r\n');

const head = (method: string, headers: Record<string, string>): string =>
  [
    `POST /-/svc/${method} HTTP/1.1`,
    'Host: x',
    ...Object.entries(headers).map((header) => header.join(': ')),
    '',
    '',
  ].join('\r\n');
const probe = 'GET /-/healthz HTTP/1.1\r\nHost: x\r\n\r\n';

/** A raw client connection, with all the text that it has received. */
function dial() {
  const { hostname, port } = new URL(app().url);
  const socket = connect(Number(port), hostname)
    .setNoDelay(true)
    .on('error', () => {});
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  const state = { isClosed: false };
  socket.once('close', () => {
    state.isClosed = true;
  });
  return {
    socket,
    state,
    received: () => received,
    /** The response statuses so far. */
    statuses: () => [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => Number(match[1])),
    say: (text: string | Buffer) =>
      new Promise<void>((said) => void socket.write(text, () => said())),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Callers whose body is rejected before it is read: method, headers, and the error. */
async function refusedCallers() {
  const [one, other] = [await newHub({ alice: 7, viewer: 3 }), await newHub({ stranger: 63 })];
  const { alice, viewer } = one.members;
  const { stranger } = other.members;
  const named = { 'x-hub-id': one.id };
  const cases: [method: string, headers: Record<string, string>, status: number, code: string][] = [
    ['chat.post', json, 401, 'NOT_AUTHENTICATED'],
    ['chat.post', { ...json, ...bearer({ token: 'hcs_made-up' }) }, 401, 'NOT_AUTHENTICATED'],
    ['chat.post', { ...json, ...bearer(stranger), ...named }, 403, 'PERMISSION_DENIED'],
    ['chat.nothing', { ...json, ...bearer(alice) }, 404, 'METHOD_NOT_FOUND'],
    ['chat.upload', form, 401, 'NOT_AUTHENTICATED'],
    ['chat.upload', { ...form, ...bearer(viewer) }, 403, 'PERMISSION_DENIED'],
  ];
  return { alice, cases };
}

describe('A body that is refused before it is read', () => {
  const large = Buffer.alloc(20_000_000, 'x');

  it('gets a response at once, before any of it is sent', async () => {
    const { alice, cases } = await refusedCallers();
    const mine = bearer(alice);
    cases.push(['chat.post', { ...json, ...mine }, 413, 'TOO_LARGE']);
    cases.push(['chat.post', { ...form, ...mine }, 415, 'UNSUPPORTED_TYPE']);
    cases.push(['chat.upload', { ...json, ...mine }, 415, 'UNSUPPORTED_TYPE']);
    for (const [method, headers, status, code] of cases) {
      using line = dial();
      await line.say(head(method, { ...headers, 'Content-Length': String(large.length) }));
      await eventually(() => line.received().includes(`"error":"${code}"`));
      expect(line.statuses()).to.deep.equal([status]);
    }
  });

  it('gets a response while 20 MB of it are sent, by http and by fetch', async () => {
    const { alice, cases } = await refusedCallers();
    cases.push(['chat.post', { ...json, ...bearer(alice) }, 413, 'TOO_LARGE']);
    for (const [method, headers, status, code] of cases) {
      expect(
        outcome(await call(method, { headers, body: large })),
        `${method} by http`,
      ).to.deep.equal([status, code]);
      const response = await fetch(`${app().url}/-/svc/${method}`, {
        method: 'POST',
        headers,
        body: large,
      });
      const body = (await response.json()) as { error: string };
      expect(outcome({ status: response.status, body }), `${method} by fetch`).to.deep.equal([
        status,
        code,
      ]);
    }
    const body = JSON.stringify({ user_ids: [], name: 'x' });
    expect((await call('room.create', { headers: bearer(alice), body })).status).to.equal(200);
  });

  it('gets a response for callers who read it only after sending all 20 MB', async () => {
    const { alice, cases } = await refusedCallers();
    const length = String(large.length);
    const sent: [method: string, headers: Record<string, string>, body: Buffer, status: number][] =
      cases
        .filter(([method]) => method === 'chat.upload')
        .map(([method, headers, status]) => [
          method,
          { ...headers, 'Content-Length': length },
          large,
          status,
        ]);
    // Part of this one is read before it turns out to be too large.
    const chunk = Buffer.concat([
      Buffer.from(`${large.length.toString(16)}\r\n`),
      large,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    sent.push([
      'chat.post',
      { ...json, ...bearer(alice), 'Transfer-Encoding': 'chunked' },
      chunk,
      413,
    ]);
    for (const [method, headers, body, status] of sent) {
      using line = dial();
      line.socket.pause();
      await line.say(head(method, headers));
      await line.say(body);
      line.socket.resume();
      await eventually(() => line.statuses().length > 0);
      expect(line.statuses()).to.deep.equal([status]);
    }
  });

  it('keeps the connection if complete, and closes it if endless or stalled', async () => {
    const { cases } = await refusedCallers();
    using kept = dial();
    const small = head('chat.post', { ...json, 'Content-Length': '13' });
    await kept.say(`${small}{"message":1}${probe}`);
    await eventually(() => kept.statuses().length === 2);
    expect(kept.statuses()).to.deep.equal([401, 200]);

    const ways: { length: Record<string, string>; more: string }[] = [
      { length: { 'Content-Length': String(10 ** 12) }, more: 'x'.repeat(10_000) },
      { length: { 'Content-Length': '1000' }, more: '' },
      { length: { 'Transfer-Encoding': 'chunked' }, more: '1\r\nx\r\n' },
    ];
    const lines = cases.flatMap(([method, headers, status]) =>
      ways.map(({ length, more }) => ({
        line: dial(),
        method,
        headers: { ...headers, ...length },
        status,
        more,
      })),
    );
    for (const { line, method, headers, more } of lines) {
      await line.say(head(method, headers));
      const timer = setInterval(() => line.socket.write(more), 20);
      line.socket.once('close', () => clearInterval(timer));
    }
    const areCut = () => lines.every(({ line }) => line.state.isClosed);
    await eventually(areCut).finally(() => {
      for (const { line } of lines) line.socket.destroy();
    });
    for (const { line, status } of lines) expect(line.statuses()).to.deep.equal([status]);

    await kept.say(`${small}{"message":2}${probe}`);
    await eventually(() => kept.statuses().length === 4);
    expect(kept.statuses()).to.deep.equal([401, 200, 401, 200]);
    expect(kept.state.isClosed).to.equal(false);
  });
});

describe('Expect: 100-continue', () => {
  const expecting = { Expect: '100-continue' };

  it('gets 100 if the call is allowed', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const body = '{"name":"Room"}';
    for (const [method, type, text] of [
      ['room.create', json, body],
      ['chat.upload', form, formBody],
    ] as const)
      for (const named of [{}, { 'x-hub-id': id }] as Record<string, string>[]) {
        using line = dial();
        const headers = { ...type, ...bearer(alice), ...named, ...expecting };
        await line.say(head(method, { ...headers, 'Content-Length': String(text.length) }));
        await eventually(() => line.statuses().length > 0);
        expect(line.received(), method).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
        await line.say(text);
        await eventually(() => line.statuses().length > 1);
        expect(line.statuses(), line.received()).to.deep.equal([100, 200]);
      }
    expect(await alice.room.list()).to.have.length(2);
  });

  it('is refused without 100 if the call is not allowed', async () => {
    const { cases } = await refusedCallers();
    for (const [method, headers, status, code] of cases) {
      using line = dial();
      await line.say(head(method, { ...headers, ...expecting, 'Content-Length': '20000000' }));
      await eventually(() => line.received().includes(`"error":"${code}"`));
      expect(line.statuses(), method).to.deep.equal([status]);
    }
  });

  it('gets no 100 for a call without a body', async () => {
    const { members } = await newHub({ alice: 7 });
    const reply = await request('/-/svc/chat.count_all', {
      verb: 'GET',
      headers: { ...bearer(members.alice), ...expecting },
    });
    expect(reply.body.data.total_cnt).to.equal(0);
  });
});

describe('A JSON body', () => {
  it('may arrive byte by byte, as long as it ends', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const body = Buffer.from('{"name":"Bücher 📚"}');
    const lines = ['Content-Length', 'Transfer-Encoding'].map((way) => ({
      line: dial(),
      isChunked: way[0] === 'T',
    }));
    for (const { line, isChunked } of lines) {
      const length: Record<string, string> = isChunked
        ? { 'Transfer-Encoding': 'chunked' }
        : { 'Content-Length': String(body.length) };
      await line.say(head('room.create', { ...json, ...bearer(alice), ...length }));
      for (const byte of body) {
        await line.say(
          isChunked ? Buffer.from([...Buffer.from('1\r\n'), byte, 13, 10]) : Buffer.from([byte]),
        );
        await sleep(2);
      }
      if (isChunked) await line.say('0\r\n\r\n');
      await eventually(() => line.statuses().length > 0);
      expect(line.statuses()).to.deep.equal([200]);
      line.socket.destroy();
    }
    expect((await alice.room.list()).map((room) => room.name)).to.deep.equal([
      'Bücher 📚',
      'Bücher 📚',
    ]);
  });

  it('that breaks off has no effect, also on others', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(bob);
    const cut = '{"name":"Room"}   ';
    for (const isRude of [true, false]) {
      using line = dial();
      await line.say(
        `${head('room.create', { ...json, ...bearer(alice), 'Content-Length': '100' })}${cut}`,
      );
      if (isRude) line.socket.resetAndDestroy();
      else line.socket.end();
      await eventually(() => line.state.isClosed);
      expect(line.statuses()).to.not.include(200);
    }
    expect((await bob.room.info({ entity_id: room })).room_id).to.equal(room);
    expect(await alice.room.list()).to.deep.equal([]);
  });
});

describe('A body in chunks that has no bytes', () => {
  const types = [{}, json, { 'content-type': 'text/plain' }, form];
  const chunks = { 'transfer-encoding': 'chunked' };
  const encodings: Record<string, string>[] = [{}, { 'content-encoding': 'gzip' }];

  it('is no body: the method has no parameters, whatever its type and verb', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    for (const type of types) {
      const headers = { ...bearer(alice), ...type, ...chunks };
      for (const encoding of encodings) {
        const count = await request('/-/svc/chat.count_all', {
          headers: { ...headers, ...encoding },
        });
        expect(count.body.data?.total_cnt).to.equal(1);
      }
      const safe = await request('/-/svc/chat.chat_rooms', { verb: 'GET', headers });
      expect(safe.body.data).to.have.length(1);
      const missing = await request('/-/svc/room.create', { headers });
      expect(outcome(missing)).to.deep.equal([400, 'INVALID_INPUT']);
      expect(missing.body.details.join()).to.match(/^name: /);
      const { token } = await memberOf(app(), alice.id, alice.hubId);
      const out = { ...bearer({ token }), ...type, ...chunks };
      expect((await request('/-/svc/session.logout', { headers: out })).status).to.equal(200);
    }
  });

  it('and one that has some is refused by its type, at its first byte', async () => {
    const { members } = await newHub({ alice: 7 });
    for (const type of [{}, { 'content-type': 'text/plain' }, form]) {
      const headers = { ...bearer(members.alice), ...type, ...chunks };
      for (const sent of [{ body: '{}' }, { endless: true }])
        expect(outcome(await request('/-/svc/chat.count_all', { headers, ...sent }))).to.deep.equal(
          [415, 'UNSUPPORTED_TYPE'],
        );
    }
    const blank = { headers: { ...bearer(members.alice), ...json, ...chunks }, body: ' ' };
    expect(outcome(await request('/-/svc/chat.count_all', blank))).to.deep.equal([
      400,
      'INVALID_INPUT',
    ]);
  });
});

describe('A compressed body', () => {
  it('is UNSUPPORTED_TYPE, for JSON and for files; the uncompressed one is accepted', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const codings = {
      gzip: gzipSync,
      br: brotliCompressSync,
      deflate: deflateSync,
      zstd: gzipSync,
    };
    for (const [method, type, text] of [
      ['room.create', json, '{"name":"Room"}'],
      ['chat.upload', form, formBody],
    ] as const) {
      const headers = { ...type, ...bearer(alice) };
      for (const [coding, pack] of Object.entries(codings)) {
        const reply = await call(method, {
          headers: { ...headers, 'content-encoding': coding },
          body: pack(text),
        });
        expect(outcome(reply), coding).to.deep.equal([415, 'UNSUPPORTED_TYPE']);
        expect(reply.body.details.join()).to.contain('Content-Encoding');
      }
      const identity = { ...headers, 'content-encoding': 'Identity' };
      for (const uncompressed of [headers, identity])
        expect((await call(method, { headers: uncompressed, body: text })).status).to.equal(200);
    }
    expect(await alice.room.list()).to.have.length(2);
  });
});

describe('A nested body', () => {
  const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  it('is rejected beyond the depth that any method takes, however deep', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    for (const levels of [65, 5000, 100_000]) {
      const body = `{"to_ids":["${alice.id}"],"content":${nested(levels)}}`;
      const answer = await call('messaging.send', { headers: { ...json, ...bearer(alice) }, body });
      expect(outcome(answer), String(levels)).to.deep.equal([400, 'INVALID_INPUT']);
    }
    const body = `{"to_ids":["${alice.id}"],"content":${nested(20)}}`;
    expect(
      (await call('messaging.send', { headers: { ...json, ...bearer(alice) }, body })).status,
    ).to.equal(200);
  });
});
