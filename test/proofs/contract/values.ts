import { expect } from 'chai';
import pLimit from 'p-limit';
import type { MethodName } from '../../../acl/index.ts';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { parseExactly } from '../../../acl/language/numbers.ts';
import { dropNulls } from '../../../service/core/params.ts';
import { jsonSchemaOf } from '../../../service/docs/json-schema.ts';
import { all, paramsFor } from './callers.ts';
import { nameOf, type Place, parameterOf, placesOf, valueAt, withValue } from './schema.ts';
import { type Answer, leastCaller, send, type World } from './world.ts';

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
  ...['\u202e<script>alert(1)</script>', '👩‍👩‍👧‍👦'.repeat(40), 'NaN', '-1', 'x'.repeat(66_000)],
];
const numbers = [-1, 1.5, 2 ** 53 + 2, 1e300];
const deep = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown;
const others = [null, true, [], {}, [null], { toString: 'x' }, deep];

/** List lengths and text lengths beyond these are not tried. */
const mostProbed = 20_000;

/**
 * The largest count that the declaration accepts, tested with the whole parameters. Counts grow
 * before they are bisected, as checking a long list takes time.
 */
function greatest(accepts: (count: number) => boolean): number | undefined {
  const taken = [1, 2, 3, 5, 10, 40, 64, 80, 100].findLast(accepts);
  if (taken === undefined) return undefined;
  let [low, high] = [taken, Math.min(taken * 4, mostProbed)];
  while (accepts(high)) {
    if (high === mostProbed) return undefined;
    [low, high] = [high, Math.min(high * 4, mostProbed)];
  }
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
  'chat.notify until_ms': 'in the past',
  'setting.patch_user muted_until_ms': 'in the past',
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
  const sent = JSON.stringify(withValue(params, place.path, value));
  const given = parseExactly(sent) as Record<string, unknown>;
  // Null stands for an optional parameter that is absent.
  dropNulls(spec.input, given);
  const result = spec.input.safeParse(given);
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
      await tryAll(createCalls(world, method, spec, params), places);
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

/** A value at a place, with what the declaration says about it. */
interface Trial extends Probe {
  place: Place;
  expected: string;
}

interface Calls {
  spec: MethodSpec;
  params: Record<string, unknown>;
  /** Calls the method with the values at their places. */
  call(trials: readonly Trial[]): Promise<Answer>;
  /** What a failed assertion shows. */
  context(trial: Trial, answer: Answer): string;
}

function createCalls(
  world: World,
  method: MethodName,
  spec: MethodSpec,
  params: Record<string, unknown>,
): Calls {
  const sent = { token: world.tokens[leastCaller(spec)], hubId: world.hub.id };
  return {
    spec,
    params,
    call: (trials) =>
      atOnce(() => {
        const changed = trials.reduce(
          (made, { place, value }) => withValue(made, place.path, value),
          params,
        );
        return send(world, method, { ...sent, params: changed });
      }),
    context({ place, value }, { error, details }) {
      const tried = `${nameOf(place)} = ${JSON.stringify(value)?.slice(0, 60)}`;
      return `${method} ${tried} ${error} ${details}`;
    },
  };
}

function trialsOf({ spec, params }: Calls, place: Place): Trial[] {
  const limits = limitsOf(spec, params, place);
  expect(limits.length > 0, `${nameOf(place)} has limits`).to.equal(
    !['id', 'any', 'object'].includes(place.kind),
  );
  const probes: Probe[] = [
    ...limits,
    ...[...hostileTexts, ...numbers, ...others].map((value) => ({ value })),
    ...(place.path.at(-1) === '*' ? [] : [{ value: undefined }]),
  ];
  return probes.map((probe) => ({
    ...probe,
    place,
    expected: verdict(spec, params, place, probe.value),
  }));
}

/** Calls with values that the declaration rejects are made for several places at once. */
async function tryAll(calls: Calls, places: readonly Place[]): Promise<void> {
  const trials = places.flatMap((place) => trialsOf(calls, place));
  const [together, alone] = [true, false].map((isJoint) =>
    trials.filter(({ expected }) => (expected === 'INVALID_INPUT') === isJoint),
  ) as [Trial[], Trial[]];
  const results = await Promise.allSettled([
    ...batchesOf(together).map((batch) => tryBatch(calls, batch)),
    ...alone.map((trial) => tryValue(calls, trial)),
  ]);
  const failed = results.flatMap((result) =>
    result.status === 'rejected' ? String(result.reason.message) : [],
  );
  expect(failed.slice(0, 3), `${failed.length} wrong replies, such as`).to.deep.equal([]);
}

/** Distributes trials, so that a batch has at most one value for a place and what is in it. */
function batchesOf(trials: readonly Trial[]): Trial[][] {
  const batches: Trial[][] = [];
  for (const trial of trials) {
    const batch = batches.find((one) => !one.some(({ place }) => overlap(place, trial.place)));
    if (batch) batch.push(trial);
    else batches.push([trial]);
  }
  return batches;
}

function overlap({ path: a }: Place, { path: b }: Place): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.every((part, index) => part === long[index]);
}

/**
 * A reply names every parameter that the declaration rejects. A value that is not named, because
 * the call failed before they were parsed, is tried again alone.
 */
async function tryBatch(calls: Calls, batch: readonly Trial[]): Promise<void> {
  const { error, details = [] } = await calls.call(batch);
  const isNamed = ({ place }: Trial) =>
    error === 'INVALID_INPUT' &&
    details.some((detail) => [':', '.'].some((end) => detail.startsWith(nameOf(place) + end)));
  const left = batch.filter((trial) => !isNamed(trial));
  await Promise.all(left.map((trial) => tryValue(calls, trial)));
}

async function tryValue(calls: Calls, trial: Trial): Promise<void> {
  const { place, expected } = trial;
  const { spec } = calls;
  const answer = await calls.call([trial]);
  const context = calls.context(trial, answer);
  expect(answer.status, context).to.be.lessThan(500);
  if (answer.error === 'TOO_LARGE' && spec.by === 'anyone') return;
  if (expected === 'taken') return expectHandled(spec, trial, answer, context);
  const [first = ''] = answer.details ?? [];
  expect(answer.error, context).to.equal(expected);
  // Excessive depth is reported for the parameter as a whole.
  const isDeep = first.startsWith(`${String(place.path[0])}: is nested`);
  expect(isDeep || first.startsWith(nameOf(place)), context).to.equal(true);
}

/** What the declaration accepts is done, or rejected by an error that the method declares. */
function expectHandled(
  spec: MethodSpec,
  { place, isLimit }: Trial,
  { error, details = [] }: Answer,
  context: string,
): void {
  if (error === undefined) return;
  const key = `${context.split(' ')[0]} ${parameterOf(place)}`;
  const isOurs = details.some((detail) => new RegExp(`^${parameterOf(place)}\\b`).test(detail));
  if (isLimit && isOurs && place.kind !== 'cursor' && !(key in judgedLater))
    expect(error, context).to.not.equal('INVALID_INPUT');
  expect(
    [...spec.errors, 'INVALID_INPUT', 'PERMISSION_DENIED', 'NOT_AUTHENTICATED'],
    context,
  ).to.include(error);
  expect(details.length, context).to.be.greaterThan(0);
  const names = placesOf(spec).flatMap((one) => [parameterOf(one), String(one.path[0])]);
  const isNamed = names.some((one) => details[0]?.startsWith(`${one}:`));
  expect(isNamed, `${context}: details begin with a parameter’s name`).to.equal(true);
}
