import { methods } from '../../../acl/index.ts';
import { formBody } from './forms.ts';
import { type Headers, type Request, spoilHeaders } from './headers.ts';
import type { Random } from './random.ts';
import type { Draft } from './schemas.ts';
import type { Shot } from './send.ts';
import type { Caller, World } from './world.ts';

const deep = (depth: number, open: string, close: string) =>
  open.repeat(depth) + close.repeat(depth);
/** Stands in JSON for a lone surrogate. */
const lone = '\ud800';

/** Values that no parameter accepts, or hardly any. */
const junk: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1.5,
  () => 2 ** 53,
  () => -(2 ** 63),
  () => 1e308,
  () => '',
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => ({ length: 1 }),
  () => ({ toString: 'x' }),
  () => 'NaN',
  () => '1e400',
  () => '9'.repeat(16),
  () => '-0',
  () => ' 7 ',
  () => '0x10',
  () => 'a\u0000b',
  () => lone,
  () => `x${lone}y`,
  () => '\udc00\ud800',
  () => '\uffff\ufeff\u2028',
  () => 'x'.repeat(10_001),
  () => 'y'.repeat(300_000),
  () => '😀'.repeat(10_001),
  () => JSON.parse(deep(500, '[', ']')),
  () => JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`),
  (random) => Array.from({ length: 101 }, () => `id-${random.below(9)}`),
  () => Array.from({ length: 5000 }, () => 'x'),
  (random) => random.bytes(40).toString('latin1'),
];

const extra = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'x',
  '',
  'peer_id',
  'hub_id',
  'file',
  'then',
  '\u0000',
];

/** Sets an own property, also one called __proto__. */
const put = (object: object, name: string, value: unknown) =>
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });

function spoilParams(params: Record<string, unknown>, random: Random): string {
  const names = Object.keys(params);
  const name = names.length > 0 ? random.pick(names) : 'x';
  const value = params[name];
  switch (random.below(9)) {
    case 0:
      delete params[name];
      return 'missing';
    case 1:
    case 2:
      put(params, name, random.pick(junk)(random));
      return 'junk';
    case 3:
      put(params, random.pick(extra), random.pick(junk)(random));
      return 'extra';
    case 4:
      put(params, name, Array.isArray(value) ? value[0] : [value]);
      return 'wrapped';
    case 5:
      put(params, name, typeof value === 'number' ? String(value) : { [name]: value });
      return 'retyped';
    case 6:
      if (Array.isArray(value)) value.push(random.pick(junk)(random));
      else {
        const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
        put(params, name, `${text}${random.pick([lone, '\u0000', ' ', '\n', '.', '%00'])}`);
      }
      return 'suffixed';
    case 7:
      if (Array.isArray(value))
        put(
          params,
          name,
          Array.from({ length: random.pick([0, 100, 101, 1001]) }, () => value[0]),
        );
      else put(params, name, random.pick(junk)(random));
      return 'many';
    default:
      if ('entity_id' in params)
        put(params, 'peer_id', random.chance(0.5) ? params.entity_id : 'unknown');
      if (random.chance(0.5)) delete params.entity_id;
      return 'peer';
  }
}

/** Bytes that are not JSON, or unusual JSON. */
const spoilText: readonly ((text: string, random: Random) => string | Buffer)[] = [
  (text) =>
    text.replace('{', '{"entity_id":"a","message":1,').replace(/^\{/, '{"hub_id":"unknown",'),
  (text) => (text.length > 2 ? `{${text.slice(1, -1)},${text.slice(1)}` : text),
  (text, random) => text.slice(0, random.below(text.length)),
  (text) => text.replace(/\d+|"[^"]*"$/, 'NaN'),
  (text) => text.replace(/:("[^"]*"|\d+)/, ':1e400'),
  (text) => text.replace(/:("[^"]*"|\d+)/, ':-0'),
  (text) => text.replace(/:("[^"]*"|\d+)/, `:${'9'.repeat(400)}`),
  (text) => `\ufeff${text}`,
  (text) => `${text}${text}`,
  (text) => `${text}//x`,
  (text) => text.replace(/\}$/, ',}'),
  (text) => text.replaceAll('"', "'"),
  () => '',
  () => '[]',
  () => 'null',
  () => '"x"',
  () => '1',
  () => deep(100_000, '[', ']'),
  () => '['.repeat(200_000),
  () => `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  () => `{"__proto__":{"hub_id":"x","entity_id":"y"},"constructor":{"prototype":{"z":1}}}`,
  (text) => `${text}${' '.repeat(1024 * 1024)}`,
  (text) => ' '.repeat(16 * 1024 - text.length > 0 ? 16 * 1024 - text.length : 1) + text,
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.from(text.replace(/[a-z]/g, '\xff'), 'latin1'),
  (text) =>
    Buffer.concat([
      Buffer.from(text.slice(0, -1)),
      Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80]),
      Buffer.from('}'),
    ]),
  (text) => text.replace(/"([^"]{3,})"/, (_, inner: string) => `"\\ud800${inner.slice(1)}\\u0000"`),
  (_text, random) => random.bytes(random.below(2000)),
];

/** The bytes of a file, with possible request options. */
function fileRequest(
  caller: Caller,
  world: World,
  random: Random,
): { path: string; headers: Headers } {
  const ids = world.hubs.find((hub) => hub.id === caller.hubId)?.ids.file ?? [];
  const far = caller.name === 'operator' ? 'x' : (world.frozen.ids.file[0] ?? 'x');
  const id = random.pick([
    ...ids,
    ...ids,
    far,
    '..',
    '%2e%2e%2f',
    'x'.repeat(70),
    '__proto__',
    '%00',
    '%ff',
  ]);
  const headers: Headers = [];
  if (random.chance(0.5))
    headers.push([
      'range',
      random.pick([
        'bytes=0-3',
        'bytes=-2',
        'bytes=1-',
        'bytes=900-',
        'bytes=3-1',
        'items=1',
        'bytes=-',
        'bytes=0-0, 2-3',
      ]),
    ]);
  if (random.chance(0.2))
    headers.push(['if-range', random.pick(['"x"', '', 'W/"a"', 'Mon, 01 Jan 2024 00:00:00 GMT'])]);
  return { path: `/-/file/${id}${random.pick(['', '', '/thumb', '/x', '/'])}`, headers };
}

function queryOf(params: Record<string, unknown>): string {
  const pairs = Object.entries(params).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => {
      const text = (typeof one === 'object' ? JSON.stringify(one) : String(one)) ?? '';
      return [name, text].map((part) => encodeURIComponent(part.toWellFormed())).join('=');
    }),
  );
  return pairs.join('&').slice(0, 14_000);
}

/** A draft as a request of a caller: valid half the time, mutated in one way or several. */
export function shotOf(draft: Draft, caller: Caller, world: World, random: Random): Shot {
  const spec = methods.get(draft.method);
  const params = world.resolve(draft.params, caller, random) as Record<string, unknown>;
  const request: Request = {
    kind: [],
    verb: 'POST',
    path: `/-/svc/${draft.method}`,
    headers: [['host', random.chance(0.5) ? '127.0.0.1' : (world.hubs[0]?.host ?? '')]],
    body: Buffer.alloc(0),
    mode: 'keep',
  };
  if (caller.token !== undefined) request.headers.push(['authorization', `Bearer ${caller.token}`]);
  if (caller.hubId !== undefined && spec?.by !== 'anyone' && random.chance(0.95))
    request.headers.push(['x-hub-id', caller.hubId]);

  const isValid = random.chance(0.5);
  for (let left = isValid ? 0 : random.below(3); left > 0; left--)
    request.kind.push(spoilParams(params, random));

  if (spec?.multipart) {
    const form = formBody(random, isValid);
    if (form.kind !== '') request.kind.push(form.kind);
    request.headers.push(['content-type', form.type]);
    request.body = form.body;
  } else if (spec?.safe && random.chance(0.25)) {
    request.kind.push('query');
    request.verb = random.chance(0.9) ? 'GET' : 'HEAD';
    request.path += `?${queryOf(params)}`;
  } else if (spec?.safe && random.chance(0.05)) {
    const { path, headers } = fileRequest(caller, world, random);
    request.kind.push('file');
    request.verb = random.pick(['GET', 'GET', 'GET', 'HEAD']);
    request.path = path;
    request.headers.push(...headers);
  } else {
    const text = JSON.stringify(params);
    const isSpoilt = !isValid && random.chance(0.25);
    if (isSpoilt) request.kind.push('text');
    const spoilt = isSpoilt ? random.pick(spoilText)(text, random) : text;
    request.body = Buffer.isBuffer(spoilt) ? spoilt : Buffer.from(spoilt);
    request.headers.push(['content-type', 'application/json']);
  }
  if (!isValid && random.chance(0.4))
    request.kind.push(spoilHeaders(request, caller, world, random));
  return written(request, draft.method);
}

function written(
  { kind, verb, path, headers, body, mode, chunked }: Request,
  method: string,
): Shot {
  const isTold = chunked || headers.some(([name]) => name === 'content-length');
  const whole: Headers =
    isTold || (body.length === 0 && verb !== 'POST')
      ? headers
      : [...headers, ['content-length', String(body.length)]];
  const head = [
    `${verb} ${path} HTTP/1.1`,
    ...whole.map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n');
  return {
    kind: kind.join(', ') || 'valid',
    method,
    bytes: Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body]),
    mode,
    isHead: verb === 'HEAD',
  };
}
