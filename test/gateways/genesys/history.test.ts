import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import {
  type Person,
  people,
  personOf,
  postToRoom,
  postToUser,
  refusal,
  refusals,
  roomIdOf,
  sdkOf,
  sdkRoom,
  type Version,
} from '../../support/genesys.ts';
import { type Member, memberOf } from '../../support/hub.ts';
import type { Message } from './models.ts';

const day = 24 * 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const after = (message: Message | undefined, ms: number): string =>
  iso(Date.parse(message?.dateCreated ?? '') + ms);
const bodies = (messages: readonly Message[]): string[] => messages.map((message) => message.body);
const idsOf = (messages: readonly Message[]): string[] => messages.map((message) => message.id);

/** Twelve messages in a room, `0` to `11`. */
async function newHistory() {
  const cast = await people({ alice: 7, bob: 7 });
  const room = await sdkRoom(cast.alice, cast.bob);
  for (let n = 0; n < 12; n++) await postToRoom(n % 2 ? cast.alice : cast.bob, room, String(n));
  const read = async (options: object = {}) =>
    (await cast.bob.sdk.getChatsRoomMessages(room, options)).entities;
  return { ...cast, room, read };
}

/** Posts concurrently, by the authors in turn, and returns the ids of the messages. */
const postTogether = (
  count: number,
  post: (author: Member) => Promise<{ message_id: string }>,
  authors: readonly Member[],
): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const { message_id } = await post(authors[n % authors.length] as Member);
      return message_id;
    }),
  );

/** Copies messages into a room `times` times, a call each; returns the ids of the copies. */
async function copyInto(
  room: string,
  author: Member,
  messages: readonly string[],
  times: number,
): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < times; n++) {
    const call = { nodes: { messages: [...messages] }, entities: [room] };
    ids.push(...(await author.chat.forward(call)).map((copy) => copy.message_id));
  }
  return ids;
}

type Page = (options: { limit: string; before?: string; after?: string }) => Promise<Message[]>;

/** Reads backwards from the newest message, each page before the one read last. */
async function walkBack(page: Page, limit = '100'): Promise<Message[]> {
  const seen: Message[] = [];
  for (let before: string | undefined; ; before = seen[0]?.dateCreated) {
    const messages = await page({ limit, ...(before === undefined ? {} : { before }) });
    if (messages.length === 0) return seen;
    seen.unshift(...messages);
    expect(seen.length, 'goes on for ever').to.be.at.most(1000);
  }
}

/** Reads forwards from the oldest message. */
async function walkForth(page: Page, start: string, limit = '100'): Promise<Message[]> {
  const seen: Message[] = [];
  for (let from = start; ; from = after(seen.at(-1), 1)) {
    const messages = await page({ limit, after: from });
    if (messages.length === 0) return seen;
    seen.push(...messages);
    expect(seen.length, 'goes on for ever').to.be.at.most(1000);
  }
}

/** Expects each message once, with distinct dates in ascending order. */
function expectWhole(walked: readonly Message[], ids: readonly string[]): void {
  expect(idsOf(walked).sort()).to.deep.equal([...ids].sort());
  const dates = walked.map((message) => message.dateCreated);
  expect(new Set(dates).size).to.equal(ids.length);
  expect(dates).to.deep.equal([...dates].sort());
}

describe('A history in an SDK', () => {
  // Of the tests that post nothing into the room.
  let history: Awaited<ReturnType<typeof newHistory>>;
  before(async () => {
    history = await newHistory();
  });

  it('has every message once, in order, though 1,000 are of one millisecond', async () => {
    const now = Date.now();
    await using app = await ownApp({ LIMIT_USER_CALLS: '0', LIMIT_HUB_CALLS: '0' }, () => now);
    const { alice, bob } = await people({ alice: 7, bob: 7 }, { app });
    const room = await sdkRoom(alice, bob);
    const entity_id = roomIdOf(room);
    const post = (author: Member) => author.chat.post({ entity_id, message: 'Hi' });
    const posted = await postTogether(100, post, [alice.native, bob.native]);
    const ids = [...posted, ...(await copyInto(entity_id, bob.native, posted, 9))];
    const pageBy = (version: Version): Page => {
      const sdk = sdkOf(version, bob.native.token, { url: app.url });
      return async (options) => (await sdk.getChatsRoomMessages(room, options)).entities;
    };
    const back = await walkBack(pageBy(262));
    expectWhole(back, ids);
    expect(await walkForth(pageBy(262), iso(now - day))).to.deep.equal(back);
    for (const version of [187, 181] as const)
      expect(await walkBack(pageBy(version))).to.deep.equal(back);

    const old = sdkOf(181, alice.native.token, { url: app.url });
    const pages: Message[][] = [];
    for (let pageNumber = 1; pageNumber < 12; pageNumber++)
      pages.unshift((await old.getChatsRoomMessages(room, { pageSize: 100, pageNumber })).entities);
    expect(pages.map((one) => one.length)).to.deep.equal([
      0,
      ...Array.from({ length: 10 }, () => 100),
    ]);
    expect(pages.flat()).to.deep.equal(back);
  });

  it('has them in a direct conversation and in a thread too', async () => {
    const now = Date.now();
    await using app = await ownApp({ LIMIT_USER_CALLS: '0', LIMIT_HUB_CALLS: '0' }, () => now);
    const { alice, bob } = await people({ alice: 7, bob: 7 }, { app });
    const root = await postToUser(alice, bob, '0');
    const post = (author: Member) =>
      author.chat.post({
        entity_id: author.id === bob.id ? alice.id : bob.id,
        message: 'Hi',
        thread_id: root,
      });
    const ids = [root, ...(await postTogether(59, post, [alice.native, bob.native]))];
    const inConversation: Page = async (options) =>
      (await bob.sdk.getChatsUserMessages(alice.id, options)).entities;
    const inThread: Page = async (options) =>
      (await bob.sdk.getChatsThreadMessages(root, options)).entities;
    const back = await walkBack(inConversation, '20');
    expectWhole(back, ids);
    expect(await walkBack(inThread, '20')).to.deep.equal(back);
    expect(await walkForth(inThread, iso(now - day), '20')).to.deep.equal(back);
  });

  it('is the newest 25, oldest first, or `limit` of them, at most 100', async () => {
    const { bob, alice, room, read } = await newHistory();
    const first = await read();
    expect(bodies(first)).to.deep.equal([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
    ]);
    expect(bodies(await read({ limit: '2' }))).to.deep.equal(['10', '11']);
    expect(bodies(await read({ limit: 3, excludeMetadata: true }))).to.deep.equal([
      '9',
      '10',
      '11',
    ]);
    const copied = await copyInto(roomIdOf(room), alice.native, idsOf(first), 8);
    expect(idsOf(await read())).to.deep.equal(copied.slice(-25));
    expect(await read({ limit: '100' })).to.have.length(100);
    expect(await read({ limit: '1000' })).to.have.length(100);
    expect(
      (await bob.sdk.getChatsThreadMessages((await read())[0]?.id, { limit: '1000' })).entities,
    ).to.have.length(1);
  });

  it('starts at `after`, and ends before `before`', async () => {
    const { read } = history;
    const all = await read();
    const [third, ninth] = [all[3]?.dateCreated, all[9]?.dateCreated];
    expect(bodies(await read({ before: third }))).to.deep.equal(['0', '1', '2']);
    expect(bodies(await read({ before: ninth, limit: '2' }))).to.deep.equal(['7', '8']);
    expect(bodies(await read({ after: ninth }))).to.deep.equal(['9', '10', '11']);
    expect(bodies(await read({ after: third, limit: '2' }))).to.deep.equal(['3', '4']);
    expect(bodies(await read({ after: third, before: ninth, limit: '2' }))).to.deep.equal([
      '7',
      '8',
    ]);
    expect(bodies(await read({ after: third, before: after(all[5], 0) }))).to.deep.equal([
      '3',
      '4',
    ]);
    expect(await read({ after: ninth, before: third })).to.deep.equal([]);
    expect(await read({ after: third, before: third })).to.deep.equal([]);
    expect(await read({ after: iso(Date.now() + day) })).to.deep.equal([]);
    expect(bodies(await read({ before: new Date(Date.now() + day), limit: '1' }))).to.deep.equal([
      '11',
    ]);
  });

  it('accepts dates with an offset, with microseconds or without a fraction', async () => {
    const { read } = history;
    for (const date of [
      '2100-01-01T00:00:00Z',
      '2100-01-01T00:00:00.123456Z',
      '2100-01-01T01:00:00.000+01:00',
    ])
      expect(await read({ before: date, limit: '1' }), date).to.have.length(1);
  });

  it('refuses an invalid limit and an invalid date', async () => {
    const { alice, bob, room } = history;
    const id = await postToUser(alice, bob);
    const reads = (options: object) => [
      bob.sdk.getChatsRoomMessages(room, options),
      bob.sdk.getChatsUserMessages(alice.id, options),
      bob.sdk.getChatsThreadMessages(id, options),
    ];
    const limits = ['0', '-1', '1.5', 'many', ' '].map((limit) => ({ limit }));
    await refusals(limits.flatMap(reads), 400, 'invalid.value');
    for (const date of [
      'yesterday',
      '2026-02-30T00:00:00Z',
      '2026-03-04',
      '1700000000',
      '2026-03-04T09:15:22',
    ])
      for (const name of ['before', 'after'])
        await refusals(reads({ [name]: date }), 400, 'invalid.date');
  });

  it('accepts pageSize and pageNumber of old SDKs', async () => {
    const { bob, room } = history;
    const old = sdkOf(181, bob.native.token);
    const read = async (options: object) =>
      bodies((await old.getChatsRoomMessages(room, options)).entities);
    expect(await read({ pageSize: 5 })).to.deep.equal(['7', '8', '9', '10', '11']);
    expect(await read({ pageSize: 5, pageNumber: 2 })).to.deep.equal(['2', '3', '4', '5', '6']);
    expect(await read({ pageSize: 5, pageNumber: 3 })).to.deep.equal(['0', '1']);
    expect(await read({ pageSize: 5, pageNumber: 4 })).to.deep.equal([]);
    expect(await read({ pageSize: 5, limit: '2' }), 'limit comes first').to.deep.equal([
      '10',
      '11',
    ]);
    const rest = { sortBy: 'dateCreated', expand: ['user', 'x'], nextPage: 'x', previousPage: 'y' };
    expect(await read({ pageSize: 2, ...rest })).to.deep.equal(['10', '11']);
    for (const bad of [
      { pageSize: '0' },
      { pageSize: 'x' },
      { pageNumber: '0' },
      { pageNumber: 'x' },
      { pageNumber: '-1' },
    ])
      await refusal(old.getChatsRoomMessages(room, { pageSize: 5, ...bad }), 400, 'invalid.value');
  });

  it('marks nothing as read', async () => {
    const { alice, bob, room, read } = history;
    const unread = async () => (await bob.native.chat.count_all({})).total_cnt;
    await postToUser(alice, bob);
    const before = await unread();
    expect(before).to.be.above(0);
    const [message] = await read();
    await bob.sdk.getChatsRoomMessage(room, message?.id);
    await bob.sdk.getChatsUserMessages(alice.id);
    await bob.sdk.getUsersChatsMe();
    expect(await unread()).to.equal(before);
  });

  it('is complete for a user who joins later, and empty without messages', async () => {
    const { alice, room, hub } = history;
    const late: Person = personOf(await hub.join('late'));
    await alice.sdk.postChatsRoomParticipant(room, late.id);
    expect((await late.sdk.getChatsRoomMessages(room)).entities).to.have.length(12);
    expect(await late.sdk.getChatsUserMessages(alice.id)).to.deep.equal({ entities: [] });
    expect((await late.sdk.getChatsRoomMessages(await sdkRoom(late))).entities).to.deep.equal([]);
  });

  it('with a user who has left the hub can be read to its end', async () => {
    const { alice, bob, hub } = await people({ alice: 7, bob: 7 });
    for (const text of ['a', 'b', 'c']) await postToUser(bob, alice, text);
    await hub.operator.hub.remove_member({ user_id: bob.id });
    const page: Page = async (options) =>
      (await alice.sdk.getChatsUserMessages(bob.id, options)).entities;
    expect(bodies(await walkBack(page))).to.deep.equal(['a', 'b', 'c']);
  });

  it('hides messages older than the hub’s retention at once', async () => {
    const start = Date.now();
    const { alice, bob, hub } = await people({ alice: 31, bob: 7 });
    const room = await sdkRoom(alice, bob);
    const old = await postToRoom(bob, room, 'old');
    const direct = await postToUser(bob, alice, 'old too');
    await alice.sdk.postChatsRoomMessagesPins(room, { pinnedMessageIds: [old] });
    await using later = await ownApp({}, () => start + 11 * day);
    const there = personOf(await memberOf(later, bob.id, hub.id), 262, { url: later.url });
    await there.sdk.postChatsRoomMessages(room, { message: 'new' });
    const admin = personOf(await memberOf(later, alice.id, hub.id), 262, { url: later.url });
    expect(bodies((await admin.sdk.getChatsRoomMessages(room)).entities)).to.deep.equal([
      'old',
      'new',
    ]);
    await admin.sdk.patchChatsSettings({ messageRetentionPeriodDays: 10 });
    for (const { sdk } of [admin, there]) {
      expect(bodies((await sdk.getChatsRoomMessages(room)).entities)).to.deep.equal(['new']);
      await refusal(sdk.getChatsMessage(old), 404, 'not.found');
      await refusal(sdk.getChatsMessage(direct), 404, 'not.found');
      expect((await sdk.getChatsRoom(room)).pinnedMessages).to.deep.equal([]);
    }
  });
});
