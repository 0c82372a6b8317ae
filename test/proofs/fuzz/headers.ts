import type { Random } from './random.ts';
import type { Shot } from './send.ts';
import type { Caller, World } from './world.ts';

export type Headers = [name: string, value: string][];

/** A request during mutation. */
export interface Request {
  kind: string[];
  verb: string;
  path: string;
  headers: Headers;
  body: Buffer;
  mode: Shot['mode'];
  /** In its wire form. */
  chunked?: boolean;
}

const tokens = (caller: Caller, random: Random): string =>
  random.pick([
    '',
    'Bearer',
    'Bearer ',
    `bearer   ${caller.token}  `,
    `Bearer ${caller.token}x`,
    `Bearer ${(caller.token ?? '').slice(0, -1)}`,
    `Basic ${Buffer.from('a:b').toString('base64')}`,
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
    'Bearer a.b.c',
    `Bearer ${'x'.repeat(4000)}`,
    "Bearer ' OR 1=1",
    'Bearer \xff\xfe',
    `Bearer ${caller.token}, Bearer ${caller.token}`,
  ]);

function set(headers: Headers, name: string, value: string): void {
  const found = headers.find((one) => one[0] === name);
  if (found) found[1] = value;
  else headers.push([name, value]);
}

const without = (headers: Headers, name: string): Headers =>
  headers.filter((one) => one[0] !== name);

/** Mutates the head of a request in one way; returns a description. */
export function spoilHeaders(
  request: Request,
  caller: Caller,
  world: World,
  random: Random,
): string {
  const { headers } = request;
  const mayBeFar = caller.name !== 'operator';
  const others = [
    world.hubs[0]?.id ?? '',
    mayBeFar ? world.frozen.id : 'unknown',
    'unknown',
    '',
    'x'.repeat(300),
    '\xff',
  ];
  const hosts = [
    world.hubs[0]?.host ?? '',
    mayBeFar ? world.frozen.host : 'x',
    '',
    '::',
    '[::1]',
    'a b',
    'x'.repeat(300),
    'ONE.example:99999',
    '\xe4',
  ];
  const query = (text: string) => {
    request.path = `${request.path}${request.path.includes('?') ? '&' : '?'}${text}`;
  };
  switch (random.below(20)) {
    case 0:
      query(`hub_id=${encodeURIComponent(random.pick(others))}`);
      return 'hub in query';
    case 1:
      set(headers, 'x-hub-id', random.pick(others));
      return 'hub in header';
    case 2:
      query(`hub_id=${caller.hubId}&hub_id=unknown`);
      return 'hub twice';
    case 3:
      headers.push(['X-Hub-Id', random.pick(others)]);
      return 'hub twice';
    case 4:
      request.headers = without(headers, 'x-hub-id');
      set(request.headers, 'host', random.pick(hosts));
      return 'host';
    case 5:
    case 6:
      set(headers, 'authorization', tokens(caller, random));
      return 'authorization';
    case 7:
      request.headers = without(headers, 'authorization');
      request.headers.push([
        'cookie',
        random.pick([
          `regsid=${caller.token}`,
          'regsid=',
          'regsid=%',
          `a=b; regsid=${caller.token}; regsid=x`,
          '=;;=',
          `${'c=d;'.repeat(500)}`,
          '\xff=\xff',
        ]),
      ]);
      if (random.chance(0.5))
        request.headers.push([
          'origin',
          random.pick([
            'http://one.example',
            'null',
            'x',
            '',
            'http://[::1',
            `http://${world.frozen.host}`,
          ]),
        ]);
      return 'cookie';
    case 8:
      set(
        headers,
        'content-type',
        random.pick([
          '',
          'text/plain',
          'application/json; charset=utf-16',
          'APPLICATION/JSON',
          'application/jsonx',
          'multipart/form-data',
          'multipart/form-data; boundary=',
          'x'.repeat(3000),
          '\xff',
          'application/json;;;=',
        ]),
      );
      return 'content-type';
    case 9:
      set(
        headers,
        'content-length',
        random.pick([
          '0',
          '1',
          String(Math.max(request.body.length - 1, 0)),
          '00',
          String(request.body.length).padStart(9, '0'),
        ]),
      );
      request.mode = 'half';
      return 'length short';
    case 10:
      set(
        headers,
        'content-length',
        random.pick([
          String(request.body.length + 1),
          '9'.repeat(15),
          '-1',
          '1e3',
          '0x10',
          '1, 2',
          '+5',
          '9'.repeat(30),
        ]),
      );
      request.mode = 'half';
      return 'length long';
    case 11: {
      request.headers = without(headers, 'content-length');
      request.headers.push([
        'transfer-encoding',
        random.pick([
          'chunked',
          'chunked',
          'chunked',
          'gzip, chunked',
          'chunked, chunked',
          'identity',
          'CHUNKED ',
        ]),
      ]);
      if (random.chance(0.2)) request.headers.push(['content-length', String(request.body.length)]);
      const size = request.body.length.toString(16);
      const end = random.pick([
        '0\r\n\r\n',
        '0\r\n\r\n',
        '0\r\nX-Trailer: y\r\n\r\n',
        '0\r\n',
        'g\r\n',
        '-1\r\n\r\n',
        '',
        'fffffffffffffffff\r\n',
      ]);
      request.body = Buffer.concat([
        Buffer.from(`${random.pick([size, size, size, `${size};a=b`, `0${size}`])}\r\n`),
        request.body,
        Buffer.from(`\r\n${end}`),
      ]);
      request.chunked = true;
      request.mode = 'half';
      return 'chunked';
    }
    case 12:
      headers.push(['expect', random.pick(['100-continue', '100-Continue', '200-ok', ''])]);
      request.mode = 'once';
      return 'expect';
    case 13:
      headers.push([
        'range',
        random.pick([
          'bytes=0-0',
          'bytes=-1',
          'bytes=5-1',
          'bytes=0-0,1-2',
          'x',
          `bytes=${'9'.repeat(40)}-`,
        ]),
      ]);
      headers.push(['if-none-match', random.pick(['*', '"x"', 'W/"', ''])]);
      return 'range';
    case 14:
      headers.push(['content-encoding', random.pick(['gzip', 'identity', 'br, gzip', ''])]);
      return 'encoding';
    case 15:
      headers.push([
        'origin',
        random.pick(['null', 'https://fuzz1.example', 'http://x', '\xff', 'x'.repeat(2000), '']),
      ]);
      headers.push(
        ['x-forwarded-for', random.pick(['1.2.3.4', '::', 'x', "';"])],
        ['x-forwarded-host', random.pick(hosts)],
      );
      return 'origin';
    case 16:
      headers.push([
        random.pick(['connection', 'upgrade', 'te', 'trailer', 'via', 'x-http-method-override']),
        random.pick(['close', 'upgrade', 'websocket', 'h2c', 'trailers', 'DELETE']),
      ]);
      request.mode = 'half';
      return 'connection';
    case 17:
      headers.push([
        random.pick(['user-agent', 'x-long', 'sec-purpose', 'sec-fetch-site']),
        random.pick([
          'x'.repeat(7000),
          'x'.repeat(20_000),
          '\xf0\x9f\x98\x80',
          'prefetch',
          'same-origin',
          '\x7f',
        ]),
      ]);
      return 'long header';
    case 18:
      request.verb = random.pick([
        'PUT',
        'DELETE',
        'PATCH',
        'HEAD',
        'OPTIONS',
        'TRACE',
        'GET',
        'PROPFIND',
        'post',
        'CONNECT',
        'XYZ',
      ]);
      request.mode = 'half';
      return 'verb';
    default:
      request.path = spoilPath(request.path, random);
      return 'path';
  }
}

const spoilPath = (path: string, random: Random): string =>
  random.pick([
    '/-/svc/__proto__',
    '/-/svc/constructor.name',
    '/-/svc/chat.__proto__',
    '/-/svc/a.b.c',
    '/-/svc/chat.post%00',
    '/-/svc/%ff',
    '/-/svc/%',
    '/-/svc/',
    '/-/svc/chat.post/x',
    '/-/svc/CHAT.POST',
    `/-/svc/${'x'.repeat(3000)}`,
    '/-/svc//chat.post',
    '/-/../-/svc/chat.post',
    'http://x/-/svc/chat.post',
    '*',
    '//',
    '/-/openapi.json?x=%',
    '/-/docs',
    '/-/healthz',
    '/-/readyz',
    '/-/metrics',
    '/?a[b]=c',
    path.replace('.', '%2e'),
    `${path}${path.includes('?') ? '&' : '?'}${'a=b&'.repeat(1500)}`,
    path.replace('.', '\u0000'),
    `${path}#x`,
  ]);
