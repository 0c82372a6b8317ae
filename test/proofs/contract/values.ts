import { expect } from 'chai';
import pLimit from 'p-limit';
import type { MethodName } from '../../../acl/index.ts';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { jsonSchemaOf } from '../../../service/docs/json-schema.ts';
import { all, paramsFor } from './callers.ts';
import { nameOf, type Place, parameterOf, placesOf, valueAt, withValue } from './schema.ts';
import { leastCaller, send, type World } from './world.ts';

/** A value of each kind, for places that are empty in the valid parameters. */
const samples: Record<string, unknown> = {
  ...{
    email: 'ada@contract.example',
    hosts: 'more.contract.example',
    host: 'one.contract.example',
    emoji: '👍',
  },
  ...{ origins: 'https://app.contract.example', current_password: 'a good password' },
  ...{ grants: 'chat:chat:access', before: '1', after: '1', nodes: {} },
};

const hostileTexts = [
  ...[
    '',
    ' \t',
    'a\u0000b',
    'x\ud800',
    '__proto__',
    "'; DROP TABLE messages; --",
    '%00',
    '../../etc/passwd',
  ],
  ...['\u202e<script>alert(1)</script>', '👩‍👩‍👧‍👦'.repeat(40), 'NaN', '-1', 'x'.repeat(100_000)],
];
const numbers = [-1, 1.5, 2 ** 53 + 2, 1e300];
const deep = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown;
const others = [null, true, [], {}, [null], { toString: 'x' }, deep];

/** List lengths and text lengths beyond these are not tried. */
const mostProbed = 20_000;

/** The largest count that the declaration accepts, tested with the whole parameters. */
function greatest(accepts: (count: number) => boolean): number | undefined {
  const taken = [1, 2, 3, 5, 10, 40, 64, 80, 100].findLast(accepts);
  if (taken === undefined || accepts(mostProbed)) return undefined;
  let [low, high] = [taken, mostProbed];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (accepts(middle)) low = middle;
    else high = middle;
  }
  return low;
}

export interface Probe {
  value: unknown;
  /** True if the value is exactly at a limit of the declaration. */
  isLimit?: boolean;
}

/** The limits of a place and the values next to them, found by testing the declaration. */
export function limitsOf(spec: MethodSpec, params: Record<string, unknown>, place: Place): Probe[] {
  const { kind, path, schema } = place;
  const accepts = (value: unknown) => spec.input.safeParse(withValue(params, path, value)).success;
  if (kind === 'number') {
    const { minimum = 0, maximum = 0 } = jsonSchemaOf(schema, 'output');
    const within = [minimum, maximum, String(minimum)].map((value) => ({ value, isLimit: true }));
    return [
      ...within,
      ...[minimum - 1, maximum + 1, String(maximum + 1)].map((value) => ({ value })),
    ];
  }
  if (kind === 'choice') {
    const { enum: options = [], const: only } = jsonSchemaOf(schema, 'output');
    return [...options, ...(only === undefined ? [] : [only])].map((value) => ({
      value,
      isLimit: true,
    }));
  }
  if (kind === 'array') {
    const item = valueAt(params, [...path, '*']) ?? samples[parameterOf(place)] ?? 'unknown';
    return at((count) => Array.from({ length: count }, () => item), accepts);
  }
  const start = valueAt(params, path) ?? samples[parameterOf(place)] ?? 'password';
  if ((kind !== 'string' && kind !== 'cursor') || typeof start !== 'string') return [];
  const longer = (count: number) =>
    count <= start.length ? start.slice(0, count) : start.padEnd(count, 'a');
  return at(longer, accepts);
}

function at(make: (count: number) => unknown, accepts: (value: unknown) => boolean): Probe[] {
  const most = greatest((count) => accepts(make(count)));
  if (most === undefined) return [];
  const least =
    Array.from({ length: most + 1 }, (_, count) => count).find((count) => accepts(make(count))) ??
    most;
  const beyond = [most + 1, ...(least > 0 ? [least - 1] : [])];
  return [
    ...[least, most].map((count) => ({ value: make(count), isLimit: true })),
    ...beyond.map((count) => ({ value: make(count) })),
  ];
}

/**
 * Values that pass the declaration and that the method then rejects with INVALID_INPUT and the
 * parameter's name.
 */
const judgedLater: Record<string, string> = {
  'chat.post message': 'empty, and no attachment',
  'chat.edit message': 'empty, and no attachment',
  'chat.post mention_ids': 'not in the conversation',
  'chat.edit mention_ids': 'not in the conversation',
  'channel.post_simple text': 'empty',
  'room.remove user_ids': 'none at all',
  'room.add user_ids': 'none at all',
};

/** Whether the declaration accepts a value, or the error code. */
function verdict(
  spec: MethodSpec,
  params: Record<string, unknown>,
  place: Place,
  value: unknown,
): string {
  const result = spec.input.safeParse(
    JSON.parse(JSON.stringify(withValue(params, place.path, value))),
  );
  if (result.success) return 'taken';
  // A bad value of the correct type may have its own error code; for other types it is the type's.
  const isRightType =
    place.kind === 'array' ? isTexts(value) : typeof value === 'string' && isTextual(place);
  return (isRightType && spec.codes?.[parameterOf(place)]) || 'INVALID_INPUT';
}
const isTextual = ({ kind }: Place): boolean =>
  kind === 'string' || kind === 'choice' || kind === 'id';
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

export function describeValues(getWorld: () => World): void {
  for (const [method, spec] of all) {
    if (spec.multipart) {
      describeFiles(getWorld, method, spec);
      continue;
    }
    const places = placesOf(spec);
    if (places.length === 0) continue;
    it(`${method}: rejects every invalid value and accepts those at a limit`, async () => {
      const world = getWorld();
      const params = await paramsFor(world, method, leastCaller(spec));
      await Promise.all(places.map((place) => tryPlace(world, method, spec, params, place)));
    });
  }
}

/** Files come in a form: only their number is up to the client. */
function describeFiles(getWorld: () => World, method: MethodName, spec: MethodSpec): void {
  it(`${method}: accepts as many files as it declares and not one more`, async () => {
    const world = getWorld();
    const params = await paramsFor(world, method, leastCaller(spec));
    for (const place of placesOf(spec).filter(({ kind }) => kind === 'array')) {
      const limits = limitsOf(spec, params, place).filter(
        ({ value }) => (value as unknown[]).length > 0,
      );
      expect(limits.length).to.be.greaterThan(1);
      for (const { value, isLimit } of limits) {
        const sent = { params: withValue(params, place.path, value), hubId: world.hub.id };
        const { error, details } = await send(world, method, {
          ...sent,
          token: world.tokens[leastCaller(spec)],
        });
        expect(error, `${(value as unknown[]).length}`).to.equal(
          isLimit ? undefined : 'INVALID_INPUT',
        );
        if (!isLimit) expect(details?.[0]).to.match(new RegExp(`^${nameOf(place)}\\b`));
      }
    }
  });
}

/** The number of concurrent calls: more would wait for each other's locks. */
const atOnce = pLimit(8);

async function tryPlace(
  world: World,
  method: MethodName,
  spec: MethodSpec,
  params: Record<string, unknown>,
  place: Place,
): Promise<void> {
  const by = leastCaller(spec);
  const limits = limitsOf(spec, params, place);
  expect(limits.length > 0, `${nameOf(place)} has limits`).to.equal(
    !['id', 'any', 'object'].includes(place.kind),
  );
  const probes: Probe[] = [
    ...limits,
    ...[...hostileTexts, ...numbers, ...others].map((value) => ({ value })),
    ...(place.path.at(-1) === '*' ? [] : [{ value: undefined }]),
  ];
  const tryValue = async ({ value, isLimit }: Probe) => {
    const sent = withValue(params, place.path, value);
    const answer = await send(world, method, {
      params: sent,
      token: world.tokens[by],
      hubId: world.hub.id,
    });
    const tried = `${nameOf(place)} = ${JSON.stringify(value)?.slice(0, 60)}`;
    const context = `${method} ${tried} ${answer.error} ${answer.details}`;
    expect(answer.status, context).to.be.lessThan(500);
    if (answer.error === 'TOO_LARGE' && spec.by === 'anyone') return;
    const expected = verdict(spec, params, place, value);
    const details = answer.details ?? [];
    if (expected !== 'taken') {
      expect(answer.error, context).to.equal(expected);
      // Excessive depth is reported for the parameter as a whole.
      const isDeep = details[0]?.startsWith(`${String(place.path[0])}: is nested`);
      expect(isDeep || details[0]?.startsWith(nameOf(place)), context).to.equal(true);
      return;
    }
    if (answer.error === undefined) return;
    const key = `${method} ${parameterOf(place)}`;
    const isOurs = details.some((detail) => new RegExp(`^${parameterOf(place)}\\b`).test(detail));
    if (isLimit && isOurs && place.kind !== 'cursor' && !(key in judgedLater))
      expect(answer.error, context).to.not.equal('INVALID_INPUT');
    expect(
      [...spec.errors, 'INVALID_INPUT', 'PERMISSION_DENIED', 'NOT_AUTHENTICATED'],
      context,
    ).to.include(answer.error);
    expect(details.length, context).to.be.greaterThan(0);
    const names = placesOf(spec).flatMap((one) => [parameterOf(one), String(one.path[0])]);
    const isNamed = names.some((one) => details[0]?.startsWith(`${one}:`));
    expect(isNamed, `${context}: details begin with a parameter’s name`).to.equal(true);
  };
  const results = await Promise.allSettled(probes.map((probe) => atOnce(() => tryValue(probe))));
  const failed = results.flatMap((result) =>
    result.status === 'rejected' ? String(result.reason.message) : [],
  );
  expect(failed.slice(0, 3), `${failed.length} wrong replies, such as`).to.deep.equal([]);
}
