import { expect } from 'chai';
import type { MethodName } from '../../../acl/index.ts';
import { methods } from '../../../acl/index.ts';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { newId } from '../../../db/rows/ids.ts';
import type { Member } from '../../support/hub.ts';
import { memberOf } from '../../support/hub.ts';
import { cases, endsSession, rowRules } from './cases.ts';
import {
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
  return spec ? { ...(await cases[method](world, makerOf(world, spec, name))) } : {};
};

/** The token of a call; if the call ends its session, one of a session of its own. */
async function tokenFor(
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

export function describeCallers(getWorld: () => World): void {
  for (const [method, spec] of all) {
    const [allowed, refused] = [true, false].map((isAllowed) =>
      callerNames.filter((name) => (admission(spec, name) === 'ok') === isAllowed),
    ) as [CallerName[], CallerName[]];

    it(`${method}: admits the callers that its declaration admits, and no others`, async () => {
      const world = getWorld();
      const cells = findingOf(method).callers;
      const ownersParams = await paramsFor(world, method, 'owner');
      const call = (name: CallerName): Call => ({
        params: ownersParams,
        token: world.tokens[name],
        hubId: world.hub.id,
      });

      const before = await stored(world);
      await Promise.all(
        refused.map(async (name) => {
          const answer = await send(world, method, call(name));
          expect(answer.error, name).to.equal(admission(spec, name));
          cells[name] = String(answer.status);
        }),
      );
      if (spec.by !== 'anyone' && !isOfUser(spec.by))
        await Promise.all(outsiders.map((name) => expectClosed(world, method, name, call(name))));
      expect(await stored(world), 'what is stored after refusals').to.deep.equal(before);

      for (const name of allowed) {
        const [params, token] = [
          await paramsFor(world, method, name),
          await tokenFor(world, method, name),
        ];
        const answer = await send(world, method, { params, token, hubId: world.hub.id });
        expect([answer.error, ...(answer.details ?? [])], name).to.deep.equal([undefined]);
        cells[name] = 'yes';
      }
    });
  }

  for (const { method, why, params, results } of rowRules)
    it(`${method}: ${why}`, async () => {
      const world = getWorld();
      for (const [name, code] of Object.entries(results)) {
        const made = await (params as (typeof cases)[MethodName])(world, world.members.owner);
        const sent = {
          params: made as object,
          token: world.tokens[name as CallerName],
          hubId: world.hub.id,
        };
        const before = code === 'ok' ? undefined : await stored(world);
        const answer = await send(world, method, sent);
        expect(answer.error ?? 'ok', `${name}: ${answer.details?.join('; ')}`).to.equal(code);
        if (before) expect(await stored(world), `${name} was refused`).to.deep.equal(before);
      }
    });

  it('refuses GET for every method that changes something', async () => {
    const world = getWorld();
    for (const [method, spec] of all) {
      if (spec.safe) continue;
      const { error } = await send(world, method, {
        token: world.tokens.owner,
        hubId: world.hub.id,
        verb: 'GET',
      });
      expect(error, method).to.equal('METHOD_NOT_ALLOWED');
    }
    expect(errorsSeen('chat.post')).to.include('METHOD_NOT_ALLOWED');
  });
}

/** A hub where the caller has no rights refuses them with the same error as an unknown hub. */
async function expectClosed(
  world: World,
  method: MethodName,
  name: CallerName,
  sent: Call,
): Promise<void> {
  const of = (hubId: string) => {
    const params = 'hub_id' in sent.params ? { ...sent.params, hub_id: hubId } : sent.params;
    return send(world, method, { ...sent, params, hubId });
  };
  const closed = await of(name === 'other' ? world.hub.id : world.otherHub.id);
  expect(closed.error, `${name}, for a closed hub`).to.equal('PERMISSION_DENIED');
  expect(await of(newId()), `${name}, of a hub that never was`).to.deep.equal(closed);
}
