import { expect } from 'chai';
import { narrowed, refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly, post, unknownIds } from './support.ts';

const idsOf = (rows: readonly { message_id: string }[]): string[] =>
  rows.map((row) => row.message_id);

describe('chat.get', () => {
  it('returns messages in the requested order, each once, as the history does', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [one, two] = [await post(alice, bob.id, 'one'), await post(bob, alice.id, 'two')];
    const three = await post(bob, alice.id, 'three', { thread_id: one, mention_ids: [alice.id] });
    const rows = await alice.chat.get({ message_ids: [two, three, one, two, three] });
    expect(idsOf(rows)).to.deep.equal([two, three, one]);
    const listed = await alice.chat.messages({ entity_id: bob.id, mark_read: 0 });
    expect([rows[1], rows[0], rows[2]]).to.deep.equal(listed);
    expect(rows[1]).to.deep.include({
      message: 'three',
      mention_ids: [alice.id],
      ordinal: 3,
      cursor: '3',
    });
    expect(rows[1]?.thread).to.include({ message_id: one, message: 'one' });
  });

  it('returns messages of several conversations, each with its own entity_id', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const [room, other] = [await newRoom(bob, alice), await newRoom(alice, carol)];
    const ids = [
      await post(bob, alice.id),
      await post(alice, carol.id),
      await post(bob, room),
      await post(carol, other),
      await post(alice, bob.id),
    ];
    const rows = await alice.chat.get({ message_ids: ids });
    expect(idsOf(rows)).to.deep.equal(ids);
    expect(rows.map((row) => row.entity_id)).to.deep.equal([bob.id, carol.id, room, other, bob.id]);
    expect(new Set(rows.map((row) => row.room_id)).size).to.equal(4);
    expect(rows.map((row) => row.ordinal)).to.deep.equal([1, 1, 1, 1, 2]);
    const theirs = await bob.chat.get({ message_ids: ids });
    expect(theirs.map((row) => [row.message_id, row.entity_id])).to.deep.equal([
      [ids[0], alice.id],
      [ids[2], room],
      [ids[4], alice.id],
    ]);
  });

  it('leaves out invisible messages, and fails with MESSAGE_NOT_FOUND without any', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31, removed: 7 });
    const { alice, bob, carol, admin, removed } = members;
    const elsewhere = await newHub({ eve: 7, fay: 7 });
    const otherHub = await post(elsewhere.members.eve, elsewhere.members.fay.id);
    const room = await newRoom(alice, bob, removed);
    const [kept, hidden, deleted] = [
      await post(bob, room),
      await post(bob, room),
      await post(bob, room),
    ];
    const foreign = await post(bob, carol.id);
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    await bob.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const unseen = [hidden, deleted, foreign, otherHub, room, ...unknownIds];
    const rows = await alice.chat.get({ message_ids: [...unseen, kept, ...unseen] });
    expect(idsOf(rows)).to.deep.equal([kept]);
    for (const id of [...unseen.map((one) => [one]), unseen])
      await refused(alice.chat.get({ message_ids: id }), 'MESSAGE_NOT_FOUND');
    for (const member of [removed, carol, admin])
      await refused(member.chat.get({ message_ids: [kept, hidden] }), 'MESSAGE_NOT_FOUND');
    expect(
      idsOf(await bob.chat.get({ message_ids: [hidden, deleted] })),
      'hidden by another',
    ).to.deep.equal([hidden]);
  });

  it('shows a late joiner the messages before they joined', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, late: 7 });
    const { alice, bob, late } = members;
    const room = await newRoom(alice, bob);
    const id = await post(alice, room);
    await refused(late.chat.get({ message_ids: [id] }), 'MESSAGE_NOT_FOUND');
    await alice.room.add({ entity_id: room, user_id: late.id });
    expect((await late.chat.get({ message_ids: [id] }))[0]).to.include({
      is_readed: 1,
      is_notify: 0,
    });
  });

  it('returns whether each message is read and seen, and marks nothing as read', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const seen = await post(alice, room);
    const read = await post(bob, room);
    const half = await post(alice, room);
    const unread = await post(bob, room);
    const direct = await post(bob, alice.id);
    await carol.chat.acknowledge({ message_id: read });
    const ids = [seen, read, half, unread, direct];
    const look = async () =>
      (await alice.chat.get({ message_ids: ids })).map((row) => [
        row.is_readed,
        row.is_notify,
        row.is_seen,
      ]);
    const { seq } = await alice.chat.sync({ since: 0 });
    for (let time = 0; time < 2; time++)
      expect(await look()).to.deep.equal([
        [1, 0, 1],
        [1, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0, 1, 0],
      ]);
    expect((await alice.chat.sync({ since: 0 })).seq).to.equal(seq);
    expect(await alice.chat.count_all()).to.include({ total_cnt: 2 });
    await carol.chat.acknowledge({ message_id: unread });
    await alice.chat.acknowledge({ message_id: unread });
    expect(await look()).to.deep.equal([
      [1, 0, 1],
      [1, 0, 0],
      [1, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ]);
    const [bobs] = await bob.chat.get({ message_ids: [unread] });
    expect(bobs).to.include({ is_seen: 1, is_readed: 1 });
  });

  it('shows everyone’s reactions, and the caller’s own', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const [liked, plain] = [await post(alice, room), await post(alice, room)];
    for (const member of [alice, bob])
      await member.chat.react({ message_id: liked, emoji: '👍', state: 1 });
    await bob.chat.react({ message_id: liked, emoji: '🎉', state: 1 });
    const reactionsFor = async (member: Member) =>
      (await member.chat.get({ message_ids: [liked, plain] })).map((row) => ({
        all: Object.fromEntries(row.reactions.map(({ emoji, ...rest }) => [emoji, rest])),
        mine: [...row.my_reactions].sort(),
      }));
    const all = {
      '👍': { count: 2, user_ids: [alice.id, bob.id] },
      '🎉': { count: 1, user_ids: [bob.id] },
    };
    const none = { all: {}, mine: [] };
    expect(await reactionsFor(alice)).to.deep.equal([{ all, mine: ['👍'] }, none]);
    expect(await reactionsFor(bob)).to.deep.equal([{ all, mine: ['🎉', '👍'].sort() }, none]);
    expect(await reactionsFor(carol)).to.deep.equal([{ all, mine: [] }, none]);
  });

  it('shows a message as it is now', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id, 'first');
    await alice.chat.edit({ message_id: id, message: 'second' });
    expect((await bob.chat.get({ message_ids: [id] }))[0]).to.include({
      message: 'second',
      version: 2,
      edited: 1,
    });
  });

  it('accepts 1 to 100 ids, as a list, or by GET separated by commas', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [one, two] = [await post(alice, bob.id), await post(bob, alice.id)];
    const filled = (count: number) => [...Array.from({ length: count - 1 }, () => 'nothing'), one];
    expect(await alice.chat.get({ message_ids: filled(100) })).to.have.length(1);
    await refusedInputs(alice, 'chat.get', [
      ['message_ids', {}],
      ['message_ids', { message_ids: [] }],
      ['message_ids', { message_ids: filled(101) }],
      ['message_ids', { message_ids: filled(101).join(',') }],
      ['message_ids', { message_ids: [one, 7] }],
      ['message_ids', { message_ids: null }],
      ['message_ids', { message_ids: 7 }],
    ]);
    const { token, hubId } = alice;
    const byGet = async (ids: string) =>
      (await raw('chat.get', { token, hubId, verb: 'GET', query: `?message_ids=${ids}` })).body;
    expect(idsOf((await byGet(`${two},${one},nothing,${two}`)).data)).to.deep.equal([two, one]);
    expect(idsOf((await byGet(one)).data)).to.deep.equal([one]);
    expect((await byGet('')).error).to.equal('INVALID_INPUT');
    expect((await byGet(filled(101).join(','))).error).to.equal('INVALID_INPUT');
  });

  it('allows viewers and tokens with a grant to view, rejects others', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7, viewer: 3 });
    const { alice, bob, viewer } = members;
    const id = await post(bob, viewer.id);
    const other = await post(bob, alice.id);
    expect(idsOf(await viewer.chat.get({ message_ids: [other, id] }))).to.deep.equal([id]);
    const looking = await narrowed(alice, 'chat:room:view');
    expect(idsOf(await looking.chat.get({ message_ids: [other, id] }))).to.deep.equal([other]);
    for (const grant of ['user:chats:view', 'chat:1on1Message:add'] as const)
      await refused(
        (await narrowed(alice, grant)).chat.get({ message_ids: [other] }),
        'PERMISSION_DENIED',
      );
    const body = { message_ids: [id] };
    await expectMembersOnly('chat.get', hubId, body);
  });
});
