import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { app } from '../support/app.ts';
import { openHttp } from '../support/connection.ts';
import { openPolling } from '../support/engine.ts';
import { type Member, newHub } from '../support/hub.ts';
import { request } from '../support/request.ts';

const offers = {
  'h2c as curl offers it': [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
  ],
  'h2c as Java offers it': [
    'Connection: Upgrade, HTTP2-Settings',
    'Http2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    'Upgrade: h2c',
    'User-Agent: Java-http-client/17.0.1',
  ],
  'TLS/1.2': ['Connection: upgrade', 'Upgrade: TLS/1.2'],
  'TLS in a list': ['connection: keep-alive, UPGRADE', 'upgrade: TLS/1.0, HTTP/2.0'],
  'a list with websocket': ['Connection: Upgrade', 'Upgrade: h2c, websocket'],
  'a WebSocket where there is none': [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ],
  'an empty offer': ['Connection: Upgrade', 'Upgrade: '],
};

const head = (verb: string, method: string, { token, hubId }: Member): string[] => [
  `${verb} /-/svc/${method} HTTP/1.1`,
  'Host: localhost',
  `Authorization: Bearer ${token}`,
  `X-Hub-Id: ${hubId}`,
];
const json = 'Content-Type: application/json';
const chunked = (text: string, at: number): string =>
  `${[text.slice(0, at), text.slice(at)]
    .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
    .join('')}0\r\n\r\n`;

describe('A request that offers another protocol', () => {
  for (const [what, lines] of Object.entries(offers))
    it(`is answered as if it offered nothing: ${what}`, async () => {
      const { members, id } = await newHub({ alice: 7 });
      const { alice } = members;
      using http = openHttp();
      const get = [...head('GET', 'hub.info', alice), ...lines];
      http.send(get);
      const first = await http.reply();
      expect([first.status, first.body.data.hub_id]).to.deep.equal([200, id]);
      expect(first.headers.connection).to.equal('keep-alive');

      const text = JSON.stringify({ name: 'By length' });
      const post = [...head('POST', 'room.create', alice), ...lines, json];
      http.send([...post, `Content-Length: ${text.length}`], text);
      expect((await http.reply()).status).to.equal(200);
      http.send([...post, 'Transfer-Encoding: chunked'], chunked('{"name":"By chunks"}', 7));
      expect((await http.reply()).status).to.equal(200);

      http.send(head('GET', 'room.list', alice));
      const names = (await http.reply()).body.data.map(({ name }: { name: string }) => name);
      expect(names).to.have.members(['By length', 'By chunks']);
    });

  it('keeps its order among requests that are sent at once, and loses no byte', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    using http = openHttp();
    const lines = offers['h2c as curl offers it'];
    const bodies = ['a', 'b', 'c', 'd'].map((name) => `{"name":"${name}"}`);
    const posts = bodies.map((body, at) => [
      ...head('POST', 'room.create', alice),
      ...(at % 2 === 0 ? lines : []),
      json,
      `Content-Length: ${body.length}`,
      '',
      body,
    ]);
    const gets = [lines, [], lines].map((more) => [...head('GET', 'room.list', alice), ...more]);
    http.send([
      posts.map((post) => post.join('\r\n')).join('') +
        gets.map((get) => get.join('\r\n')).join('\r\n\r\n'),
    ]);
    const names = [];
    for (const _ of bodies) names.push((await http.reply()).body.data.name);
    expect(names).to.deep.equal(['a', 'b', 'c', 'd']);
    for (const _ of gets) expect((await http.reply()).body.data).to.have.length(4);
  });

  it('may come often, and in parts', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    using http = openHttp();
    const lines = offers['h2c as curl offers it'];
    for (let n = 0; n < 30; n++) {
      http.send([...head('GET', 'chat.count_all', alice), ...lines]);
      expect((await http.reply()).status).to.equal(200);
    }
    const post = [...head('POST', 'room.create', alice), ...lines, json, 'Content-Length: 15'];
    http.send(post, '{"name"');
    http.write(':"Late"}');
    expect((await http.reply()).status).to.equal(200);
    process.removeListener('warning', note);
    expect(warnings.map(({ message }) => message)).to.deep.equal([]);
  });

  it('keeps all of its headers, so that its body passes for no second request', async () => {
    const { members } = await newHub({ alice: 7 });
    using http = openHttp();
    const hidden = `${head('GET', 'room.list', members.alice).join('\r\n')}\r\n\r\n`;
    http.send(
      [
        ...head('POST', 'chat.count_all', members.alice),
        ...offers['h2c as curl offers it'],
        ...Array.from({ length: 2100 }, (_, n) => `a${n % 10}:`),
        'Content-Type: text/plain',
        `Content-Length: ${hidden.length}`,
        'Connection: close',
      ],
      hidden,
    );
    expect((await http.reply()).status).to.equal(415);
    const error: Error = await http.reply().catch((failure) => failure);
    expect(error.message).to.equal('closed after ""');
  });

  it('is answered by Socket.IO’s polling, however often it comes', async () => {
    const path = '/-/socket.io/?EIO=4&transport=polling';
    using http = openHttp();
    http.send([`GET ${path} HTTP/1.1`, 'Host: localhost', ...offers['h2c as curl offers it']]);
    const opened = await http.reply();
    expect(opened.status).to.equal(200);
    const { sid, post } = await openPolling();
    // Node does not take it for an upgrade without `Connection: upgrade`.
    const headers = { connection: 'close', upgrade: 'h2c' };
    const poll = () => request(`${path}&sid=${sid}`, { verb: 'GET', headers });
    const { alice, bob } = (await newHub({ alice: 7, bob: 7 })).members;
    await post(`40${JSON.stringify({ token: alice.token, hub_id: alice.hubId })}`);
    let packets = '';
    while (!packets.includes('42["ready"')) packets += (await poll()).text;
    for (let n = 0; n < 5; n++) {
      const polled = poll();
      await bob.chat.typing({ entity_id: alice.id });
      expect((await polled).text).to.contain('chat.typing');
    }
  });

  it('still opens a WebSocket where the list has websocket', async () => {
    const url = `${app().url.replace('http', 'ws')}/-/socket.io/?EIO=4&transport=websocket`;
    const { port } = new URL(url);
    using http = openHttp();
    http.send([
      'GET /-/socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: localhost:${port}`,
      'Connection: Upgrade',
      'Upgrade: h2c, WebSocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ]);
    const opened = await http.reply();
    expect([opened.status, opened.headers.upgrade]).to.deep.equal([101, 'websocket']);
    const elsewhere = new WebSocket(`${app().url.replace('http', 'ws')}/-/elsewhere`);
    const error = await new Promise<Error>((resolve) => elsewhere.once('error', resolve));
    expect(error.message).to.contain('404');
  });

  it('may be curl’s --http2', async () => {
    const { members } = await newHub({ alice: 7 });
    const { token, hubId } = members.alice;
    const { stdout } = await promisify(execFile)('curl', [
      ...['--silent', '--show-error', '--http2', '--fail-with-body', '--max-time', '20'],
      ...['-H', `Authorization: Bearer ${token}`, '-H', `X-Hub-Id: ${hubId}`],
      ...['-H', json, '-d', '{"name":"By curl"}', `${app().url}/-/svc/room.create`],
    ]);
    expect(JSON.parse(stdout).data.name).to.equal('By curl');
  });
});
