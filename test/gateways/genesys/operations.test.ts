import { expect } from 'chai';
import {
  operationsOf,
  type Person,
  people,
  pinsBy,
  pinsOf,
  postToRoom,
  postToUser,
  refusal,
  roomJidOf,
  type SdkOptions,
  type Version,
  versions,
} from '../../support/genesys.ts';
import { operationNames } from './operations.ts';

type Cast = Record<'alice' | 'bob' | 'carol', Person>;
type Step = (cast: Cast, version: Version) => Promise<void>;

const bodies = (listing: { entities: { body: string }[] }): string[] =>
  listing.entities.map((message) => message.body);

const inRoom: Step = async ({ alice, bob, carol }, version) => {
  const { jid } = await alice.sdk.postChatsRooms({
    subject: 'Crew',
    description: 'weekly',
    userIds: [bob.id],
  });
  const [listed] = await bob.native.room.list({});
  expect(jid).to.equal(roomJidOf(bob.native.hubId, listed?.room_id ?? ''));
  const room = await bob.sdk.getChatsRoom(jid);
  const same = {
    id: jid,
    jid,
    name: 'Crew',
    subject: 'Crew',
    description: 'weekly',
    roomType: 'adhoc',
  };
  const selfUri = `/api/v2/chats/rooms/${encodeURIComponent(jid)}`;
  expect(room).to.deep.include({ ...same, owners: [alice.ref], selfUri });
  expect(await bob.sdk.patchChatsRoom(jid, { subject: 'Release crew' })).to.equal(undefined);
  expect(await alice.sdk.getChatsRoom(jid)).to.include({
    subject: 'Release crew',
    description: 'weekly',
  });

  expect(await alice.sdk.postChatsRoomParticipant(jid, carol.id)).to.equal(undefined);
  const first = await postToRoom(alice, jid, 'one, bob', { mentions: [bob.id] });
  const second = await postToRoom(carol, jid, 'two', { threadId: first });
  const message = await bob.sdk.getChatsMessage(first);
  const addressed = {
    id: first,
    jid: alice.jid,
    toJid: jid,
    user: alice.ref,
    thread: { id: first },
  };
  expect(message).to.deep.include({
    ...addressed,
    body: 'one, bob',
    mentions: { [bob.id]: bob.jid },
  });
  expect(message).to.not.have.any.keys('parentThread', 'dateModified', 'toUser');
  expect(bodies(await bob.sdk.getChatsRoomMessages(jid))).to.deep.equal(['one, bob', 'two']);
  expect(bodies(await bob.sdk.getChatsRoomMessage(jid, `${second},${first}`))).to.deep.equal([
    'two',
    'one, bob',
  ]);
  expect(bodies(await bob.sdk.getChatsThreadMessages(first))).to.deep.equal(['one, bob', 'two']);
  const { thread, parentThread } = await bob.sdk.getChatsMessage(second);
  expect([thread, parentThread]).to.deep.equal([{ id: first }, { id: first }]);
  expect(await alice.sdk.patchChatsRoomMessage(jid, first, { message: 'uno' })).to.deep.equal({
    id: first,
  });
  expect(await bob.sdk.getChatsMessage(first))
    .to.include({ id: first, body: 'uno', edited: true })
    .and.have.property('dateModified');

  const pins = pinsBy(version);
  expect(await pins.add(alice, jid, [first, second])).to.equal(undefined);
  expect(await pinsOf(bob, jid)).to.have.members([first, second]);
  expect(await pins.remove(bob, jid, first)).to.equal(undefined);
  expect(await pinsOf(carol, jid)).to.deep.equal([second]);
  expect(await carol.sdk.deleteChatsRoomMessage(jid, second)).to.equal(undefined);
  await refusal(bob.sdk.getChatsMessage(second), 404, 'not.found');
  expect(await pinsOf(carol, jid), 'what is deleted leaves the pins').to.deep.equal([]);
  expect(bodies(await bob.sdk.getChatsRoomMessages(jid))).to.deep.equal(['uno']);
  expect(await alice.sdk.deleteChatsRoomParticipant(jid, carol.id)).to.equal(undefined);
  expect(
    (await alice.native.room.info({ entity_id: listed?.room_id ?? '' })).member_count,
  ).to.equal(2);
};

const oneOnOne: Step = async ({ alice, bob }) => {
  const first = await postToUser(alice, bob, 'psst');
  const second = await postToUser(bob, alice, 'yes?', { mentions: [alice.id] });
  const message = await bob.sdk.getChatsMessage(first);
  expect(message).to.deep.include({
    jid: alice.jid,
    toJid: bob.jid,
    user: alice.ref,
    toUser: bob.ref,
  });
  const history = await alice.sdk.getChatsUserMessages(bob.id);
  expect(bodies(history)).to.deep.equal(['psst', 'yes?']);
  const { entities, ...newest } = history;
  expect(newest, 'the newest message too, for typed SDKs').to.deep.equal(entities[1]);
  expect(entities[1]).to.deep.include({ id: second, mentions: { [alice.id]: alice.jid } });
  expect(bodies(await bob.sdk.getChatsUserMessages(alice.id, { limit: '1' }))).to.deep.equal([
    'yes?',
  ]);
  expect(bodies(await bob.sdk.getChatsUserMessage(alice.id, `${second},${first}`))).to.deep.equal([
    'yes?',
    'psst',
  ]);
  expect(await alice.sdk.patchChatsUserMessage(bob.id, first, { message: 'hey' })).to.deep.equal({
    id: first,
  });
  expect(await bob.sdk.deleteChatsUserMessage(alice.id, second)).to.equal(undefined);
  expect(bodies(await alice.sdk.getChatsUserMessages(bob.id))).to.deep.equal(['hey']);
};

const hubSettings: Step = async ({ alice }) => {
  const defaults = { messageRetentionPeriodDays: 3650, reactionsEnabled: true };
  expect(await alice.sdk.getChatsSettings()).to.deep.equal(defaults);
  const patched = await alice.sdk.patchChatsSettings({ messageRetentionPeriodDays: 100 });
  expect(patched).to.deep.equal({ ...defaults, messageRetentionPeriodDays: 100 });
  expect(await alice.sdk.putChatsSettings({ messageRetentionPeriodDays: 3650 })).to.deep.equal(
    defaults,
  );
};

const settingsOfUsers: Step = async ({ alice, bob }) => {
  const often = (when: string) => ({ mobile: { notifications: { when } } });
  expect(await alice.sdk.getChatsUserSettings(bob.id)).to.deep.equal(often('Always'));
  const rarely = often('OnlyWhenInactive');
  expect(await alice.sdk.patchChatsUserSettings(bob.id, rarely)).to.deep.equal(rarely);
  expect(await alice.sdk.getChatsUserSettings(bob.id)).to.deep.equal(rarely);
};

/** Operations that 187 does not have. */
const sinceThen: Step = async ({ alice, bob }) => {
  const { jid } = await alice.sdk.postChatsRooms({ subject: 'Crew', userIds: [bob.id] });
  const participants = [alice, bob].map((person) => ({ jid: person.jid, user: person.ref }));
  expect((await bob.sdk.getChatsRoomParticipants(jid)).participants).to.have.deep.members(
    participants,
  );
  expect(await bob.sdk.getChatsRoomParticipant(jid, alice.jid)).to.deep.equal({
    participantJid: alice.jid,
  });
  const id = await postToUser(alice, bob, 'pin me');
  expect(await bob.sdk.getChatsUser(alice.id)).to.deep.equal({ pinnedMessages: [] });
  expect(await bob.sdk.postChatsUserMessagesPins(alice.id, { pinnedMessageIds: [id] })).to.equal(
    undefined,
  );
  const pin = { id, selfUri: `/api/v2/chats/messages/${id}` };
  expect(await alice.sdk.getChatsUser(bob.id)).to.deep.equal({ pinnedMessages: [pin] });
  expect(await alice.sdk.deleteChatsUserMessagesPin(bob.id, id)).to.equal(undefined);
  expect(await bob.sdk.getChatsUser(alice.id)).to.deep.equal({ pinnedMessages: [] });
  expect(await bob.sdk.putChatsMessageReactions(id, { reactions: ['👍'] })).to.equal(undefined);
  expect((await alice.sdk.getChatsMessage(id)).reactions).to.deep.equal([
    { emoji: '👍', users: [bob.ref] },
  ]);

  const mine = await bob.sdk.getChatsUsersMeSettings();
  expect(await bob.sdk.postChatsUsersMeSettings({ muted: true })).to.equal(undefined);
  expect(await bob.sdk.patchChatsUsersMeSettings({ mentionsOnly: true })).to.deep.equal({
    ...mine,
    muted: true,
    mentionsOnly: true,
  });
  expect(await bob.sdk.deleteChatsUsersMeSettings()).to.equal(undefined);
  const { entities } = await bob.sdk.getUsersChatsMe();
  expect(entities.map((item) => [item.chatType, item.id])).to.have.deep.members([
    ['oneOnOne', alice.id],
    ['adhoc', jid],
    ...entities
      .filter((item) => item.name === 'Release crew')
      .map((item) => [item.chatType, item.id]),
  ]);
};

/** Calls every operation that an SDK has for chats; fails if one was not called. */
async function everything(version: Version, options: SdkOptions): Promise<void> {
  const { alice, bob, carol } = await people(
    { alice: 31, bob: 7, carol: 7 },
    { version, ...options },
  );
  const steps = [inRoom, oneOnOne, hubSettings];
  if (version > 186) steps.push(settingsOfUsers);
  if (version > 190) steps.push(sinceThen);
  for (const step of steps) await step({ alice, bob, carol }, version);
  const called = new Set([alice, bob, carol].flatMap(({ sdk }) => [...sdk.called]));
  expect([...called].sort()).to.deep.equal(operationsOf(version).sort());
}

describe('The published SDK', () => {
  for (const version of versions) {
    it(`${version} gets the documented reply of each operation, or none for void ones`, () =>
      everything(version, {}));

    it(`${version} sees 200 where there is something, 204 where not`, () =>
      everything(version, { extended: true }));
  }

  it('has 34, 24 and 22 operations in ChatApi, all of which are tested', () => {
    const counts = versions.map(
      (version) => operationsOf(version).filter((name) => name !== 'getUsersChatsMe').length,
    );
    expect(counts).to.deep.equal([34, 24, 22]);
    expect([...new Set(versions.flatMap(operationsOf))].sort()).to.deep.equal(
      [...operationNames].sort(),
    );
  });
});
