import { expect } from 'chai';
import type { MethodName } from '../../../acl/index.ts';
import type { MethodSpec } from '../../../acl/language/method.ts';
import { fileBytes } from '../../../acl/paths.ts';
import { newId } from '../../../db/rows/ids.ts';
import { all, paramsFor } from './callers.ts';
import { nameOf, type Place, parameterOf, placesOf, withValue } from './schema.ts';
import {
  type Answer,
  admission,
  callerNames,
  findingOf,
  leastCaller,
  note,
  send,
  stored,
  type Things,
  type World,
} from './world.ts';

/** What each id parameter refers to. Unlisted parameter names fail the test. */
const kinds: Record<string, (keyof Things)[]> = {
  ...{
    message_id: ['message'],
    message_ids: ['message'],
    messages: ['message'],
    thread_id: ['message'],
  },
  ...{ entity_id: ['room', 'user'], entities: ['room', 'user'], key: ['room', 'user'] },
  ...{ user_id: ['user'], user_ids: ['user'], mention_ids: ['user'] },
  ...{
    owner_ids: ['user'],
    to_ids: ['user'],
    owner_id: ['user'],
    pinned_ids: ['message'],
    entity_ids: ['room'],
    client_id: ['key'],
  },
  ...{
    tag_id: ['tag'],
    tag_ids: ['tag'],
    nid: ['file'],
    nids: ['file'],
    attachment: ['file'],
    key_id: ['key'],
  },
  ...{ session_id: ['session'], hub_id: ['hub'], before: ['message'], after: ['message'] },
};

/** Methods whose cursors may be message ids. Other cursors are positions and refer to nothing. */
const cursorsAreIds = ['chat.messages', 'chat.thread'];

/** Where ids of deleted things are accepted by design. */
export const stillKnown: Record<string, string> = {
  'hub.add_member user_id': 'a former member may be put back in',
  'messaging.sys_page owner_id': 'the boxes of a former member remain',
  ...Object.fromEntries(
    cursorsAreIds.flatMap((method) =>
      ['before', 'after'].map((name) => [
        `${method} ${name}`,
        'a page may begin at a deleted message',
      ]),
    ),
  ),
};
/** Where unknown ids are no error by design. The reply is still the same for all of them. */
export const skippedIds: Record<string, string> = {
  'channel.delete_message message_id': 'the reply says that the message does not exist',
  'messaging.delete message_ids': 'ids that are not in the box are skipped',
  'messaging.mark_read message_ids': 'ids that are not in the box are skipped',
  'messaging.sys_delete message_ids': 'ids that do not exist are skipped',
  'messaging.sys_get message_ids': 'ids that do not exist are skipped',
  'messaging.sys_page owner_id': 'an unknown owner has no messages',
  'messaging.sys_update message_id': 'the reply says that the message does not exist',
  'hub.members user_ids': 'ids of non-members are skipped',
  'room.list entity_ids': 'ids of other rooms are skipped',
  'room.remove user_id': 'users who are not in the room are skipped',
  'room.remove user_ids': 'users who are not in the room are skipped',
};
/**
 * Possible errors for unknown ids besides those of the method. An unknown client is not
 * authenticated.
 */
const generalOfIds = ['INVALID_INPUT', 'PERMISSION_DENIED', 'NOT_AUTHENTICATED'];
/** The empty string stands for no tag. */
const emptyIsNone = ['chat.chat_rooms tag_id', 'chat.contact_rooms tag_id'];

const isId = (method: string, { kind }: Place): boolean =>
  kind === 'id' || (kind === 'cursor' && cursorsAreIds.includes(method));

interface Variant {
  what: string;
  value: string;
}

function variantsFor(world: World, name: string, place: Place): Variant[] {
  const wanted =
    kinds[parameterOf(place)] ?? expect.fail(`${name}: what does it name? (kinds in ids.ts)`);
  const fates = { foreign: world.foreign, deleted: world.deleted, 'not mine': world.notMine };
  const named = Object.entries(fates).flatMap(([fate, things]) =>
    wanted.flatMap((kind) => {
      const value = (things as Partial<Things>)[kind];
      if (value === undefined || (fate === 'deleted' && name in stillKnown)) return [];
      return { what: `${fate} ${kind}`, value };
    }),
  );
  const nonsense = place.kind === 'cursor' ? [] : ['not an id', "' OR 1=1 --", '%00', '__proto__'];
  const empty = place.kind === 'cursor' || emptyIsNone.includes(name) ? [] : [''];
  return [
    ...named,
    ...[...nonsense, ...empty].map((value) => ({ what: JSON.stringify(value), value })),
  ];
}

/** Lists whose other ids have an effect even if one is unknown. */
const doneForOthers = ['messaging.send to_ids', 'messaging.sys_send to_ids'];

/** Replies without the requested id, which some repeat. */
const faceless = (answers: Answer[], value: string): unknown => {
  const masked = JSON.stringify(answers).replace(/"context":"[^"]+"/g, '"context":""');
  const asked = [JSON.stringify(value).slice(1, -1), 'unknown'].filter((one) => one !== '');
  return JSON.parse(
    asked.reduce((text, one) => text.replaceAll(`"${one}"`, '"<asked for>"'), masked),
  );
};

/** The replacement alone, and for lists also appended to a valid value. */
function replacements(
  params: Record<string, unknown>,
  { path }: Place,
  value: string,
  isLone: boolean,
) {
  const alone = withValue(params, path, value);
  if (path.at(-1) !== '*' || isLone) return [alone];
  const list = path.slice(0, -1);
  const known = list.reduce<unknown>(
    (inner, part) => (inner as Record<string, unknown> | undefined)?.[part],
    params,
  );
  return Array.isArray(known) && known.length > 0
    ? [alone, withValue(params, list, [...known, value])]
    : [alone];
}

/** The replies to an id that never existed, and to others that must get the same. */
interface Replies {
  never: string;
  unknown: Answer[];
  variants: (Variant & { answers: Answer[] })[];
}

interface Target {
  method: MethodName;
  spec: MethodSpec;
  place: Place;
  /** Of the place, in the lists of exceptions. */
  name: string;
}

const targets: Target[] = all.flatMap(([method, spec]) =>
  placesOf(spec)
    .filter((place) => isId(method, place))
    .map((place) => ({ method, spec, place, name: `${method} ${parameterOf(place)}` })),
);

async function repliesOf(
  world: World,
  { method, spec, place, name }: Target,
  params: Record<string, unknown>,
): Promise<Replies> {
  const sent = { token: world.tokens[leastCaller(spec)], hubId: world.hub.id };
  const call = (value: string): Promise<Answer[]> =>
    Promise.all(
      replacements(params, place, value, doneForOthers.includes(name)).map((changed) =>
        send(world, method, { ...sent, params: changed }),
      ),
    );
  const never = newId();
  const unknown = await call(never);
  const variants = variantsFor(world, name, place).map(async (variant) => ({
    ...{ ...variant, answers: await call(variant.value) },
  }));
  return { never, unknown, variants: await Promise.all(variants) };
}

/** What is stored before and after all calls with other ids, and their replies. */
interface Outcome {
  before: Record<string, string>;
  after: Record<string, string>;
  replies: Map<Target, Replies>;
}

async function tryIds(world: World): Promise<Outcome> {
  const prepared: [Target, Record<string, unknown>][] = [];
  for (const target of targets) {
    const made = await paramsFor(world, target.method, leastCaller(target.spec));
    // Where unknown ids are skipped, the other ids of the call must not have an effect.
    const isSkipped = target.name in skippedIds;
    prepared.push([target, isSkipped ? withValue(made, ['user_ids'], undefined) : made]);
  }
  const before = await stored(world);
  const replies = new Map<Target, Replies>();
  for (const [target, params] of prepared)
    replies.set(target, await repliesOf(world, target, params));
  return { before, after: await stored(world), replies };
}

export function describeIds(getWorld: () => World): void {
  let outcome: Outcome;
  before(async function () {
    this.timeout(120_000);
    outcome = await tryIds(getWorld());
  });

  it('what is stored is the same after all calls with such ids', () => {
    expect(outcome.after).to.deep.equal(outcome.before);
  });

  for (const target of targets) {
    const { method, spec, place, name } = target;
    it(`${method}: rejects foreign, deleted and inaccessible ${nameOf(place)}`, () => {
      const { never, unknown, variants } =
        outcome.replies.get(target) ?? expect.fail('was not called');
      const { error } = unknown[0] ?? {};
      if (name in skippedIds)
        expect(unknown.map(({ status }) => status)).to.deep.equal(unknown.map(() => 200));
      else expect([...spec.errors, ...generalOfIds], 'an unknown id').to.include(error);
      for (const { what, value, answers } of variants)
        expect(faceless(answers, value), what).to.deep.equal(faceless(unknown, never));
      findingOf(method).ids.set(nameOf(place), error ?? 'skipped');
    });
  }

  it('the bytes of a file: foreign, deleted and inaccessible files do not exist', async () => {
    const world = getWorld();
    const unknown = await fetchBytes(world, newId());
    expect(unknown.error).to.equal('FILE_NOT_FOUND');
    const fates = [world.foreign, world.deleted, world.notMine].map(({ file }) => file ?? '');
    for (const nid of [...fates, 'no-id', '__proto__', "'%20OR%201=1"]) {
      expect(await fetchBytes(world, nid), nid).to.deep.equal(unknown);
      expect(await fetchBytes(world, `${nid}/thumb`), `${nid}/thumb`).to.deep.equal(unknown);
    }
    findingOf(fileMethod).ids.set('nid', unknown.error ?? '');
  });
}

/** File bytes are admitted like a method, but a missing privilege returns FILE_NOT_FOUND. */
export function describeBytes(getWorld: () => World): void {
  it(`${fileMethod}: admits the callers that its declaration admits, and no others`, async () => {
    const world = getWorld();
    for (const name of callerNames) {
      const expected = admission(fileBytes, name);
      const answer = await fetchBytes(world, world.file, { token: world.tokens[name] });
      const code = expected === 'PERMISSION_DENIED' ? 'FILE_NOT_FOUND' : expected;
      expect(answer.error ?? 'ok', name).to.equal(code);
      findingOf(fileMethod).callers[name] = answer.error ? String(answer.status) : 'yes';
    }
  });
}

export const fileMethod = 'GET /-/file/{nid}';

/** Requests a file's bytes as the member, or with another token. */
export async function fetchBytes(
  world: World,
  nid: string,
  { token, range }: { token: string | undefined; range?: string } = { token: world.tokens.member },
): Promise<Answer> {
  const response = await fetch(`${world.url}/-/file/${nid}`, {
    headers: {
      'x-hub-id': world.hub.id,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(range === undefined ? {} : { range }),
    },
  });
  if (response.ok) return { status: response.status, data: await response.text() };
  const { error, details } = (await response.json()) as Omit<Answer, 'status'>;
  const answer = { status: response.status, error, details } as Answer;
  note(fileMethod, answer);
  return answer;
}
