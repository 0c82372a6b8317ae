import { createClient } from '../../../client/index.ts';
import { operatorToken } from '../../support/app.ts';
import type { Random } from './random.ts';
import { type IdKind, Ref } from './schemas.ts';

/** A caller. */
export interface Caller {
  name: string;
  token: string | undefined;
  /** The hub in its requests; undefined: none. */
  hubId: string | undefined;
}

/** A hub with its members and the things created in it. */
export interface HubOf {
  id: string;
  host: string;
  users: { id: string; name: string; privilege: Privilege }[];
  ids: Record<IdKind, string[]>;
}

export interface World {
  hubs: HubOf[];
  /** A hub that none of the callers may enter: it must stay unchanged to the last byte. */
  frozen: HubOf;
  callers: Caller[];
  platform: ReturnType<typeof createClient>;
  /** Restores what the calls removed: privileges, tokens, rooms, files. */
  mend(): Promise<void>;
  /** Records the ids in a reply. */
  learn(caller: Caller, data: unknown): void;
  resolve(value: unknown, caller: Caller, random: Random): unknown;
}

const noIds = (): Record<IdKind, string[]> => ({
  entity: [],
  user: [],
  message: [],
  file: [],
  tag: [],
  key: [],
  client: [],
  secret: [],
  session: [],
  hub: [],
  cursor: [],
  email: [],
  channel: [],
  appSecret: [],
  context: [],
});
const most = 120;
const privilegesOf = {
  owner: 63,
  admin: 31,
  moderator: 15,
  ann: 7,
  bob: 7,
  cid: 7,
  viewer: 3,
} as const;
type Privilege = (typeof privilegesOf)[keyof typeof privilegesOf];

const kindOfField: Readonly<Record<string, IdKind>> = {
  entity_id: 'entity',
  room_id: 'entity',
  user_id: 'user',
  message_id: 'message',
  nid: 'file',
  tag_id: 'tag',
  key_id: 'key',
  session_id: 'session',
  cursor: 'cursor',
  channel_id: 'channel',
  app_secret: 'appSecret',
  context: 'context',
};

export async function newWorld(url: string): Promise<World> {
  const platform = createClient({ url, token: operatorToken, retryForMs: 0 });
  const clientOf = (token: string, hubId: string) =>
    createClient({ url, token, hubId, retryForMs: 0 });

  async function newHub(name: string): Promise<HubOf> {
    const host = `${name}.example`;
    const { hub_id: id } = await platform.hub.create({ name, host });
    const hub: HubOf = { id, host, users: [], ids: noIds() };
    for (const [firstname, privilege] of Object.entries(privilegesOf)) {
      const { user_id } = await platform.user.create({
        firstname,
        lastname: name,
        email: `${firstname}@${host}`,
      });
      hub.users.push({ id: user_id, name: firstname, privilege });
    }
    hub.ids.user = hub.users.map((user) => user.id);
    hub.ids.hub = [id];
    return hub;
  }

  const tokenOf = async (userId: string) =>
    (await platform.session.issue({ user_id: userId })).token;

  /** Members with their privileges, a room, a message, a file, a tag and a key. */
  async function furnish(hub: HubOf): Promise<Caller[]> {
    const operator = clientOf(operatorToken, hub.id);
    const callers: Caller[] = [];
    for (const { id, name, privilege } of hub.users) {
      await operator.hub.add_member({ user_id: id, privilege });
      callers.push({ name, token: await tokenOf(id), hubId: hub.id });
    }
    const made = await operator.key.create({ name: 'fuzz', permission: 31 });
    callers.push({ name: 'key', token: made.key, hubId: hub.id });
    const acting = {
      name: 'fuzz',
      kind: 'oauth',
      permission: 7,
      user_id: hub.users[3]?.id ?? '',
    } as const;
    const { client_id = '', client_secret = '' } = await operator.key.create(acting);
    // The only known ones, since they belong together.
    Object.assign(hub.ids, { client: [client_id], secret: [client_secret] });
    await operator.setting.put({});
    const [ann, bob] = ['ann', 'bob'].map((name) => callers.find((caller) => caller.name === name));
    if (!ann?.token || !bob?.token) throw new Error('no members');
    const client = clientOf(ann.token, hub.id);
    const ids = hub.users.filter((user) => user.name !== 'viewer').map((user) => user.id);
    for (const user_id of ids) await client.contact.unblock({ entity_id: user_id }).catch(() => {});
    const free = (await client.contact.list({ limit: 100 }))
      .filter((one) => !one.is_blocked)
      .map((one) => one.id);
    const invited = ids.filter((id) => free.includes(id));
    const room = await client.room
      .create({ name: 'Fuzz', user_ids: invited })
      .catch(() => client.room.create({ name: 'Fuzz' }));
    const post = await client.chat.post({ entity_id: room.entity_id, message: 'hello' });
    const [file] = await client.chat.upload({ file: [new Blob(['a note'])] });
    const tag = await client.tag.create({ name: 'fuzz' });
    remember(hub, 'entity', room.entity_id, ...ids);
    remember(hub, 'message', post.message_id);
    remember(hub, 'file', file?.nid ?? '');
    remember(hub, 'tag', tag.tag_id);
    remember(hub, 'key', made.key_id);
    const app = await operator.key.create({ name: 'app', permission: 7, kind: 'braincloud' });
    remember(hub, 'appSecret', app.app_secret ?? '');
    const { channel_id } = await operator.channel.create({
      type: 'gl',
      sub_id: 'fuzz',
      history_limit: 50,
    });
    await client.channel.post_simple({ channel_id, text: 'hello' });
    remember(hub, 'channel', channel_id);
    const { message_id } = await client.messaging.send({
      to_ids: [hub.users[3]?.id ?? ''],
      text: 'hello',
    });
    remember(hub, 'message', message_id);
    return callers;
  }

  function remember(hub: HubOf, kind: IdKind, ...ids: string[]): void {
    const known = hub.ids[kind];
    for (const id of ids) if (id !== '' && !known.includes(id)) known.push(id);
    known.splice(0, known.length - most);
  }

  const frozen = await newHub('frozen');
  await furnish(frozen);
  const hubs = [await newHub('one'), await newHub('two')];
  const { user_id: strangerId } = await platform.user.create({
    firstname: 'stranger',
    lastname: 'x',
  });
  // One member of the first hub is in the second as well.
  const both = hubs[0]?.users[4];
  if (both) hubs[1]?.users.push(both);

  const world: World = {
    hubs,
    frozen,
    callers: [],
    platform,
    async mend() {
      const callers: Caller[] = [];
      for (const hub of hubs) callers.push(...(await furnish(hub)));
      callers.push({ name: 'stranger', token: await tokenOf(strangerId), hubId: hubs[0]?.id });
      callers.push({ name: 'anonymous', token: undefined, hubId: hubs[0]?.id });
      callers.push({ name: 'operator', token: operatorToken, hubId: hubs[0]?.id });
      world.callers = callers;
    },
    learn(caller, data) {
      const hub = hubs.find((one) => one.id === caller.hubId);
      const rows = Array.isArray(data) ? data.slice(0, 5) : [data];
      for (const row of hub ? rows : []) {
        if (typeof row !== 'object' || row === null) continue;
        for (const [field, id] of Object.entries(row)) {
          const kind = kindOfField[field];
          if (kind && typeof id === 'string') remember(hub as HubOf, kind, id);
        }
      }
    },
    resolve(value, caller, random) {
      if (value instanceof Ref) {
        const near = hubs.find((hub) => hub.id === caller.hubId) ?? (hubs[0] as HubOf);
        // Holders of a secret of the frozen hub may enter it, and so may the operator.
        const isKey = caller.name === 'operator' || ['secret', 'appSecret'].includes(value.kind);
        const where = value.where === 'far' && isKey ? 'never' : value.where;
        const hub = where === 'far' ? frozen : near;
        const kind =
          where === 'other' ? random.pick(Object.keys(near.ids) as IdKind[]) : value.kind;
        const known = hub.ids[kind];
        if (where === 'never' || known.length === 0) return random.pick(neverIds)(random);
        return known[value.at % known.length];
      }
      if (Array.isArray(value)) return value.map((one) => world.resolve(one, caller, random));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, world.resolve(one, caller, random)]),
      );
    },
  };
  await world.mend();
  return world;
}

const hex = (random: Random, length: number) => random.bytes(length).toString('hex');
const neverIds: readonly ((random: Random) => string)[] = [
  (random) => {
    const [time, more] = [`0193${hex(random, 2)}`, hex(random, 2)];
    const [third, fourth] = [`7${hex(random, 2).slice(1)}`, `8${hex(random, 2).slice(1)}`];
    return [time, more, third, fourth, hex(random, 6)].join('-');
  },
  () => '00000000-0000-0000-0000-000000000000',
  () => '',
  () => 'unknown',
  () => '__proto__',
  () => "' OR 1=1 -- ",
  () => 'ü\u0000😀',
  () => 'x'.repeat(65),
  () => 'a:b',
];
