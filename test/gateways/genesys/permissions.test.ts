import { expect } from 'chai';
import { type Grant, grants } from '../../../acl/language/permission.ts';
import { app } from '../../support/app.ts';
import {
  narrowed,
  type Person,
  people,
  postToRoom,
  postToUser,
  refusal,
  refusals,
  rest,
  restRefused,
  sdkOf,
  sdkRoom,
  type Version,
} from '../../support/genesys.ts';
import { memberOf } from '../../support/hub.ts';
import { described, type Operation, operationNames } from './operations.ts';

interface World {
  alice: Person;
  bob: Person;
  carol: Person;
  room: string;
}

const mobile = { mobile: { notifications: { when: 'Always' } } };
/** Legacy pins are in the old SDKs only. */
const versionOf = (name: Operation): Version => (name.includes('Pinnedmessage') ? 187 : 262);

async function pinned({ alice, room }: World): Promise<string> {
  const id = await postToRoom(alice, room);
  await alice.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] });
  return id;
}
const pinIn = async ({ alice, room }: World) => [
  room,
  { pinnedMessageIds: [await postToRoom(alice, room)] },
];

/** For each operation, arguments with which alice, an admin, succeeds once. */
const argumentsOf: Record<Operation, (world: World) => Promise<unknown[]> | unknown[]> = {
  postChatsRooms: () => [{ subject: 'Another' }],
  getChatsRoom: ({ room }) => [room],
  patchChatsRoom: ({ room }) => [room, { subject: 'Renamed' }],
  getChatsRoomParticipants: ({ room }) => [room],
  getChatsRoomParticipant: ({ room, bob }) => [room, bob.jid],
  postChatsRoomParticipant: ({ room, carol }) => [room, carol.id],
  deleteChatsRoomParticipant: async ({ alice, carol, room }) => {
    await alice.sdk.postChatsRoomParticipant(room, carol.id);
    return [room, carol.id];
  },
  getChatsRoomMessages: ({ room }) => [room],
  postChatsRoomMessages: ({ room }) => [room, { message: 'Hi' }],
  getChatsRoomMessage: async ({ alice, room }) => [room, await postToRoom(alice, room)],
  patchChatsRoomMessage: async ({ alice, room }) => [
    room,
    await postToRoom(alice, room),
    { message: 'Ho' },
  ],
  deleteChatsRoomMessage: async ({ alice, room }) => [room, await postToRoom(alice, room)],
  postChatsRoomMessagesPins: pinIn,
  deleteChatsRoomMessagesPin: async (world) => [world.room, await pinned(world)],
  postChatsRoomPinnedmessages: pinIn,
  deleteChatsRoomPinnedmessage: async (world) => [world.room, await pinned(world)],
  getChatsUser: ({ bob }) => [bob.id],
  getChatsUserMessages: ({ bob }) => [bob.id],
  postChatsUserMessages: ({ bob }) => [bob.id, { message: 'Hi' }],
  getChatsUserMessage: async ({ alice, bob }) => [bob.id, await postToUser(alice, bob)],
  patchChatsUserMessage: async ({ alice, bob }) => [
    bob.id,
    await postToUser(alice, bob),
    { message: 'Ho' },
  ],
  deleteChatsUserMessage: async ({ alice, bob }) => [bob.id, await postToUser(alice, bob)],
  postChatsUserMessagesPins: async ({ alice, bob }) => [
    bob.id,
    { pinnedMessageIds: [await postToUser(alice, bob)] },
  ],
  deleteChatsUserMessagesPin: async ({ alice, bob }) => {
    const id = await postToUser(alice, bob);
    await alice.sdk.postChatsUserMessagesPins(bob.id, { pinnedMessageIds: [id] });
    return [bob.id, id];
  },
  getChatsMessage: async ({ alice, room }) => [await postToRoom(alice, room)],
  putChatsMessageReactions: async ({ alice, room }) => [
    await postToRoom(alice, room),
    { reactions: ['👍'] },
  ],
  getChatsThreadMessages: async ({ alice, room }) => [await postToRoom(alice, room)],
  getChatsSettings: () => [],
  putChatsSettings: () => [{ messageRetentionPeriodDays: 3650 }],
  patchChatsSettings: () => [{ reactionsEnabled: true }],
  getChatsUserSettings: ({ bob }) => [bob.id],
  patchChatsUserSettings: ({ bob }) => [bob.id, mobile],
  getChatsUsersMeSettings: () => [],
  postChatsUsersMeSettings: () => [{ muted: false }],
  patchChatsUsersMeSettings: () => [{ mentionsOnly: false }],
  deleteChatsUsersMeSettings: () => [],
  getUsersChatsMe: () => [],
};

/** Returns the same result for the same argument. */
function memoized<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

async function world(): Promise<World> {
  const { alice, bob, carol } = await people({ alice: 31, bob: 7, carol: 7 });
  return { alice, bob, carol, room: await sdkRoom(alice, bob) };
}

const sdkBy = memoized((version: Version) => sdkOf(version, undefined));

/** Makes a call with this token. Calls must not run concurrently: they share a client. */
function attempt(name: Operation, token: string | undefined, args: unknown[]): Promise<unknown> {
  const sdk = sdkBy(versionOf(name));
  sdk.client.setAccessToken(token);
  return sdk[name](...args);
}

/** A world for an operation, and arguments for its first call that is not refused. */
const sceneOf = memoized(async (name: Operation) => {
  const set = await world();
  return { set, args: await argumentsOf[name](set) };
});

describe('The permissions of Genesys', () => {
  for (const name of operationNames) {
    const { anyOf } = described(name);

    it(`${name} needs a valid token`, async () => {
      const { args } = await sceneOf(name);
      await refusal(attempt(name, undefined, args), 401, 'authentication.required');
      await refusal(attempt(name, 'no-such-token', args), 401, 'bad.credentials');
    });

    const need = anyOf ? `one of ${anyOf.join(', ')}, and each suffices` : 'no permission';
    it(`${name} needs ${need}`, async () => {
      const { set, args } = await sceneOf(name);
      if (!anyOf) return void (await attempt(name, await narrowed(set.alice, []), args));
      const others = grants.filter((grant) => !(anyOf as readonly Grant[]).includes(grant));
      const { message, messageParams } = await refusal(
        attempt(name, await narrowed(set.alice, others), args),
        403,
        'missing.any.permissions',
      );
      const list = `[${anyOf.join(', ')}]`;
      const must = 'You must have at least one of the following permissions assigned:';
      expect(message).to.equal(`Unable to perform the requested action. ${must} ${list}`);
      expect(messageParams).to.deep.equal({ permissions: list });
      // The first of these makes the call that was refused before: it has changed nothing.
      for (const [n, grant] of anyOf.entries())
        await attempt(
          name,
          await narrowed(set.alice, [grant]),
          n === 0 ? args : await argumentsOf[name](set),
        );
    });
  }

  it('let chat:chat:access allow everything but the settings', () => {
    const closed = operationNames.filter((name) => {
      const { anyOf } = described(name);
      return anyOf !== null && !anyOf.includes('chat:chat:access');
    });
    expect(closed).to.have.members([
      'getChatsSettings',
      'putChatsSettings',
      'patchChatsSettings',
      'getChatsUserSettings',
      'patchChatsUserSettings',
    ]);
  });

  it('give a member access to no settings but their own, and an admin to all', async () => {
    const { alice, bob, carol } = await world();
    const settings: Operation[] = operationNames.filter((name) =>
      described(name).anyOf?.some((it) => /etting/.test(it)),
    );
    expect(settings).to.have.length(5);
    for (const name of settings) {
      const args = await argumentsOf[name]({ alice, bob: carol, carol, room: '' });
      await refusal(bob.sdk[name](...args), 403, 'missing.any.permissions');
      await alice.sdk[name](...args);
    }
  });

  it('do not make a member with such a token an admin', async () => {
    const { bob } = await world();
    const token = await narrowed(bob, ['chat:setting:edit', 'chat:setting:view']);
    await refusal(sdkOf(262, token).getChatsSettings(), 403, 'missing.any.permissions');
    await refusal(
      sdkOf(262, token).putChatsSettings({ reactionsEnabled: false }),
      403,
      'missing.any.permissions',
    );
  });

  it('let a viewer read messages, threads and their own settings, and change nothing', async () => {
    const { alice, hub } = await people({ alice: 31 });
    const viewer = await hub.join('victor', 3);
    const room = await sdkRoom(alice);
    await alice.sdk.postChatsRoomParticipant(room, viewer.id);
    const id = await postToRoom(alice, room);
    const sdk = sdkOf(262, viewer.token);
    expect((await sdk.getChatsMessage(id)).body).to.equal('Hi');
    expect((await sdk.getChatsThreadMessages(id)).entities).to.have.length(1);
    expect((await sdk.getChatsUsersMeSettings()).muted).to.equal(false);
    const changes = [
      sdk.postChatsRooms({ subject: 'Mine' }),
      sdk.patchChatsRoom(room, { subject: 'Mine' }),
      sdk.postChatsRoomMessages(room, { message: 'Mine' }),
      sdk.postChatsUserMessages(alice.id, { message: 'Mine' }),
      sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [id] }),
      sdk.putChatsMessageReactions(id, { reactions: ['👍'] }),
      sdk.deleteChatsRoomParticipant(room, alice.id),
    ];
    await refusals(changes, 403, 'missing.any.permissions');
    expect(await alice.sdk.getChatsRoom(room)).to.deep.include({
      subject: 'Room',
      pinnedMessages: [],
    });
    const { entities } = await alice.sdk.getChatsRoomMessages(room);
    expect(entities.map((message) => [message.body, message.reactions ?? []])).to.deep.equal([
      ['Hi', []],
    ]);
  });

  it('follow the privilege at once, without a new token', async () => {
    const { alice, hub } = await people({ alice: 7 });
    await refusal(alice.sdk.getChatsSettings(), 403);
    await hub.operator.hub.set_privilege({ user_id: alice.id, privilege: 31 });
    await alice.sdk.getChatsSettings();
    await hub.operator.hub.set_privilege({ user_id: alice.id, privilege: 7 });
    await refusal(alice.sdk.getChatsSettings(), 403, 'missing.any.permissions');
  });

  it('are checked before the room, so that its existence stays hidden', async () => {
    const { alice, room } = await world();
    const blind = sdkOf(262, await narrowed(alice, ['chat:1on1:view']));
    const missing = room.replace(/adhoc-.{8}/, 'adhoc-00000000');
    const calls = [room, missing].map((jid) => blind.getChatsRoom(jid));
    const [there, gone] = await refusals(calls, 403, 'missing.any.permissions');
    expect(there?.message).to.equal(gone?.message);
  });

  it('are checked after the token: 401 for an invalid one', async () => {
    const { alice } = await world();
    const headers = { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` };
    await restRefused(401, 'authentication.required', 'GET', '/chats/users/me/settings', {
      headers,
    });
    const again = await memberOf(app(), alice.id, alice.native.hubId);
    expect((await rest('GET', '/chats/users/me/settings', { token: again.token })).status).to.equal(
      200,
    );
    await again.session.logout({});
    await restRefused(401, 'bad.credentials', 'GET', '/chats/users/me/settings', {
      token: again.token,
    });
  });

  it('are lost by leaving the hub', async () => {
    const { alice, bob, hub } = await people({ alice: 31, bob: 7 });
    const room = await sdkRoom(alice, bob);
    const token = await narrowed(bob, ['chat:chat:access']);
    await hub.operator.hub.remove_member({ user_id: bob.id });
    const { sdk } = bob;
    await refusals([sdk.getUsersChatsMe(), sdk.getChatsRoom(room)], 403, 'missing.any.permissions');
    await refusals(
      [sdk.getChatsUsersMeSettings(), sdk.getUsersMe(), sdk.getTokensMe()],
      403,
      'not.authorized',
    );
    // A token of the hub alone ends.
    const bound = sdkOf(262, token);
    await refusals([bound.getChatsRoom(room), bound.getUsersMe()], 401, 'bad.credentials');
  });
});
