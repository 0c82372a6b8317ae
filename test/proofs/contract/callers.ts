import { expect } from 'chai';
import type { MethodName } from '../../../acl/index.ts';
import { methods } from '../../../acl/index.ts';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { newId } from '../../../db/rows/ids.ts';
import type { Member } from '../../support/hub.ts';
import { memberOf } from '../../support/hub.ts';
import { cases, endsSession, rowRules } from './cases.ts';
import {
  type Answer,
  admission,
  type CallerName,
  callerNames,
  callers,
  errorsSeen,
  findingOf,
  isOfUser,
  type Sent,
  send,
  stored,
  type World,
} from './world.ts';

export const all = [...methods] as [MethodName, MethodSpec][];

const writers: readonly CallerName[] = ['member', 'moderator', 'admin', 'owner'];

/** The caller that creates a caller's parameters: themselves if they may create things. */
function makerOf(
  { members, other, stranger }: World,
  { by }: MethodSpec,
  name: CallerName,
): Member {
  const people = { ...members, other, stranger };
  const isMaker = writers.includes(name) || isOfUser(by);
  return isMaker && name in people ? people[name as keyof typeof people] : members.owner;
}

export const paramsFor = async (
  world: World,
  method: MethodName,
  name: CallerName,
): Promise<Record<string, unknown>> => {
  const spec = methods.get(method);
  const isSystem = name === 'key' || name === 'operator';
  return spec ? { ...(await cases[method](world, makerOf(world, spec, name), isSystem)) } : {};
};

/** The token of a call; if the call ends its session, one of a session of its own. */
export async function tokenFor(
  world: World,
  method: MethodName,
  name: CallerName,
): Promise<string | undefined> {
  if (!endsSession.includes(method) || callers[name].kind !== 'user') return world.tokens[name];
  const self = makerOf(world, methods.get(method) as MethodSpec, name);
  return (await memberOf(world.app, self.id, world.hub.id)).token;
}

type Call = Required<Pick<Sent, 'hubId'>> & { token: string | undefined; params: object };

/** Callers to whom a hub is closed. */
const outsiders: readonly CallerName[] = ['stranger', 'other', 'member', 'owner', 'key'];

/** A call that must be refused. */
interface Attempt {
  name: CallerName;
  expected: string;
  answer: Answer;
}

/** The refusals of a method in the hub, and those of a closed hub and of one that never existed. */
interface Refusals {
  inside: Attempt[];
  outside: { name: CallerName; closed: Answer; unknown: Answer }[];
}

const callersOf = (spec: MethodSpec, isAllowed: boolean): CallerName[] =>
  callerNames.filter((name) => (admission(spec, name) === 'ok') === isAllowed);

async function refusalsOf(
  world: World,
  method: MethodName,
  spec: MethodSpec,
  params: object,
): Promise<Refusals> {
  const call = (name: CallerName): Call => ({
    ...{ params, token: world.tokens[name], hubId: world.hub.id },
  });
  const isOfHub = spec.by !== 'anyone' && !isOfUser(spec.by);
  const [inside, outside] = await Promise.all([
    Promise.all(
      callersOf(spec, false).map(async (name) => {
        const answer = await send(world, method, call(name));
        return { name, expected: admission(spec, name), answer };
      }),
    ),
    Promise.all(
      (isOfHub ? outsiders : []).map((name) => callOutside(world, method, name, call(name))),
    ),
  ]);
  return { inside, outside };
}

async function callOutside(world: World, method: MethodName, name: CallerName, sent: Call) {
  const of = (hubId: string) => {
    const params = 'hub_id' in sent.params ? { ...sent.params, hub_id: hubId } : sent.params;
    return send(world, method, { ...sent, params, hubId });
  };
  const closed = await of(name === 'other' ? world.hub.id : world.otherHub.id);
  return { name, closed, unknown: await of(newId()) };
}

type RowRule = (typeof rowRules)[number];

/** A call of the hub's data by a rule, with parameters of its own. */
async function ruledCall(world: World, { params }: RowRule, name: CallerName): Promise<Call> {
  const made = await (params as (typeof cases)[MethodName])(world, world.members.owner, false);
  return { params: made as object, token: world.tokens[name], hubId: world.hub.id };
}
const resultsOf = (rule: RowRule, isOk: boolean): [CallerName, string][] =>
  (Object.entries(rule.results) as [CallerName, string][]).filter(
    ([, code]) => (code === 'ok') === isOk,
  );

/** What is stored before and after all calls that must be refused, and their replies. */
interface Outcome {
  before: Record<string, string>;
  after: Record<string, string>;
  methods: Map<MethodName, Refusals>;
  rules: Map<RowRule, Attempt[]>;
}

async function refuseAll(world: World): Promise<Outcome> {
  const prepared: [MethodName, MethodSpec, object][] = [];
  for (const [method, spec] of all)
    prepared.push([method, spec, await paramsFor(world, method, 'owner')]);
  const ruled: [RowRule, { name: CallerName; expected: string; call: Call }[]][] = [];
  for (const rule of rowRules) {
    const calls = resultsOf(rule, false).map(async ([name, expected]) => ({
      ...{ name, expected, call: await ruledCall(world, rule, name) },
    }));
    ruled.push([rule, await Promise.all(calls)]);
  }

  const before = await stored(world);
  const outcome = { methods: new Map(), rules: new Map() };
  for (const [method, spec, params] of prepared)
    outcome.methods.set(method, await refusalsOf(world, method, spec, params));
  for (const [rule, calls] of ruled) {
    const attempts = calls.map(async ({ name, expected, call }) => ({
      ...{ name, expected, answer: await send(world, rule.method, call) },
    }));
    outcome.rules.set(rule, await Promise.all(attempts));
  }
  return { ...outcome, before, after: await stored(world) };
}

function expectRefused({ name, expected, answer }: Attempt): void {
  expect(answer.error ?? 'ok', `${name}: ${answer.details?.join('; ')}`).to.equal(expected);
}

export function describeCallers(getWorld: () => World): void {
  let outcome: Outcome;
  before(async function () {
    this.timeout(120_000);
    outcome = await refuseAll(getWorld());
  });

  it('what is stored is the same after all refusals', () => {
    expect(outcome.after).to.deep.equal(outcome.before);
  });

  for (const [method, spec] of all)
    it(`${method}: admits the callers that its declaration admits, and no others`, async () => {
      const world = getWorld();
      const cells = findingOf(method).callers;
      const { inside, outside } = outcome.methods.get(method) ?? expect.fail('was not called');
      for (const attempt of inside) {
        expectRefused(attempt);
        cells[attempt.name] = String(attempt.answer.status);
      }
      // A hub where the caller has no rights refuses them like a hub that does not exist.
      for (const { name, closed, unknown } of outside) {
        expect(closed.error, `${name}, for a closed hub`).to.equal('PERMISSION_DENIED');
        expect(unknown, `${name}, of a hub that never was`).to.deep.equal(closed);
      }
      for (const name of callersOf(spec, true)) {
        const [params, token] = [
          await paramsFor(world, method, name),
          await tokenFor(world, method, name),
        ];
        const answer = await send(world, method, { params, token, hubId: world.hub.id });
        expect([answer.error, ...(answer.details ?? [])], name).to.deep.equal([undefined]);
        cells[name] = 'yes';
      }
    });

  for (const rule of rowRules)
    it(`${rule.method}: ${rule.why}`, async () => {
      const world = getWorld();
      for (const attempt of outcome.rules.get(rule) ?? expect.fail('was not called'))
        expectRefused(attempt);
      for (const [name] of resultsOf(rule, true)) {
        const answer = await send(world, rule.method, await ruledCall(world, rule, name));
        expectRefused({ name, expected: 'ok', answer });
      }
    });

  it('refuses GET for every method that changes something', async () => {
    const world = getWorld();
    const sent = { token: world.tokens.owner, hubId: world.hub.id, verb: 'GET' as const };
    for (const [method, spec] of all) {
      if (spec.safe) continue;
      expect((await send(world, method, sent)).error, method).to.equal('METHOD_NOT_ALLOWED');
    }
    expect(errorsSeen('chat.post')).to.include('METHOD_NOT_ALLOWED');
  });
}
