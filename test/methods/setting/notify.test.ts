import { expect } from 'chai';
import type { EventName } from '../../../acl/events.ts';
import { app } from '../../support/app.ts';
import { synced } from '../../support/events.ts';
import { type Member, memberOf, newHub, newRoom } from '../../support/hub.ts';
import type { Device } from '../../support/socket.ts';

interface Scene {
  alice: Member;
  bob: Member;
  room: string;
  /**
   * Messages in the room by Alice and Bob; two more by Alice: one without mentions and reactions,
   * one that mentions Bob.
   */
  hers: string;
  plain: string;
  bobs: string;
  mentioning: string;
  /** A direct message from Alice to Bob. */
  direct: string;
}

async function newScene() {
  const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
  const { alice, bob, carol } = members;
  const room = await newRoom(alice, bob, carol);
  const post = async (by: Member, entity_id: string, mention_ids: string[] = []) =>
    (await by.chat.post({ entity_id, message: 'Before', mention_ids })).message_id;
  const messages = {
    ...{
      hers: await post(alice, room),
      plain: await post(alice, room),
      bobs: await post(bob, room),
    },
    ...{ mentioning: await post(alice, room, [bob.id]), direct: await post(alice, bob.id) },
  };
  return { alice, bob, carol, room, ...messages };
}

type Happening = (scene: Scene) => Promise<unknown>;
const happening = <N extends EventName>(name: N, happens: Happening) => ({ name, happens });

/** Actions by Alice, with the event that each publishes. */
const happenings = {
  'a message in a group': happening('chat.post', ({ alice, room }) =>
    alice.chat.post({ entity_id: room, message: 'Hi' }),
  ),
  'a message in a group that mentions another': happening('chat.post', ({ alice, room }) =>
    alice.chat.post({ entity_id: room, message: 'Hi', mention_ids: [alice.id] }),
  ),
  'a message in a group that mentions Bob': happening('chat.post', ({ alice, bob, room }) =>
    alice.chat.post({ entity_id: room, message: 'Hi', mention_ids: [bob.id] }),
  ),
  'a reply to a message of Bob': happening('chat.post', ({ alice, room, bobs }) =>
    alice.chat.post({ entity_id: room, message: 'Hi', thread_id: bobs }),
  ),
  'a message to Bob alone': happening('chat.post', ({ alice, bob }) =>
    alice.chat.post({ entity_id: bob.id, message: 'Hi' }),
  ),
  'a copy into a group, of a message that mentions Bob': happening(
    'chat.forward',
    ({ alice, room, mentioning }) =>
      alice.chat.forward({ entities: [room], nodes: { messages: [mentioning] } }),
  ),
  'a copy to Bob alone': happening('chat.forward', ({ alice, bob, hers }) =>
    alice.chat.forward({ entities: [bob.id], nodes: { messages: [hers] } }),
  ),
  'an edit in a group that newly mentions Bob': happening('chat.edit', ({ alice, bob, hers }) =>
    alice.chat.edit({ message_id: hers, message: 'Now', mention_ids: [bob.id] }),
  ),
  'an edit to Bob alone that newly mentions Bob': happening('chat.edit', ({ alice, bob, direct }) =>
    alice.chat.edit({ message_id: direct, message: 'Now', mention_ids: [bob.id] }),
  ),
  'an edit that mentions Bob as before': happening('chat.edit', ({ alice, mentioning }) =>
    alice.chat.edit({ message_id: mentioning, message: 'Now' }),
  ),
  'an edit without mentions': happening('chat.edit', ({ alice, plain }) =>
    alice.chat.edit({ message_id: plain, message: 'Now' }),
  ),
  'a reaction to a message of Bob': happening('chat.react', ({ alice, bobs }) =>
    alice.chat.react({ message_id: bobs, emoji: '👍', state: 1 }),
  ),
  'one more by set_reactions': happening('chat.set_reactions', ({ alice, bobs }) =>
    alice.chat.set_reactions({ message_id: bobs, emojis: ['👍', '🎉'] }),
  ),
  'a reaction taken back': happening('chat.react', ({ alice, bobs }) =>
    alice.chat.react({ message_id: bobs, emoji: '👍', state: 0 }),
  ),
  'all taken back by set_reactions': happening('chat.set_reactions', ({ alice, bobs }) =>
    alice.chat.set_reactions({ message_id: bobs, emojis: [] }),
  ),
  'a reaction to another’s message': happening('chat.react', ({ alice, hers }) =>
    alice.chat.react({ message_id: hers, emoji: '👍', state: 1 }),
  ),
  'a pin of a message of Bob': happening('chat.pin', ({ alice, bobs }) =>
    alice.chat.pin({ message_id: bobs }),
  ),
  'a new name of the room': happening('room.update', ({ alice, room }) =>
    alice.room.update({ entity_id: room, name: 'Other' }),
  ),
  'something deleted': happening('chat.delete', ({ alice, mentioning }) =>
    alice.chat.delete({ option: 'all', messages: [mentioning] }),
  ),
};
type What = keyof typeof happenings;

const direct: What[] = ['a message to Bob alone', 'a copy to Bob alone'];
const mentions: What[] = [
  ...([
    'a message in a group that mentions Bob',
    'an edit in a group that newly mentions Bob',
  ] as const),
  'an edit to Bob alone that newly mentions Bob',
];
const reactions: What[] = ['a reaction to a message of Bob', 'one more by set_reactions'];
const others: What[] = [
  ...([
    'a message in a group',
    'a message in a group that mentions another',
    'a reply to a message of Bob',
  ] as const),
  'a copy into a group, of a message that mentions Bob',
];

/** The actions that notify Bob, by the settings of Bob. */
const table: (readonly [
  settings: Parameters<Member['setting']['patch_user']>[0],
  alerting: readonly What[],
])[] = [
  [{}, [...direct, ...mentions, ...reactions, ...others]],
  [
    { mobile_notifications: 'only_when_inactive' },
    [...direct, ...mentions, ...reactions, ...others],
  ],
  [{ mentions_only: 1 }, [...direct, ...mentions, ...reactions]],
  [{ notify_on_reactions: 0 }, [...direct, ...mentions, ...others]],
  [{ mentions_only: 1, notify_on_reactions: 0 }, [...direct, ...mentions]],
  [{ muted: 1 }, []],
  [{ muted: 1, mentions_only: 1 }, []],
];

describe('Notification of a member', () => {
  for (const [settings, alerting] of table)
    it(`follows ${JSON.stringify(settings)}: ${alerting.length} events`, async () => {
      const scene = await newScene();
      const { alice, bob, carol } = scene;
      await bob.setting.patch_user(settings);
      using first = await bob.device();
      using second = await bob.device();
      using author = await alice.device();
      using other = await carol.device();
      const steps = Object.entries(happenings);
      let since = first.ready.seq;
      for (const [n, [what, { name, happens }]] of steps.entries()) {
        await happens(scene);
        const event = await first.next(name);
        const expected = alerting.includes(what as What) ? 1 : 0;
        expect(event.notify, what).to.equal(expected);
        expect((await second.next(name)).notify, `${what}, on the other device`).to.equal(expected);
        expect((await author.next(name)).notify, `${what}, to who did it`).to.equal(0);
        // chat.sync shows messages as they are now; only events of one name are of distinct ones.
        if (steps[n + 1]?.[1].name === name) continue;
        const logged = await synced(bob, since);
        const received = first.received.filter((event) => event.seq > since);
        expect(logged, `until ${what}, in chat.sync`).to.deep.equal(received);
        since = event.seq;
      }
      const ofCarol = other.received.filter(
        (event) => event.name === 'chat.post' || event.name === 'chat.forward',
      );
      const isAlerted = ofCarol.map((event) => event.notify);
      expect(isAlerted, 'another of the room, who has default settings').to.deep.equal(
        isAlerted.map(() => 1),
      );
      expect(
        new Set(other.received.flatMap(({ name, notify }) => (notify ? name : []))),
      ).to.deep.equal(new Set(['chat.post', 'chat.forward']));
    });

  it('is never for own messages, mentions or reactions', async () => {
    const { bob, alice, room } = await newScene();
    using device = await bob.device();
    using other = await alice.device();
    const { message_id } = await bob.chat.post({
      entity_id: room,
      message: 'Mine',
      mention_ids: [bob.id],
    });
    await bob.chat.edit({ message_id, message: 'Mine', mention_ids: [] });
    await bob.chat.edit({ message_id, message: 'Mine', mention_ids: [bob.id] });
    await bob.chat.react({ message_id, emoji: '👍' });
    await bob.chat.post({ entity_id: alice.id, message: 'Mine' });
    await bob.chat.forward({ entities: [room, alice.id], nodes: { messages: [message_id] } });
    const forwards = [await device.next('chat.forward'), await device.next('chat.forward')];
    expect(device.received.map(({ notify }) => notify)).to.deep.equal(device.received.map(() => 0));
    expect(forwards).to.have.length(2);
    const events = await synced(bob, device.ready.seq);
    expect(events.map(({ notify }) => notify)).to.deep.equal(events.map(() => 0));
    await other.next('chat.forward');
    expect((await other.next('chat.forward')).notify).to.equal(1);
  });

  it('is not for reactions to a message in a room that the member has left', async () => {
    const { alice, bob, carol, room, bobs } = await newScene();
    using device = await bob.device();
    using other = await carol.device();
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await alice.chat.react({ message_id: bobs, emoji: '👍' });
    await alice.chat.edit({
      message_id: (await alice.chat.post({ entity_id: room, message: 'Hi' })).message_id,
      message: 'Ha',
    });
    expect((await other.next('chat.react')).notify).to.equal(0);
    await other.next('chat.edit');
    await bob.tag.create({ name: 'Marker' });
    await device.next('tag.create');
    expect(device.received.map(({ name }) => name)).to.deep.equal(['room.remove', 'tag.create']);
    const last = device.received[0]?.seq ?? 0;
    expect((await synced(bob, last)).map(({ name }) => name)).to.deep.equal(['tag.create']);
  });

  it('in chat.sync uses the settings at connection, live those at the event', async () => {
    const { alice, bob, room, bobs } = await newScene();
    using device = await bob.device();
    await alice.chat.post({ entity_id: room, message: 'Hi' });
    await alice.chat.react({ message_id: bobs, emoji: '👍' });
    await device.next('chat.react');
    await bob.setting.patch_user({ muted: 1 });
    await alice.chat.post({ entity_id: room, message: 'Ho' });
    await device.next('chat.post');
    await device.next('chat.post');
    const byName = (events: readonly Pick<Device['received'][number], 'name' | 'notify'>[]) =>
      events.map(({ name, notify }) => [name, notify]);
    expect(byName(device.received)).to.deep.equal([
      ['chat.post', 1],
      ['chat.react', 1],
      ['setting.patch_user', 0],
      ['chat.post', 0],
    ]);
    const since = device.ready.seq;
    expect(byName(await synced(bob, since)).map(([, notify]) => notify)).to.deep.equal([
      0, 0, 0, 0,
    ]);
    await bob.setting.reset_user();
    expect(byName(await synced(bob, since)).map(([, notify]) => notify)).to.deep.equal([
      1, 1, 0, 1, 0,
    ]);
  });

  it('is not for deleted messages, nor for reactions to them', async () => {
    const { alice, bob, room } = await newScene();
    const since = (await bob.chat.sync({ since: 0 })).seq;
    const { message_id } = await bob.chat.post({ entity_id: room, message: 'Mine' });
    await alice.chat.react({ message_id, emoji: '👍' });
    const hers = await alice.chat.post({ entity_id: room, message: 'Hi' });
    expect((await synced(bob, since)).map(({ notify }) => notify)).to.deep.equal([0, 1, 1]);
    await bob.chat.delete({ option: 'all', messages: [message_id] });
    await alice.chat.delete({ option: 'all', messages: [hers.message_id] });
    expect((await synced(bob, since)).map(({ notify }) => notify)).to.deep.equal([0, 0, 0, 0, 0]);
  });

  it('uses the member’s settings in this hub', async () => {
    const { bob, alice, room } = await newScene();
    const other = await newHub({ far: 7 });
    await other.operator.hub.add_member({ user_id: bob.id, privilege: 7 });
    await bob.setting.patch_user({ muted: 1 });
    const { far } = other.members;
    await far.chat.post({ entity_id: bob.id, message: 'Hi' });
    using device = await (await memberOf(app(), bob.id, other.id)).device();
    await far.chat.post({ entity_id: bob.id, message: 'Ho' });
    expect((await device.next('chat.post')).notify).to.equal(1);
    using here = await bob.device();
    await alice.chat.post({ entity_id: room, message: 'Hi' });
    expect((await here.next('chat.post')).notify).to.equal(0);
  });
});

describe('room.participants {notify: 1}', () => {
  it('lists participants notified without a mention, in pages like the others', async () => {
    const { members, join } = await newHub({ alice: 7, muted: 7, mentioned: 7, quiet: 7 });
    const { alice, muted, mentioned, quiet } = members;
    const later = [await join('One'), await join('Two'), await join('Three')];
    const room = await newRoom(alice, muted, mentioned, quiet, ...later);
    await muted.setting.patch_user({ muted: 1 });
    await mentioned.setting.patch_user({ mentions_only: 1 });
    await quiet.setting.patch_user({
      notify_on_reactions: 0,
      mobile_notifications: 'only_when_inactive',
    });
    const list = async (more: { notify?: 0 | 1; limit?: number; after?: string }) =>
      await alice.room.participants({ entity_id: room, ...more });
    const all = (await list({})).map((row) => row.user_id);
    expect(all).to.have.length(7);
    expect(await list({ notify: 0 })).to.deep.equal(await list({}));
    const alerted = all.filter((id) => id !== muted.id && id !== mentioned.id);
    expect((await list({ notify: 1 })).map((row) => row.user_id)).to.deep.equal(alerted);
    const paged: string[] = [];
    for (let after: string | undefined; ; ) {
      const rows = await list({ notify: 1, limit: 2, ...(after === undefined ? {} : { after }) });
      paged.push(...rows.map((row) => row.user_id));
      after = rows.at(-1)?.cursor;
      if (rows.length < 2) break;
    }
    expect(paged).to.deep.equal(alerted);
    await muted.setting.reset_user();
    expect((await list({ notify: 1 })).map((row) => row.user_id)).to.include(muted.id);
  });
});
