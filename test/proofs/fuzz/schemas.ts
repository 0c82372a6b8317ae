import fc from 'fast-check';
import { methods } from '../../../acl/index.ts';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { type JsonSchema, jsonSchemaOf } from '../../../service/docs/json-schema.ts';

/** The kinds of ids; cursors are drawn from returned ones. */
export type IdKind =
  | 'entity'
  | 'user'
  | 'message'
  | 'file'
  | 'tag'
  | 'key'
  | 'client'
  | 'secret'
  | 'session'
  | 'hub'
  | 'cursor'
  | 'email'
  | 'channel'
  | 'appSecret'
  | 'context';

/** An id that is chosen from the world's current state when the request is sent. */
export class Ref {
  constructor(
    readonly kind: IdKind,
    /** From the caller's hub, from the frozen hub, of another kind, or unknown. */
    readonly where: 'near' | 'far' | 'other' | 'never',
    readonly at: number,
  ) {}
}

const kinds: Readonly<Record<string, IdKind>> = {
  entity_id: 'entity',
  entities: 'entity',
  entity_ids: 'entity',
  user_id: 'user',
  user_ids: 'user',
  mention_ids: 'user',
  owner_ids: 'user',
  to_ids: 'user',
  owner_id: 'user',
  channel_id: 'channel',
  app_secret: 'appSecret',
  context: 'context',
  message_id: 'message',
  message_ids: 'message',
  messages: 'message',
  pinned_ids: 'message',
  thread_id: 'message',
  attachment: 'file',
  nid: 'file',
  tag_id: 'tag',
  tag_ids: 'tag',
  key_id: 'key',
  client_id: 'client',
  client_secret: 'secret',
  session_id: 'session',
  hub_id: 'hub',
  before: 'cursor',
  after: 'cursor',
};

/** Drawn most often, so that calls succeed before they are mutated. */
const refOf = (kind: IdKind): fc.Arbitrary<Ref> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 30, arbitrary: fc.constant('near' as const) },
        { weight: 2, arbitrary: fc.constant('far' as const) },
        { weight: 1, arbitrary: fc.constant('other' as const) },
        { weight: 1, arbitrary: fc.constant('never' as const) },
      ),
      fc.nat(1_000_000),
    )
    .map(([where, at]) => new Ref(kind, where, at));

const emojis = ['👍', '❤️', '❤', '😀', '👩‍👩‍👧', '🏳️‍🌈', '1️⃣', '👍🏽', '🇩🇪', '☺', 'x', '', '👍👍'];

/** Any code point. fast-check's unit `binary` takes a second to index all of them. */
const codePoint = fc
  .nat(0x10ffff - 0x800)
  .map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

/** A valid URL. fast-check's `webUrl` indexes all code points as well. */
const urlText = fc
  .tuple(fc.constantFrom('http', 'https'), fc.domain(), fc.array(codePoint, { maxLength: 8 }))
  .map(([scheme, host, path]) => `${scheme}://${host}/${path.map(encodeURIComponent).join('/')}`);

/** Ordinary and unusual text. */
const textOf = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(most, 30) }),
    },
    { weight: 2, arbitrary: fc.string({ unit: codePoint, maxLength: Math.min(most, 60) }) },
    { weight: 1, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '%',
        '_',
        '\\',
        "'",
        "'; --",
        '\u0000',
        '\u202e',
        ' x ',
        '\r\n',
        '$\u007b1}',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'x'.repeat(most),
        'x'.repeat(most + 1),
        '😀'.repeat(most),
        'é '.repeat(most),
      ),
    },
  );

const contents = fc.oneof(
  { weight: 4, arbitrary: fc.record({ text: textOf(100) }) },
  fc.dictionary(textOf(20), fc.jsonValue()),
);
/** Ordinary and unusual criteria. */
const criteria = fc.oneof(
  fc.constantFrom<unknown[]>(
    {},
    { box: 'inbox' },
    { is_read: false, created_ms: { $gte: 5 } },
    { 'content.text': { $regex: '^a', $options: 'i' } },
    { $or: [{ to_ids: 'x' }, { 'from.id': null }] },
    { $nor: [{ 'content.x': { $in: [1, 'a', null] } }] },
    { $where: '1' },
    { 'content."; --': 1 },
  ),
  fc.dictionary(textOf(20), fc.jsonValue()),
);

/** Limits of refinements, which the schema does not contain. */
const lengths: Readonly<Record<string, number>> = {
  message: 10_000,
  name: 255,
  description: 2000,
  firstname: 100,
  lastname: 100,
};

function arbitraryOf(schema: JsonSchema, name: string, method: string): fc.Arbitrary<unknown> {
  const kind = method === 'chat.chat_room_info' && name === 'key' ? 'entity' : kinds[name];
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => arbitraryOf(one, name, method)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? []].flat();
  if (types.includes('null') && types.length > 1)
    return fc.oneof(
      fc.constant(null),
      arbitraryOf({ ...schema, type: types.filter((type) => type !== 'null') }, name, method),
    );
  switch (types[0]) {
    case 'object':
      if (name === 'content') return contents;
      if (name === 'criteria') return criteria;
      if (name === 'sort')
        return fc.dictionary(
          fc.constantFrom('created_ms', 'content.text', 'x'),
          fc.constantFrom(1, -1, 2),
        );
      return recordOf(schema, method);
    case 'array': {
      const { minItems = 0, maxItems = 100, items = {} } = schema;
      const item = arbitraryOf(items, name, method);
      const few = fc.array(item, {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + 3),
      });
      const many = fc.array(item, {
        minLength: Math.min(maxItems, 10),
        maxLength: Math.min(maxItems, 101),
      });
      return fc.oneof({ weight: 20, arbitrary: few }, { weight: 1, arbitrary: many });
    }
    case 'integer':
    case 'number': {
      const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
      return fc.oneof(
        {
          weight: 6,
          arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + 50) }),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            minimum,
            maximum,
            minimum - 1,
            Math.min(maximum + 1, Number.MAX_SAFE_INTEGER),
          ),
        },
        {
          weight: 1,
          arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + 50) }).map(String),
        },
      );
    }
    case 'boolean':
      return fc.boolean();
    case 'string':
      break;
    default:
      return fc.jsonValue();
  }
  if (kind) return refOf(kind);
  if (name === 'emoji' || name === 'emojis') return fc.constantFrom(...emojis);
  if (name === 'email')
    return fc.oneof(
      { weight: 3, arbitrary: fc.nat(20).map((n) => `Fuzz${n}@example.com`) },
      fc.emailAddress(),
      textOf(60),
    );
  // Rarely another value, so that created users can log in.
  if (name === 'password')
    return fc.oneof({ weight: 4, arbitrary: fc.constant('correct horse battery') }, textOf(60));
  if (name === 'origins')
    return fc.oneof(
      fc.nat(9).map((n) => `https://fuzz${n}.example`),
      urlText,
      textOf(40),
    );
  if (name === 'host' || name === 'hosts')
    return fc.oneof(
      fc.nat(9).map((n) => `Fuzz${n}.example:80`),
      fc.domain(),
      fc.ipV6().map((ip) => `[${ip}]`),
      textOf(40),
    );
  if (name === 'echoId')
    return fc.oneof(
      fc.nat(200).map((n) => `echo-${n}`),
      fc.nat(9).map(String),
      textOf(64),
    );
  if (name === 'external_id')
    return fc.oneof(
      fc.nat(50).map((n) => `ext-${n}`),
      textOf(191),
    );
  return textOf(lengths[name] ?? 255);
}

function recordOf(
  { properties = {}, required = [] }: JsonSchema,
  method: string,
): fc.Arbitrary<Record<string, unknown>> {
  const shape = Object.fromEntries(
    Object.entries(properties).map(([name, one]) => [name, arbitraryOf(one, name, method)]),
  );
  // Optional parameters are present half the time.
  return fc.record(shape, { requiredKeys: required.filter((name) => name in shape) });
}

/** Parameters of a method, mostly valid. */
const paramsOf = (name: string, spec: MethodSpec): fc.Arbitrary<Record<string, unknown>> =>
  recordOf(jsonSchemaOf(spec.input, 'input'), name);

/** A request before its ids are chosen. */
export interface Draft {
  method: string;
  params: Record<string, unknown>;
  /** The seed of all further choices. */
  seed: number;
}

/** Slow methods: password hashing takes a hundred times as long as another call. */
const slow = ['session.login', 'user.create', 'user.update'];
/** Methods that remove the callers' privileges; the world is restored only occasionally. */
const destructive = [
  ...['session.logout', 'session.revoke', 'hub.remove_member', 'hub.set_privilege'],
  ...['setting.put', 'setting.patch'],
];
const frequent = [
  ...[
    'chat.post',
    'chat.forward',
    'chat.upload',
    'chat.delete',
    'chat.edit',
    'room.create',
    'room.add',
    'room.update',
  ],
];
const weightOf = (name: string): number =>
  [...slow, ...destructive].includes(name) ? 1 : frequent.includes(name) ? 12 : 6;

const draft: fc.Arbitrary<Draft> = fc.oneof(
  ...[...methods].map(([name, spec]) => ({
    weight: weightOf(name),
    arbitrary: fc.record({
      method: fc.constant(name),
      params: paramsOf(name, spec),
      seed: fc.nat(0x7fffffff),
    }),
  })),
);

const batch = 250;

/** Endless drafts, the same for the same seed. */
export function* drafts(seed: number): Generator<Draft, never> {
  for (let n = 0; ; n++) yield* fc.sample(draft, { seed: seed * 1_000_003 + n, numRuns: batch });
}
