import { expect } from 'chai';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import { randomNumbers } from '../support/random.ts';
import { newUnreadModel } from '../support/unread.ts';

/** A member's unread counts by conversation; asserts that all methods that return them agree. */
async function unreadOf(member: Member): Promise<Map<string, number>> {
  const { chat } = member;
  const [active, archived, counters] = await Promise.all([
    chat.chat_rooms(),
    chat.chat_rooms({ option: 'archived' }),
    chat.count_all(),
  ]);
  const rows = [...active, ...archived];
  const unread = new Map(rows.map((row) => [row.entity_id, row.unread_count]));
  await Promise.all(
    rows.map(async (row) => {
      const { unread: toRead } = await chat.to_read({ entity_id: row.entity_id });
      expect(toRead, 'chat.to_read').to.equal(row.unread_count);
      const info = await chat.chat_room_info({ key: row.entity_id });
      expect(info.unread_count, 'chat.chat_room_info').to.equal(row.unread_count);
    }),
  );
  const sum = (flag: string, from: typeof rows) =>
    from.filter((row) => row.flag === flag).reduce((total, row) => total + row.unread_count, 0);
  const archivedSum = sum('contact', archived) + sum('share', archived);
  expect(counters, 'chat.count_all').to.deep.equal({
    total_cnt: sum('contact', rows) + sum('share', rows),
    contact_chat_cnt: sum('contact', active),
    share_chat_cnt: sum('share', active),
    archive_chat_cnt: archivedSum,
    head_chat_cnt: rows.filter((row) => row.unread_count > 0).length,
    support_cnt: 0,
  });
  return unread;
}

const unreadIn = async (member: Member, entityId: string): Promise<number | undefined> =>
  (await unreadOf(member)).get(entityId);

const post = async (author: Member, entityId: string, params: object = {}): Promise<string> =>
  (await author.chat.post({ entity_id: entityId, message: 'Hi', ...params })).message_id;

describe('Unread', () => {
  it('counts messages of others only', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    await post(alice, room);
    await post(bob, room);
    await post(bob, alice.id);
    expect(await unreadOf(alice)).to.deep.equal(
      new Map([
        [bob.id, 1],
        [room, 1],
      ]),
    );
    expect(await unreadOf(bob)).to.deep.equal(
      new Map([
        [alice.id, 0],
        [room, 0],
      ]),
    );
    expect(await unreadOf(carol)).to.deep.equal(new Map([[room, 2]]));
  });

  it('is zero in a room after one’s own post or forward there', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const other = await newRoom(alice, bob);
    for (const entity of [room, other, alice.id]) await post(bob, entity);
    const own = await post(alice, room);
    expect(await unreadIn(alice, room)).to.equal(0);
    await alice.chat.forward({ entities: [other, bob.id], nodes: { messages: [own] } });
    expect(await unreadOf(alice)).to.deep.equal(
      new Map([
        [room, 0],
        [other, 0],
        [bob.id, 0],
      ]),
    );
    expect(await unreadOf(bob)).to.deep.equal(
      new Map([
        [room, 1],
        [other, 1],
        [alice.id, 1],
      ]),
    );
  });

  it('is what the reply to a post returns for the author', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    for (const entity of [room, room, alice.id]) await post(bob, entity);
    expect(await alice.chat.post({ entity_id: bob.id, message: 'Hi' })).to.include({
      room: 0,
      total: 2,
    });
    expect((await alice.chat.count_all()).total_cnt).to.equal(2);
  });

  it('is correct after deletes for all, of read and of unread messages', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await post(bob, room));
    const [read = '', pointer = '', unread = '', another = '', last = ''] = ids;
    await alice.chat.acknowledge({ message_id: pointer });
    expect(await unreadIn(alice, room)).to.equal(3);
    await bob.chat.delete({ option: 'all', messages: [read] });
    expect(await unreadIn(alice, room)).to.equal(3);
    expect(await unreadIn(carol, room)).to.equal(4);
    await bob.chat.delete({ option: 'all', messages: [unread, another] });
    expect(await unreadIn(alice, room)).to.equal(1);
    expect(await unreadIn(carol, room)).to.equal(2);
    await bob.chat.delete({ option: 'all', messages: [last] });
    expect(await unreadIn(alice, room)).to.equal(0);
    await post(bob, room);
    expect(await unreadIn(alice, room)).to.equal(1);
    await alice.chat.messages({ entity_id: room });
    expect(await unreadIn(alice, room)).to.equal(0);
  });

  it('is correct after hiding messages, of others and own, for that member alone', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const own = await post(alice, room);
    const first = await post(bob, room);
    const second = await post(bob, room);
    await alice.chat.delete({ option: 'me', messages: [own] });
    expect(await unreadIn(alice, room)).to.equal(2);
    await alice.chat.delete({ option: 'me', messages: [second] });
    expect(await unreadIn(alice, room)).to.equal(1);
    expect(await unreadIn(carol, room)).to.equal(3);
    // A message that is hidden by one and deleted for all by its author counts once.
    await bob.chat.delete({ option: 'all', messages: [second] });
    expect(await unreadIn(alice, room)).to.equal(1);
    expect(await unreadIn(carol, room)).to.equal(2);
    await alice.chat.acknowledge({ message_id: first });
    await alice.chat.delete({ option: 'me', messages: [first] });
    expect(await unreadIn(alice, room)).to.equal(0);
    await post(bob, room);
    expect(await unreadIn(alice, room)).to.equal(1);
  });

  it('starts at zero for a late joiner, and counts what follows', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, late: 7 });
    const { alice, bob, late } = members;
    const room = await newRoom(alice, bob);
    const before = await post(bob, room);
    await alice.room.add({ entity_id: room, user_id: late.id });
    expect(await unreadIn(late, room)).to.equal(0);
    await post(bob, room);
    expect(await unreadIn(late, room)).to.equal(1);
    await bob.chat.delete({ option: 'all', messages: [before] });
    expect(await unreadIn(late, room)).to.equal(1);
  });

  it('starts at zero again for a member who rejoins', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await post(bob, room);
    const hidden = await post(alice, room);
    await post(alice, room);
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    expect(await unreadIn(bob, room)).to.equal(1);
    await bob.room.remove({ entity_id: room, user_id: bob.id });
    expect(await unreadOf(bob)).to.deep.equal(new Map());
    await post(alice, room);
    await alice.room.add({ entity_id: room, user_id: bob.id });
    expect(await unreadIn(bob, room)).to.equal(0);
    await post(alice, room);
    expect(await unreadIn(bob, room)).to.equal(1);
  });

  it('ends with hub membership, and starts at zero for members who return', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await post(alice, room);
    await post(alice, bob.id);
    await operator.hub.remove_member({ user_id: bob.id });
    await post(alice, room);
    await operator.hub.add_member({ user_id: bob.id, privilege: 7 });
    expect(await unreadOf(bob)).to.deep.equal(new Map([[alice.id, 1]]));
    await alice.room.add({ entity_id: room, user_id: bob.id });
    expect(await unreadOf(bob)).to.deep.equal(
      new Map([
        [alice.id, 1],
        [room, 0],
      ]),
    );
  });

  it('does not grow on a replay', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const repeat = () => post(bob, room, { echoId: 'a-key' });
    await Promise.all([repeat(), repeat(), repeat()]);
    const id = await repeat();
    expect(await unreadIn(alice, room)).to.equal(1);
    const copy = () =>
      bob.chat.forward({ entities: [alice.id], nodes: { messages: [id] }, echoId: 'a-copy' });
    await Promise.all([copy(), copy()]);
    expect(await unreadIn(alice, bob.id)).to.equal(1);
    await bob.chat.delete({ option: 'all', messages: [id] });
    await repeat();
    expect(await unreadIn(alice, room)).to.equal(0);
    // Nor does a replay mark for its author what came after the first call as read.
    await post(alice, room);
    await repeat();
    expect(await unreadIn(bob, room)).to.equal(1);
  });

  it('continues in archived conversations', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(bob, alice);
    for (const entity of [room, alice.id]) await post(bob, entity);
    const second = await post(bob, room);
    for (const id of [room, bob.id])
      await alice.chat.change_status({ entity_id: id, status: 'archived' });
    expect(await unreadOf(alice)).to.deep.equal(
      new Map([
        [room, 2],
        [bob.id, 1],
      ]),
    );
    await bob.chat.delete({ option: 'all', messages: [second] });
    expect((await alice.chat.count_all()).archive_chat_cnt).to.equal(2);
    expect(await unreadIn(alice, room)).to.equal(1);
    await post(bob, alice.id);
    await bob.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    expect(await unreadOf(alice)).to.deep.equal(
      new Map([
        [room, 1],
        [bob.id, 2],
      ]),
    );
    await alice.chat.messages({ entity_id: room });
    expect(await unreadOf(alice)).to.deep.equal(
      new Map([
        [room, 0],
        [bob.id, 2],
      ]),
    );
  });

  it('is correct for all after many concurrent calls', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const ids = await Promise.all(Array.from({ length: 20 }, () => post(bob, room)));
    await Promise.all([
      ...ids.slice(0, 5).map((id) => bob.chat.delete({ option: 'all', messages: [id] })),
      ...ids.slice(5, 10).map((id) => alice.chat.delete({ option: 'me', messages: [id] })),
      ...Array.from({ length: 5 }, () => post(bob, room)),
    ]);
    expect(await unreadIn(alice, room)).to.equal(15);
    expect(await unreadIn(carol, room)).to.equal(20);
    const seen = await carol.chat.messages({ entity_id: room, limit: 100 });
    await Promise.all(seen.map((row) => carol.chat.acknowledge({ message_id: row.message_id })));
    expect(await unreadIn(carol, room)).to.equal(0);
  });

  it('equals counting message by message after random calls', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const people = [members.alice, members.bob, members.carol];
    const room = await newRoom(members.alice, members.bob, members.carol);
    const model = newUnreadModel(room);
    const random = randomNumbers(20_261_121);
    const oneOf = <T>(list: readonly T[]): T | undefined =>
      list[Math.floor(random() * list.length)];

    for (let step = 1; step <= 120; step++) {
      const member = oneOf(people) as Member;
      const message = oneOf(model.visibleTo(member));
      const action = random();
      if (action < 0.45 || !message) await model.post(member);
      else if (action < 0.65) await model.hide(member, message);
      else if (action < 0.8 && model.isVisible(message.author, message))
        await model.deleteForAll(message);
      else await model.acknowledge(member, message);
      if (step % 10 > 0) continue;
      for (const reader of people)
        expect((await reader.chat.to_read({ entity_id: room })).unread, `step ${step}`).to.equal(
          model.unreadOf(reader),
        );
    }
    for (const reader of people) await unreadOf(reader);
  });
});
