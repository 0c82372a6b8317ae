import { expect } from 'chai';
import { directKey } from '../../../db/rows/rooms/direct-key.ts';
import { app } from '../../support/app.ts';
import { refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly, post, posts } from './support.ts';

const ordinals = (rows: { ordinal: number }[]): number[] => rows.map((row) => row.ordinal);
const downFrom = (from: number, to: number): number[] =>
  Array.from({ length: from - to + 1 }, (_, n) => from - n);
const unread = async (member: Member, entityId: string): Promise<number> =>
  (await member.chat.to_read({ entity_id: entityId })).unread;

describe('chat.messages', () => {
  it('returns a conversation, newest first, with authors and what was unread', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const own = await alice.chat.post({ entity_id: bob.id, message: 'Hi Bob' });
    const answer = await bob.chat.post({
      entity_id: alice.id,
      message: 'Hi Alice',
      thread_id: own.message_id,
    });
    const rows = await alice.chat.messages({ entity_id: bob.id });
    expect(rows).to.have.length(2);
    expect(rows[0]).to.deep.include({
      message_id: answer.message_id,
      message: 'Hi Alice',
      author_id: bob.id,
      entity_id: bob.id,
      room_id: own.room_id,
      entity: { id: bob.id, firstname: 'bob', lastname: 'Test', surname: 'bob Test' },
      thread_id: own.message_id,
      seq: answer.seq,
      ordinal: 2,
      ctime: answer.ctime,
      ctime_ms: answer.ctime_ms,
      version: 1,
      edited: 0,
      is_forward: 0,
      is_attachment: 0,
      is_notify: 1,
      is_readed: 1,
      status: 'active',
      page: 1,
    });
    expect(rows[0]?.thread).to.deep.include({
      message_id: own.message_id,
      message: 'Hi Bob',
      author_id: alice.id,
    });
    expect(rows[1]).to.include({
      message_id: own.message_id,
      is_notify: 0,
      is_readed: 1,
      thread: null,
    });
    expect((await alice.chat.messages({ entity_id: bob.id }))[0]).to.include({
      is_notify: 0,
      is_readed: 1,
    });
    expect(
      (await bob.chat.messages({ entity_id: alice.id })).map((row) => row.entity_id),
    ).to.deep.equal([alice.id, alice.id]);
  });

  it('returns an empty list for a conversation without messages', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    expect(await alice.chat.messages({ entity_id: bob.id })).to.deep.equal([]);
    expect(await alice.chat.messages({ entity_id: await newRoom(alice, bob) })).to.deep.equal([]);
  });

  it('pages by number, 45 a page unless limit says otherwise, from 1 to 100', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const post = () => bob.chat.post({ entity_id: alice.id, message: 'one of many' });
    await post();
    await Promise.all(Array.from({ length: 100 }, post));
    const page = (params: object) =>
      alice.chat.messages({ entity_id: bob.id, mark_read: 0, ...params });
    expect(ordinals(await page({}))).to.deep.equal(downFrom(101, 57));
    const second = await page({ page: 2 });
    expect(ordinals(second)).to.deep.equal(downFrom(56, 12));
    expect(new Set(second.map((row) => row.page))).to.deep.equal(new Set([2]));
    expect(ordinals(await page({ page: '3' }))).to.deep.equal(downFrom(11, 1));
    expect(await page({ page: 4 })).to.deep.equal([]);
    expect(ordinals(await page({ limit: '10', page: 2 }))).to.deep.equal(downFrom(91, 82));
    expect(ordinals(await page({ limit: 100 }))).to.deep.equal(downFrom(101, 2));
    expect(ordinals(await page({ limit: 1 }))).to.deep.equal([101]);
  });

  it('pages before and after a row’s cursor or a message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const ids = await posts(bob, alice.id, 6);
    const page = async (params: object) =>
      ordinals(await alice.chat.messages({ entity_id: bob.id, mark_read: 0, ...params }));
    const rows = await alice.chat.messages({ entity_id: bob.id, mark_read: 0 });
    const cursor = (ordinal: number) => rows.find((row) => row.ordinal === ordinal)?.cursor;
    expect(await page({ before: cursor(4), limit: 2 })).to.deep.equal([3, 2]);
    expect(await page({ before: ids[3], limit: 2 })).to.deep.equal([3, 2]);
    expect(await page({ after: cursor(2), limit: 2 })).to.deep.equal([4, 3]);
    expect(await page({ after: ids[1], limit: 2 })).to.deep.equal([4, 3]);
    expect(await page({ after: ids[1], before: cursor(6) })).to.deep.equal([5, 4, 3]);
    expect(await page({ before: ids[0] })).to.deep.equal([]);
    expect(await page({ after: cursor(6) })).to.deep.equal([]);
    await bob.chat.delete({ option: 'all', messages: ids.slice(2, 4) });
    expect(await page({ before: cursor(5), limit: 2 })).to.deep.equal([2, 1]);
    expect(await page({ after: cursor(2), limit: 2 })).to.deep.equal([6, 5]);
  });

  it('marks as read what it returned and no more', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const ids = await posts(bob, alice.id, 5);
    const older = await alice.chat.messages({ entity_id: bob.id, limit: 2, page: 2 });
    expect(older.map((row) => [row.ordinal, row.is_notify])).to.deep.equal([
      [3, 1],
      [2, 1],
    ]);
    expect(await unread(alice, bob.id)).to.equal(2);
    await alice.chat.messages({ entity_id: bob.id, before: ids[1] });
    expect(await unread(alice, bob.id)).to.equal(2);
    await alice.chat.messages({ entity_id: bob.id, after: ids[2], limit: 1 });
    expect(await unread(alice, bob.id)).to.equal(1);
    await alice.chat.messages({ entity_id: bob.id });
    expect(await unread(alice, bob.id)).to.equal(0);
  });

  it('marks nothing as read with mark_read 0', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { seq } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const { token, hubId } = alice;
    for (const markRead of [0, '0', false]) {
      const { body } = await raw('chat.messages', {
        token,
        hubId,
        body: { entity_id: bob.id, mark_read: markRead },
      });
      expect(body.data[0]).to.include({ is_notify: 1, is_readed: 0 });
    }
    expect(await unread(alice, bob.id)).to.equal(1);
    expect((await alice.chat.sync({ since: seq })).events).to.deep.equal([]);
  });

  it('publishes the read pointer to the reader’s devices and the other participants', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob);
    const [, second] = await posts(bob, room, 2);
    using other = await alice.device();
    using author = await bob.device();
    using stranger = await carol.device();
    await alice.chat.messages({ entity_id: room });
    const data = { room_id: room, user_id: alice.id, ordinal: 2, message_id: second };
    for (const device of [other, author]) {
      const event = await device.next('chat.acknowledge');
      expect(event).to.deep.include({ entity_id: room, stream: room, actor_id: alice.id, data });
    }
    const { seq } = await bob.chat.post({
      entity_id: carol.id,
      message: 'the only event',
    });
    await stranger.next('chat.post');
    expect(stranger.received).to.have.length(1);
    await alice.chat.messages({ entity_id: room });
    expect((await alice.chat.sync({ since: seq })).events).to.deep.equal([]);
  });

  it('shows an author which of their messages everyone else has read', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const [first = '', second = ''] = await posts(alice, room, 2);
    await bob.chat.acknowledge({ message_id: second });
    const seen = async () =>
      (await alice.chat.messages({ entity_id: room })).map((row) => row.is_seen);
    expect(await seen()).to.deep.equal([0, 0]);
    await carol.chat.acknowledge({ message_id: first });
    expect(await seen()).to.deep.equal([0, 1]);
    const { message_id: own } = await bob.chat.post({ entity_id: room, message: 'Hi' });
    for (const member of [alice, carol]) await member.chat.acknowledge({ message_id: own });
    expect((await bob.chat.messages({ entity_id: room })).map((row) => row.is_seen)).to.deep.equal([
      1, 0, 0,
    ]);
  });

  it('leaves out messages deleted for all, and those that the caller hid', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [deleted = '', hidden = '', kept = ''] = await posts(bob, alice.id, 3);
    await bob.chat.delete({ option: 'all', messages: [deleted] });
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    const ids = async (member: Member, other: Member) =>
      (await member.chat.messages({ entity_id: other.id })).map((row) => row.message_id);
    expect(await ids(alice, bob)).to.deep.equal([kept]);
    expect(await ids(bob, alice)).to.deep.equal([kept, hidden]);
    expect(await alice.chat.messages({ entity_id: bob.id, page: 2, limit: 1 })).to.deep.equal([]);
  });

  it('shows DELETED and the id of a deleted message in place of a quote of it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [id = ''] = await posts(bob, alice.id, 1);
    await alice.chat.post({ entity_id: bob.id, message: 'a reply', thread_id: id });
    await bob.chat.delete({ option: 'all', messages: [id] });
    for (const [member, other] of [[alice, bob] as const, [bob, alice] as const]) {
      const [row] = await member.chat.messages({ entity_id: other.id });
      expect(row).to.deep.include({
        message: 'a reply',
        thread_id: id,
        thread: { message: 'DELETED', message_id: id },
      });
    }
  });

  it('shows what a reply answers, whether or not the page before had replies', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [id = ''] = await posts(bob, alice.id, 1);
    const quotes = async (limit: number) =>
      (await alice.chat.messages({ entity_id: bob.id, limit })).map((row) => row.thread?.message);
    expect(await quotes(3)).to.deep.equal([undefined]);
    await bob.chat.post({ entity_id: alice.id, message: 'a reply', thread_id: id });
    await posts(bob, alice.id, 1);
    for (const limit of [3, 3, 1, 1, 2, 3]) {
      const expected = [undefined, 'Message 1', undefined].slice(0, limit);
      expect(await quotes(limit)).to.deep.equal(expected);
    }
  });

  it('returns the conversation as the database says, also when its room is exchanged', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    await post(alice, bob.id, 'to bob');
    await post(alice, carol.id, 'to carol');
    const read = async (other: Member) =>
      (await alice.chat.messages({ entity_id: other.id })).map((row) => row.message);
    for (let n = 0; n < 2; n++) expect(await read(bob)).to.deep.equal(['to bob']);
    // Another connection exchanges the rooms, which the service does not notice.
    const key = (other: Member) => directKey(alice.id, other.id);
    for (const [from, to] of [
      [key(bob), 'meanwhile'],
      [key(carol), key(bob)],
      ['meanwhile', key(carol)],
    ])
      await app().pool.query(
        'UPDATE rooms SET direct_key = ? WHERE hub_id = ? AND direct_key = ?',
        [...[to, alice.hubId, from]],
      );
    expect(await read(bob)).to.deep.equal(['to carol']);
    expect(await read(carol)).to.deep.equal(['to bob']);
  });

  it('shows a late joiner the whole history, earlier messages as read', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, late: 7 });
    const { alice, bob, late } = members;
    const room = await newRoom(alice, bob);
    await posts(alice, room, 2);
    await alice.room.add({ entity_id: room, user_id: late.id });
    await posts(alice, room, 1);
    const rows = await late.chat.messages({ entity_id: room });
    expect(rows.map((row) => [row.ordinal, row.is_notify])).to.deep.equal([
      [3, 1],
      [2, 0],
      [1, 0],
    ]);
  });

  it('can be called by GET, which marks as read too, except for a prefetch', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await posts(bob, alice.id, 3);
    const { token, hubId } = alice;
    const get = async (query: string, headers: Record<string, string> = {}) =>
      (await raw('chat.messages', { token, hubId, verb: 'GET', query, headers })).body;
    const query = `?entity_id=${bob.id}&limit=2&page=1`;
    expect(ordinals((await get(`${query}&mark_read=0`)).data)).to.deep.equal([3, 2]);
    for (const name of ['sec-purpose', 'purpose'])
      expect((await get(query, { [name]: 'prefetch;prerender' })).data[0]).to.include({
        is_readed: 0,
      });
    expect(await unread(alice, bob.id)).to.equal(3);
    expect((await get(`?peer_id=${bob.id}&limit=1`)).data[0]).to.include({
      is_notify: 1,
      is_readed: 1,
    });
    expect(await unread(alice, bob.id)).to.equal(0);
  });

  it('marks nothing as read by GET with a cookie unless the origin is the same', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await posts(bob, alice.id, 1);
    const get = async (headers: Record<string, string>) => {
      const init = { hubId: alice.hubId, verb: 'GET', query: `?entity_id=${bob.id}` };
      const { body } = await raw('chat.messages', {
        ...init,
        headers: { cookie: `regsid=${alice.token}`, ...headers },
      });
      expect(body.data).to.have.length(1);
      return unread(alice, bob.id);
    };
    expect(await get({})).to.equal(1);
    for (const site of ['cross-site', 'same-site', 'none'])
      expect(await get({ 'sec-fetch-site': site })).to.equal(1);
    expect(await get({ 'sec-fetch-site': 'same-origin', 'sec-purpose': 'prefetch' })).to.equal(1);
    expect(await get({ 'sec-fetch-site': 'same-origin' })).to.equal(0);
  });

  it('accepts peer_id for entity_id, and ignores unknown parameters', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await posts(bob, alice.id, 1);
    const body = { peer_id: bob.id, order: 'desc', socket_id: 's', device_id: 7 };
    const reply = await raw('chat.messages', { token: alice.token, hubId: alice.hubId, body });
    expect(reply.body.data[0]).to.include({ entity_id: bob.id, peer_id: bob.id });
  });

  it('fails with ROOM_NOT_FOUND where the caller has no conversation', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 31, removed: 7 });
    const { alice, bob, admin, removed } = members;
    const { members: others } = await newHub({ stranger: 7, mate: 7 });
    const { stranger, mate } = others;
    const room = await newRoom(alice, removed);
    const theirs = await newRoom(stranger, mate);
    await posts(alice, room, 1);
    const { room_id: direct } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    expect(await removed.chat.messages({ entity_id: room })).to.have.length(1);
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const unknown = (member: Member, id: string) =>
      refused(member.chat.messages({ entity_id: id }), 'ROOM_NOT_FOUND');
    for (const id of ['nobody', '', '\u0000', alice.id, direct, theirs, stranger.id])
      await unknown(alice, id);
    for (const member of [removed, bob, admin, stranger]) await unknown(member, room);
  });

  it('fails with MESSAGE_NOT_FOUND when before or after is in another conversation', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [id = ''] = await posts(alice, await newRoom(alice, bob), 1);
    await posts(bob, alice.id, 1);
    for (const place of [{ before: id }, { after: id }, { before: 'nothing' }])
      await refused(alice.chat.messages({ entity_id: bob.id, ...place }), 'MESSAGE_NOT_FOUND');
    expect(await unread(alice, bob.id)).to.equal(1);
  });

  it('fails with INVALID_INPUT for bad parameters, naming them', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = bob.id;
    await refusedInputs(alice, 'chat.messages', [
      ['entity_id', {}],
      ['entity_id', { entity_id: 7 }],
      ['entity_id', { peer_id: [] }],
      ['page', { entity_id, page: 0 }],
      ['page', { entity_id, page: 'two' }],
      ['page', { entity_id, page: 1.5 }],
      ['limit', { entity_id, limit: 0 }],
      ['limit', { entity_id, limit: 101 }],
      ['limit', { entity_id, limit: 'x' }],
      ['before', { entity_id, before: 5 }],
      ['before', { entity_id, before: "1' OR 1" }],
      ['after', { entity_id, after: '' }],
      ['mark_read', { entity_id, mark_read: 2 }],
    ]);
  });

  it('rejects viewers, other hubs’ members, and calls without a token', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    await posts(alice, viewer.id, 1);
    await refused(viewer.chat.messages({ entity_id: alice.id }), 'PERMISSION_DENIED');
    const body = { entity_id: alice.id };
    await expectMembersOnly('chat.messages', hubId, body);
  });
});
