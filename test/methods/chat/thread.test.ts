import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { untyped } from '../../support/untyped.ts';
import { expectMembersOnly, unknownIds } from './support.ts';

const post = async (
  author: Member,
  entityId: string,
  message: string,
  thread_id?: string,
): Promise<string> =>
  (
    await author.chat.post({
      entity_id: entityId,
      message,
      ...(thread_id === undefined ? {} : { thread_id }),
    })
  ).message_id;

type Paging = { page?: number; limit?: number; before?: string; after?: string };

/** The texts of a page of a thread. */
const texts = async (member: Member, threadId: string, paging: Paging = {}): Promise<string[]> =>
  (await member.chat.thread({ thread_id: threadId, ...paging })).map((row) => row.message);

/** A root and ten replies in its thread, with other messages in between. */
async function longThread(author: Member, entityId: string): Promise<string[]> {
  const ids = [await post(author, entityId, '0')];
  for (let n = 1; n <= 10; n++) {
    await post(author, entityId, 'something else');
    ids.push(await post(author, entityId, `${n}`, ids[n % 2 ? 0 : n - 1]));
  }
  return ids;
}

describe('chat.thread', () => {
  it('returns the first message and every reply, newest first, as the history does', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await post(alice, room, 'before it');
    const root = await post(alice, room, 'root');
    await post(bob, room, 'something else');
    const reply = await post(bob, room, 'reply', root);
    await post(alice, room, 'reply to another', await post(alice, room, 'another root'));
    await post(alice, room, 'second reply', root);
    await alice.chat.react({ message_id: reply, emoji: '👍', state: 1 });
    const rows = await alice.chat.thread({ thread_id: root });
    expect(rows.map((row) => row.message)).to.deep.equal(['second reply', 'reply', 'root']);
    const listed = await alice.chat.messages({ entity_id: room, mark_read: 0 });
    expect(rows).to.deep.equal(
      rows.map((row) => listed.find((one) => one.message_id === row.message_id)),
    );
    expect(rows[1]).to.deep.include({ my_reactions: ['👍'], entity_id: room, thread_id: root });
    expect(rows.map((row) => row.thread?.message)).to.deep.equal(['root', 'root', undefined]);
  });

  it('contains replies to replies, and is found by any of its messages', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const root = await post(alice, bob.id, 'root');
    const reply = await post(bob, alice.id, 'reply', root);
    const deeper = await post(alice, bob.id, 'reply to the reply', reply);
    const deepest = await post(bob, alice.id, 'reply to that', deeper);
    const all = ['reply to that', 'reply to the reply', 'reply', 'root'];
    for (const member of [alice, bob])
      for (const id of [root, reply, deeper, deepest])
        expect(await texts(member, id)).to.deep.equal(all);
    const rows = await alice.chat.thread({ thread_id: root });
    expect(rows.map((row) => row.thread_id)).to.deep.equal([deeper, reply, root, null]);
    expect(rows.map((row) => row.entity_id)).to.deep.equal(rows.map(() => bob.id));
  });

  it('is the message alone without replies; a forwarded copy starts another thread', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const root = await post(alice, bob.id, 'root');
    expect(await texts(alice, root)).to.deep.equal(['root']);
    const reply = await post(bob, alice.id, 'reply', root);
    const [copy] = await alice.chat.forward({ entities: [bob.id], nodes: { messages: [reply] } });
    expect(await texts(alice, copy?.message_id ?? '')).to.deep.equal(['reply']);
    expect(await texts(alice, root)).to.deep.equal(['reply', 'root']);
    await refused(carol.chat.thread({ thread_id: root }), 'INVALID_THREAD');
  });

  it('pages by number, and a page beyond the end is empty', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const ids = await longThread(alice, bob.id);
    const [root = '', , , , , last = ''] = ids;
    const page = (n: number, limit: number) => texts(bob, root, { page: n, limit });
    expect(await page(1, 4)).to.deep.equal(['10', '9', '8', '7']);
    expect(await page(2, 4)).to.deep.equal(['6', '5', '4', '3']);
    expect(await page(3, 4)).to.deep.equal(['2', '1', '0']);
    for (const beyond of [4, 5, 1_000_000]) expect(await page(beyond, 4)).to.deep.equal([]);
    expect(await page(2, 10), 'the root alone').to.deep.equal(['0']);
    expect(await page(2, 11)).to.deep.equal([]);
    expect(await page(11, 1)).to.deep.equal(['0']);
    expect(await texts(bob, last, { page: 2, limit: 4 })).to.deep.equal(['6', '5', '4', '3']);
    expect(
      (await bob.chat.thread({ thread_id: root, page: 2, limit: 4 })).map((row) => row.page),
    ).to.deep.equal([2, 2, 2, 2]);
    expect(await texts(bob, root)).to.have.length(11);
  });

  it('pages before and after a cursor or a message of the thread or of the room', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const ids = await longThread(alice, bob.id);
    const [root = ''] = ids;
    const rows = await bob.chat.thread({ thread_id: root });
    const at = (n: number) => [ids[n] ?? '', rows[10 - n]?.cursor ?? ''];
    for (const place of at(5)) {
      expect(await texts(bob, root, { before: place })).to.deep.equal(['4', '3', '2', '1', '0']);
      expect(await texts(bob, root, { before: place, limit: 2 })).to.deep.equal(['4', '3']);
      expect(await texts(bob, root, { after: place })).to.deep.equal(['10', '9', '8', '7', '6']);
      expect(
        await texts(bob, root, { after: place, limit: 2 }),
        'the following page',
      ).to.deep.equal(['7', '6']);
      for (const other of at(8))
        expect(await texts(bob, root, { after: place, before: other })).to.deep.equal(['7', '6']);
      expect(await texts(bob, root, { before: place, limit: 2, page: 2 })).to.deep.equal([
        '4',
        '3',
      ]);
    }
    for (const place of at(0)) {
      expect(await texts(bob, root, { before: place })).to.deep.equal([]);
      expect(await texts(bob, root, { after: place, limit: 1 })).to.deep.equal(['1']);
    }
    for (const place of at(10)) expect(await texts(bob, root, { after: place })).to.deep.equal([]);
    expect(await texts(bob, root, { after: '0', limit: 2 })).to.deep.equal(['1', '0']);
    const between = await bob.chat.messages({
      entity_id: alice.id,
      before: ids[5] ?? '',
      limit: 1,
      mark_read: 0,
    });
    expect(between[0]?.message).to.equal('something else');
    expect(await texts(bob, root, { before: between[0]?.message_id ?? '' })).to.deep.equal([
      '4',
      '3',
      '2',
      '1',
      '0',
    ]);
    const walked: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = await bob.chat.thread({
        thread_id: root,
        limit: 3,
        ...(before === undefined ? {} : { before }),
      });
      if (page.length === 0) break;
      walked.push(...page.map((row) => row.message_id));
      before = page.at(-1)?.cursor;
    }
    expect(walked).to.deep.equal([...ids].reverse());
  });

  it('leaves out hidden or deleted messages, also the first one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const root = await post(alice, bob.id, 'root');
    const [first, second] = [
      await post(bob, alice.id, 'first', root),
      await post(alice, bob.id, 'second', root),
    ];
    const third = await post(bob, alice.id, 'third', second);
    await bob.chat.delete({ option: 'me', messages: [first] });
    expect(await texts(bob, root)).to.deep.equal(['third', 'second', 'root']);
    expect(await texts(bob, first), 'found by a hidden message').to.deep.equal([
      'third',
      'second',
      'root',
    ]);
    expect(await texts(alice, root)).to.deep.equal(['third', 'second', 'first', 'root']);
    await alice.chat.delete({ option: 'all', messages: [second] });
    await bob.chat.delete({ option: 'me', messages: [root] });
    expect(await texts(bob, third)).to.deep.equal(['third']);
    await alice.chat.delete({ option: 'all', messages: [root] });
    for (const id of [root, first, second, third]) {
      const rows = await alice.chat.thread({ thread_id: id });
      expect(rows.map((row) => row.message)).to.deep.equal(['third', 'first']);
      expect(rows.map((row) => row.thread)).to.deep.equal([
        { message: 'DELETED', message_id: second },
        { message: 'DELETED', message_id: root },
      ]);
    }
    const fourth = await post(alice, bob.id, 'fourth', third);
    expect(await texts(alice, root), 'also a later reply').to.deep.equal([
      'fourth',
      'third',
      'first',
    ]);
    expect(await texts(alice, fourth, { limit: 2 })).to.deep.equal(['fourth', 'third']);
  });

  it('fails with INVALID_THREAD when the caller can see none of its messages', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const root = await post(alice, bob.id, 'root');
    const reply = await post(alice, bob.id, 'reply', root);
    await bob.chat.delete({ option: 'me', messages: [root, reply] });
    for (const id of [root, reply])
      await refused(bob.chat.thread({ thread_id: id }), 'INVALID_THREAD');
    expect(await texts(alice, reply)).to.deep.equal(['reply', 'root']);
    await alice.chat.delete({ option: 'all', messages: [root, reply] });
    for (const id of [root, reply])
      for (const paging of [{}, { page: 3 }, { before: '1' }])
        await refused(alice.chat.thread({ thread_id: id, ...paging }), 'INVALID_THREAD');
  });

  it('fails with INVALID_THREAD for others’ threads, also for admins and ex-members', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31, removed: 7 });
    const { alice, bob, carol, admin, removed } = members;
    const elsewhere = await newHub({ eve: 7, fay: 7 });
    const foreign = await post(elsewhere.members.eve, elsewhere.members.fay.id, 'Hi');
    const room = await newRoom(alice, bob, removed);
    const root = await post(removed, room, 'root');
    await post(bob, room, 'reply', root);
    expect(await texts(removed, root)).to.have.length(2);
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    for (const member of [carol, admin, removed])
      await refused(member.chat.thread({ thread_id: root }), 'INVALID_THREAD');
    for (const id of [foreign, room, alice.id, ...unknownIds])
      await refused(alice.chat.thread({ thread_id: id }), 'INVALID_THREAD');
    await alice.room.add({ entity_id: room, user_id: carol.id });
    expect(await texts(carol, root), 'a late joiner sees the whole thread').to.deep.equal([
      'reply',
      'root',
    ]);
  });

  it('fails for a bad parameter, naming it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const id = await post(alice, bob.id, 'root');
    const elsewhere = await post(alice, carol.id, 'Hi');
    await refusedInputs(alice, 'chat.thread', [
      ['thread_id', {}],
      ['thread_id', { thread_id: 7 }],
      ['thread_id', { thread_id: null }],
      ...[0, 101, -1, 1.5, 'all'].map((limit) => ['limit', { thread_id: id, limit }] as const),
      ...[0, -1, 'last'].map((page) => ['page', { thread_id: id, page }] as const),
      ...['', 'not a cursor', 7].map((before) => ['before', { thread_id: id, before }] as const),
      ['after', { thread_id: id, after: '\u0000' }],
    ]);
    const unknown = [
      ['before', { thread_id: id, before: elsewhere }] as const,
      ['after', { thread_id: id, after: 'nothing' }] as const,
    ];
    await refusedInputs(alice, 'chat.thread', unknown, 'MESSAGE_NOT_FOUND');
    expect(await texts(alice, id, { limit: untyped('1'), page: untyped('1') })).to.deep.equal([
      'root',
    ]);
  });

  it('marks nothing as read, and is allowed to viewers, and by GET', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    const room = await newRoom(alice, viewer);
    const root = await post(alice, room, 'root');
    await post(alice, room, 'reply', root);
    const { seq } = await alice.chat.sync({ since: 0 });
    for (let time = 0; time < 2; time++) {
      const rows = await viewer.chat.thread({ thread_id: root });
      expect(rows.map((row) => [row.is_readed, row.is_notify])).to.deep.equal([
        [0, 1],
        [0, 1],
      ]);
    }
    const init = { token: viewer.token, hubId, verb: 'GET', query: `?thread_id=${root}&limit=1` };
    expect((await raw('chat.thread', init)).body.data).to.have.length(1);
    expect((await alice.chat.sync({ since: 0 })).seq).to.equal(seq);
    const rows = await alice.chat.thread({ thread_id: root });
    expect(rows.map((row) => [row.is_readed, row.is_seen])).to.deep.equal([
      [1, 0],
      [1, 0],
    ]);
    const body = { thread_id: root };
    await expectMembersOnly('chat.thread', hubId, body);
  });
});
