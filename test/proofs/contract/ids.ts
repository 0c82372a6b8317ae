import { expect } from 'chai';
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

/** What each parameter that is an id names. A parameter of another name is a failure until it stands here. */
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
  ...{ tag_id: ['tag'], tag_ids: ['tag'], nid: ['file'], attachment: ['file'], key_id: ['key'] },
  ...{ session_id: ['session'], hub_id: ['hub'], before: ['message'], after: ['message'] },
};

/** Methods whose cursors may be the id of a message: elsewhere a cursor is a place in an order and names nothing. */
const cursorsAreIds = ['chat.messages', 'chat.thread'];

/** Where what is gone is not unknown, by design. */
export const stillKnown: Record<string, string> = {
  'hub.add_member user_id': 'a former member may be put back in',
  'messaging.sys_page owner_id': 'what lay in the boxes of a former member lies there still',
  ...Object.fromEntries(
    cursorsAreIds.flatMap((method) =>
      ['before', 'after'].map((name) => [
        `${method} ${name}`,
        'a page may begin where a message was deleted since',
      ]),
    ),
  ),
};
/** Where an id that names nothing is no error, by design; the answer is the same for all of them nevertheless. */
export const passedOver: Record<string, string> = {
  'channel.delete_message message_id': 'what is not there is told so',
  'messaging.delete message_ids': 'what is not in the box is passed over',
  'messaging.mark_read message_ids': 'what is not in the box is passed over',
  'messaging.sys_delete message_ids': 'what is not there is passed over',
  'messaging.sys_get message_ids': 'what is not there is passed over',
  'messaging.sys_page owner_id': 'who is nobody has no messages',
  'messaging.sys_update message_id': 'what is not there is told so',
  'hub.members user_ids': 'of those asked for, whoever is a member is listed',
  'room.list entity_ids': 'of those asked for, whatever is a room of his is listed',
  'room.remove user_id': 'who is not in is passed over',
  'room.remove user_ids': 'who is not in is passed over',
};
/** What an id that names nothing may be answered beside the codes of its method; a client that nobody knows is nobody. */
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
  const nonsense =
    place.kind === 'cursor' ? [] : ['no id at all', "' OR 1=1 --", '%00', '__proto__'];
  const empty = place.kind === 'cursor' || emptyIsNone.includes(name) ? [] : [''];
  return [
    ...named,
    ...[...nonsense, ...empty].map((value) => ({ what: JSON.stringify(value), value })),
  ];
}

/** What is done for those that stand beside it, whatever it names. */
const doneForOthers = ['messaging.send to_ids', 'messaging.sys_send to_ids'];

/** Answers without the id that was asked for, which some give back. */
const faceless = (answers: Answer[], value: string): unknown => {
  const text = JSON.stringify(answers).replace(/"context":"[^"]+"/g, '"context":""');
  const asked = [JSON.stringify(value).slice(1, -1), 'unknown'].filter((one) => one !== '');
  return JSON.parse(
    asked.reduce((told, one) => told.replaceAll(`"${one}"`, '"<asked for>"'), text),
  );
};

/** The replacement alone, and in a list also after something that is there. */
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

export function describeIds(getWorld: () => World): void {
  for (const [method, spec] of all) {
    const places = placesOf(spec).filter((place) => isId(method, place));
    for (const place of places) {
      const name = `${method} ${parameterOf(place)}`;
      it(`${method}: ${nameOf(place)} of elsewhere, gone or not the caller’s is as unknown as one that never was`, async () => {
        const world = getWorld();
        const by = leastCaller(spec);
        const made = await paramsFor(world, method, by);
        // What passes an id over would do something with those that stand beside it.
        const params = name in passedOver ? withValue(made, ['user_ids'], undefined) : made;
        const call = (value: string): Promise<Answer[]> =>
          Promise.all(
            replacements(params, place, value, doneForOthers.includes(name)).map((sent) =>
              send(world, method, { params: sent, token: world.tokens[by], hubId: world.hub.id }),
            ),
          );

        const before = await stored(world);
        const never = newId();
        const unknown = await call(never);
        const { error } = unknown[0] ?? {};
        if (name in passedOver)
          expect(unknown.map(({ status }) => status)).to.deep.equal(unknown.map(() => 200));
        else expect([...spec.errors, ...generalOfIds], 'an id that never was').to.include(error);
        for (const { what, value } of variantsFor(world, name, place))
          expect(faceless(await call(value), value), what).to.deep.equal(faceless(unknown, never));
        expect(await stored(world), 'what is stored').to.deep.equal(before);
        findingOf(method).ids.set(nameOf(place), error ?? 'passed over');
      });
    }
  }

  it('the bytes of a file: one of elsewhere, gone or not the caller’s is as unknown as one that never was', async () => {
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

/** The bytes are admitted like a method; a right that is missing is answered like a file that is not there. */
export function describeBytes(getWorld: () => World): void {
  it(`${fileMethod}: lets in whom its declaration lets in, and nobody else`, async () => {
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

/** Ask for a file's bytes as the member does, or another. */
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
