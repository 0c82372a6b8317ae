import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import type { Random } from './random.ts';
import { type Answer, type Gun, Hang, hangMs, type Shot } from './send.ts';
import type { Caller, World } from './world.ts';

const crlf = '\r\n';
const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join(crlf);
const postOf = (method: string, host: string, ...headers: string[]) =>
  [`POST /-/svc/${method} HTTP/1.1`, `Host: ${host}`, ...headers, '', ''].join(crlf);
const jsonType = 'Content-Type: application/json';
const chunked = 'Transfer-Encoding: chunked';
const halfForm = ['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 5000'];

const garbage: readonly ((random: Random) => Buffer | string)[] = [
  (random) => random.bytes(1 + random.below(3000)),
  () => '\r\n\r\n\r\n',
  () => '\0'.repeat(5000),
  () => 'GET\r\n\r\n',
  () => 'GET / HTTP/9.9\r\n\r\n',
  () => 'GET / HTTP/1.0\r\n\r\n',
  () => 'GET /-/healthz HTTP/1.1\r\n\r\n',
  () => `GET /${'x'.repeat(60_000)} HTTP/1.1\r\n\r\n`,
  () => `${'G'.repeat(60_000)}`,
  () => get('/-/healthz', `X: ${'y'.repeat(60_000)}`),
  () => get('/-/healthz', ...Array.from({ length: 3000 }, (_, n) => `X${n}: y`)),
  () => get('/-/healthz').repeat(30),
  () => get('/-/nothing').repeat(10) + get('/-/docs'),
  () => get('/-/svc/chat.count_all').slice(0, -2),
  () => `${get('/-/healthz', 'Content-Length: 5')}12345extra`,
  () => `${get('/-/healthz', 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  () => get('/-/healthz', ' folded: x', '\tmore'),
  () => get('/-/healthz', 'Host: y'),
  () => get('/-/healthz', 'X\0Y: z'),
  () => get('/-/healthz').replaceAll(crlf, '\n'),
  () => get('/-/healthz').replaceAll(crlf, '\r'),
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  () => Buffer.from('16030100a5010000a10303', 'hex'),
  () => `${postOf('chat.post', 'x', jsonType, 'Content-Length: 40')}{"a":`,
  () => `${postOf('session.login', 'x', jsonType, chunked)}5\r\n{"a":`,
  () => `${postOf('session.login', 'x', jsonType, chunked)}zz\r\n{}`,
  () => get('/-/healthz', 'Connection: Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAA'),
  () => get('/-/socket.io/', 'Connection: Upgrade', 'Upgrade: websocket'),
  () =>
    get(
      '/-/elsewhere',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Version: 13',
    ),
  () => get('/-/file/%00', 'Range: bytes=0-'),
];

/** Raw bytes for the port: barely a request, or several. */
export const garbageShot = (random: Random): Shot => {
  const index = random.below(garbage.length + 3);
  const made = (garbage[index] ?? garbage[0])?.(random) ?? '';
  return {
    kind: `raw ${index}`,
    bytes: Buffer.isBuffer(made) ? made : Buffer.from(made, 'latin1'),
    mode: 'half',
  };
};

/* Engine.IO and Socket.IO */

const path = '/-/socket.io/?EIO=4&transport=';
const big = 'x'.repeat(70_000);
const packets: readonly ((caller: Caller, random: Random) => string)[] = [
  (caller) => `40${JSON.stringify({ token: caller.token, hub_id: caller.hubId })}`,
  (caller, random) =>
    `40${JSON.stringify({
      token: caller.token,
      hub_id: caller.hubId,
      since: random.pick([-1, 1.5, '1', 'x', {}, [], true, 2 ** 53, 0]),
    })}`,
  (caller, random) =>
    `40${JSON.stringify({
      token: random.pick([1, {}, [], 'x', '\ud800', '\u0000', 'ü'.repeat(300), caller.token]),
      hub_id: random.pick([1, {}, 'ü', '\u0000', '__proto__', 'x'.repeat(500), caller.hubId]),
    })}`,
  () => '40',
  () => '40null',
  () => '40[]',
  () => '40{"__proto__":{"token":"x"},"constructor":1}',
  () => '40/admin,{}',
  () => `40/${'n'.repeat(5000)},{}`,
  () => '41',
  () => '42["chat.post",{"message":"x"}]',
  () => '42["ready",{}]',
  () => '42["disconnect"]',
  () => '42["connection"]',
  () => '42["error",{}]',
  () => '42["newListener"]',
  () => '42["__proto__",{}]',
  () => '42[]',
  () => '42{}',
  () => '42[null]',
  () => '42[{"a":1}]',
  () => `42${'['.repeat(30_000)}`,
  () => '420["chat.typing"]',
  () => '42999999999999999999["x"]',
  () => '43',
  () => '430[]',
  () => '431',
  () => '44{"message":"x"}',
  () => '451-["x",{"_placeholder":true,"num":0}]',
  () => '459999999-["x",{"_placeholder":true,"num":5}]',
  () => '461-0[{"_placeholder":true,"num":-1}]',
  () => '45-',
  () => '47',
  () => '4',
  () => '4\ud83d',
  () => '2',
  () => '2probe',
  () => '3',
  () => '3probe',
  () => '5',
  () => '6',
  () => '1',
  () => '0{"sid":"x"}',
  () => '9x',
  () => 'b',
  () => 'bAAAA',
  () => 'b!!!',
  () => '',
  () => `42["x","${big}"]`,
  (_caller, random) => random.bytes(random.below(400)).toString('latin1'),
];

export interface Target {
  url: string;
  port: number;
  world: World;
  gun: Gun;
}

const text = (verb: string, where: string, body = '', more: string[] = []): Buffer =>
  Buffer.from(
    [
      `${verb} ${where} HTTP/1.1`,
      'Host: x',
      ...more,
      ...(verb === 'POST' ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
      '',
      body,
    ].join(crlf),
  );

/** A client that uses polling. */
async function byPolling(
  { gun }: Target,
  caller: Caller,
  random: Random,
  check: (answer: Answer, shot: Shot) => void,
): Promise<void> {
  const fire = async (kind: string, bytes: Buffer, mode: Shot['mode'] = 'once') => {
    const shot: Shot = { kind: `polling ${kind}`, bytes, mode };
    const answer = await gun.fire(shot);
    check(answer, shot);
    return answer;
  };
  const opening = random.pick([
    `${path}polling`,
    `${path}polling`,
    `${path}polling`,
    `${path}x`,
    '/-/socket.io/?EIO=3&transport=polling',
    '/-/socket.io/?EIO=x',
    `${path}polling&sid=x`,
    `${path}polling&sid=__proto__`,
    `${path}polling&j=0`,
  ]);
  const opened = await fire('open', text('GET', opening));
  const sid = /"sid":"([^"]+)"/.exec(opened.body.toString())?.[1];
  if (sid === undefined) return;
  const session = `${path}polling&sid=${sid}`;
  const sent = Array.from({ length: 1 + random.below(3) }, () =>
    random.pick(packets)(caller, random),
  );
  if (random.chance(0.5)) sent.unshift(packets[0]?.(caller, random) ?? '');
  if (random.chance(0.2))
    await fire(
      'post',
      text('POST', session, sent.join('\x1e'), ['Content-Type: text/plain;charset=UTF-8']),
    );
  else for (const packet of sent) await fire('post', text('POST', session, packet));
  switch (random.below(5)) {
    case 0:
      return void (await fire(
        'wrong verb',
        text(random.pick(['PUT', 'DELETE', 'OPTIONS']), session),
        'half',
      ));
    case 1:
      return void (await fire('too large', text('POST', session, big), 'half'));
    case 2:
      return void (await fire('cut', text('POST', session, '40{}').subarray(0, -2), 'half'));
    default:
      // A second concurrent reader is refused; the first may wait long and is not awaited.
      await Promise.all([
        fire('get', text('GET', session), 'half'),
        fire('get', text('GET', session), 'half'),
      ]);
  }
}

/** A WebSocket frame, with or without the mask that clients must use. */
function frame(
  opcode: number,
  payload: Buffer,
  { final = true, masked = true, bits = 0, length = payload.length } = {},
): Buffer {
  const head = [(final ? 0x80 : 0) | bits | opcode];
  const mask = masked ? 0x80 : 0;
  if (length < 126) head.push(mask | length);
  else if (length < 65_536) head.push(mask | 126, length >> 8, length & 0xff);
  else
    head.push(
      mask | 127,
      0,
      0,
      0,
      0,
      (length >>> 24) & 0xff,
      (length >> 16) & 0xff,
      (length >> 8) & 0xff,
      length & 0xff,
    );
  const key = randomBytes(4);
  return Buffer.concat([
    Buffer.from(head),
    ...(masked ? [key, payload.map((byte, n) => byte ^ (key[n % 4] as number))] : [payload]),
  ]);
}

const frames: readonly ((payload: Buffer, random: Random) => Buffer)[] = [
  (payload) => frame(1, payload),
  (payload) => frame(1, payload),
  (payload) => frame(1, payload),
  (payload) => frame(2, payload),
  (payload) => frame(1, payload, { masked: false }),
  (payload) => frame(1, payload, { bits: 0x70 }),
  (payload) => Buffer.concat([frame(1, payload, { final: false }), frame(0, payload)]),
  (payload) => frame(0, payload),
  (payload) => Buffer.concat([frame(1, payload, { final: false }), frame(1, payload)]),
  (payload) => frame(3, payload),
  (payload) => frame(8, payload),
  () => frame(8, Buffer.from([0x03])),
  () => frame(8, Buffer.from([0x00, 0x05, 0xff, 0xfe])),
  () => frame(9, Buffer.alloc(125)),
  () => frame(9, Buffer.alloc(200)),
  () => frame(10, Buffer.alloc(3)),
  () => frame(1, Buffer.from([0xff, 0xfe, 0xc0])),
  () => frame(1, Buffer.alloc(200_000, 'x')),
  () => frame(2, Buffer.alloc(10), { length: 2 ** 31 }),
  () => Buffer.concat(Array.from({ length: 2000 }, () => frame(9, Buffer.alloc(0)))),
  (_payload, random) => random.bytes(1 + random.below(600)),
];

/** Resolves when the server has closed it. */
const gone = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('close', resolve));

async function byWebSocket({ port }: Target, caller: Caller, random: Random): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {}).resume();
  const ended = gone(socket);
  const version = random.chance(0.9) ? '13' : random.pick(['8', 'x', '']);
  const key = random.chance(0.9)
    ? 'AAAAAAAAAAAAAAAAAAAAAA=='
    : random.pick(['', 'x', 'A'.repeat(500)]);
  socket.write(
    text('GET', `${path}websocket${random.chance(0.1) ? '&sid=x' : ''}`, '', [
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Sec-WebSocket-Key: ${key}`,
      `Sec-WebSocket-Version: ${version}`,
      ...(random.chance(0.1) ? ['Sec-WebSocket-Extensions: permessage-deflate; x="'] : []),
    ]),
  );
  const first = random.chance(0.6)
    ? [frame(1, Buffer.from(packets[0]?.(caller, random) ?? ''))]
    : [];
  const rest = Array.from({ length: random.below(6) }, () =>
    random.pick(frames)(Buffer.from(random.pick(packets)(caller, random)), random),
  );
  for (const bytes of [...first, ...rest]) {
    if (socket.destroyed) break;
    socket.write(bytes);
    if (random.chance(0.5)) await sleep(random.below(20));
  }
  if (random.chance(0.3)) return void socket.destroy();
  await sleep(20);
  socket.end();
  if (!(await Promise.race([ended.then(() => true), sleep(hangMs, false, { ref: false })])))
    throw new Hang('a socket that was ended stays');
}

/** The real client with invalid input, disconnecting at any time. */
async function byClient({ url }: Target, caller: Caller, random: Random): Promise<void> {
  const transports = random.pick([['websocket'], ['polling'], ['polling', 'websocket']]);
  const socket = io(url, {
    path: '/-/socket.io',
    transports,
    forceNew: true,
    reconnection: false,
    timeout: hangMs,
    auth: {
      token: caller.token,
      hub_id: caller.hubId,
      ...(random.chance(0.5) ? { since: random.below(50) } : {}),
    },
  });
  try {
    const settled = new Promise<string>((resolve) => {
      socket.once('ready', () => resolve('ready'));
      socket.once('connect_error', () => resolve('refused'));
      socket.once('disconnect', () => resolve('cut'));
    });
    if (random.chance(0.2)) return void (await sleep(random.below(30)));
    for (let n = random.below(4); n > 0; n--) {
      socket.emit(
        random.pick(['chat.post', 'ready', 'chat.typing', 'x', '__proto__']),
        random.pick([{ message: 'x' }, null, 'x', Buffer.from('bytes'), [1, [2]], () => {}]),
      );
    }
    const outcome = await Promise.race([settled, sleep(hangMs, 'hang', { ref: false })]);
    if (outcome === 'hang') throw new Hang('a handshake was not answered');
  } finally {
    socket.close();
  }
}

/** One attack on the sockets; `check` receives each HTTP response. Rejects when it hangs. */
export function attackSockets(
  target: Target,
  caller: Caller,
  random: Random,
  check: (answer: Answer, shot: Shot) => void,
): Promise<void> {
  const how = random.below(10);
  if (how < 5) return byWebSocket(target, caller, random);
  return how < 8 ? byPolling(target, caller, random, check) : byClient(target, caller, random);
}

/* Requests that never end */

const unfinished: readonly ((token: string) => string)[] = [
  () => '',
  () => 'G',
  () => 'GET /-/healthz HTTP/1.1\r\nHost: x\r\n',
  () => `${postOf('session.login', 'x', jsonType, 'Content-Length: 50')}{"email"`,
  () => `${postOf('session.login', 'x', jsonType, chunked)}5\r\n{"ema`,
  (token) =>
    [
      postOf('chat.upload', 'one.example', `Authorization: Bearer ${token}`, ...halfForm),
      '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhalf',
    ].join(''),
  (token) =>
    postOf(
      'chat.post',
      'one.example',
      `Authorization: Bearer ${token}`,
      jsonType,
      'Content-Length: 500',
      'Expect: 100-continue',
    ),
];

/** The server's own timeouts, plus the interval of its checks. */
export const patienceMs = 110_000;

/**
 * Connections with a request that never ends; `left` returns those that the server has not closed.
 */
export function openUnfinished(port: number, token: string): { left(): string[]; close(): void } {
  const open = new Map<Socket, string>();
  for (const make of unfinished) {
    const bytes = make(token);
    const socket = connect({ port, host: '127.0.0.1' });
    // A connection without a request has no other cost.
    if (bytes !== '') open.set(socket, bytes);
    socket
      .on('error', () => {})
      .once('close', () => open.delete(socket))
      .resume();
    socket.write(bytes);
  }
  return {
    left: () => [...open.values()],
    close: () => {
      for (const socket of open.keys()) socket.destroy();
    },
  };
}
