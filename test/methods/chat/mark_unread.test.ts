import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import type { Device } from '../../support/socket.ts';
import { eventually } from '../../support/wait.ts';

const post = async (author: Member, entityId: string): Promise<string> =>
  (await author.chat.post({ entity_id: entityId, message: 'Hi' })).message_id;

/** Messages of one author in one conversation, in order. */
async function posts(author: Member, entityId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) ids.push(await post(author, entityId));
  return ids;
}

/** Every method that tells a member's unread says this of the conversation, and their sum of all. */
async function expectUnread(
  member: Member,
  entityId: string,
  unread: number,
  pointer: number,
): Promise<void> {
  const [active, archived, info, toRead, counters] = await Promise.all([
    member.chat.chat_rooms(),
    member.chat.chat_rooms({ option: 'archived' }),
    member.chat.chat_room_info({ key: entityId }),
    member.chat.to_read({ entity_id: entityId }),
    member.chat.count_all(),
  ]);
  const rows = [...active, ...archived];
  expect(rows.find((row) => row.entity_id === entityId)).to.include({
    unread_count: unread,
    pointer,
  });
  expect(info).to.include({ unread_count: unread, pointer });
  expect(toRead.unread).to.equal(unread);
  expect(counters.total_cnt).to.equal(rows.reduce((total, row) => total + row.unread_count, 0));
}

/** How far a reader has read, as the participants of a room see it. */
const shownPointer = async (viewer: Member, room: string, reader: Member) =>
  (await viewer.room.participants({ entity_id: room })).find((one) => one.user_id === reader.id)
    ?.pointer;

/** What a device heard of somebody's reading, in order. */
const reading = (device: Device, reader: Member) =>
  device.heard.flatMap((event) =>
    (event.name === 'chat.acknowledge' || event.name === 'chat.mark_unread') &&
    event.data.user_id === reader.id
      ? `${event.name} ${event.data.ordinal}`
      : [],
  );

describe('chat.mark_unread', () => {
  it('moves the pointer before the message, in a group and in a direct conversation', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    for (const entity of [await newRoom(alice, bob), alice.id]) {
      const theirs = entity === alice.id ? bob.id : entity;
      const [first = '', second = '', third = ''] = await posts(bob, entity, 3);
      await alice.chat.acknowledge({ message_id: third });
      const room_id = (await alice.chat.chat_room_info({ key: theirs })).room_id;
      const rest = { entity_id: theirs, room_id, user_id: alice.id };
      for (const [id, pointer] of [
        [third, 2] as const,
        [second, 1] as const,
        [first, 0] as const,
      ]) {
        const reply = await alice.chat.mark_unread({ message_id: id });
        expect(reply).to.deep.include({
          ...rest,
          message_id: id,
          ordinal: pointer,
          unread: 3 - pointer,
        });
        await expectUnread(alice, theirs, 3 - pointer, pointer);
        const rows = await alice.chat.messages({ entity_id: theirs, mark_read: 0 });
        const readed = [1, 2, 3].map((ordinal) => (ordinal <= pointer ? 1 : 0));
        expect(rows.map((row) => row.is_readed).reverse()).to.deep.equal(readed);
      }
    }
    expect((await alice.chat.count_all()).total_cnt).to.equal(6);
    expect((await bob.chat.count_all()).total_cnt).to.equal(0);
  });

  it('counts no message of the reader’s own, and none that is deleted or hidden', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 15 });
    const { alice, bob, carol } = members;
    const room = await newRoom(alice, bob, carol);
    const first = await post(bob, room);
    const own = await post(alice, room);
    const [hidden = '', deleted = ''] = await posts(bob, room, 2);
    const hiddenOwn = await post(alice, room);
    const both = await post(carol, room);
    const deletedOwn = await post(alice, room);
    await post(carol, room);
    await alice.chat.messages({ entity_id: room });
    await alice.chat.delete({ option: 'me', messages: [hidden, hiddenOwn, both] });
    await alice.chat.delete({ option: 'all', messages: [deletedOwn] });
    await bob.chat.delete({ option: 'all', messages: [deleted] });
    await carol.chat.delete({ option: 'all', messages: [both] });
    expect(await alice.chat.mark_unread({ message_id: first })).to.include({
      ordinal: 0,
      unread: 2,
    });
    await expectUnread(alice, room, 2, 0);
    expect(await alice.chat.acknowledge({ message_id: own })).to.include({ ordinal: 2, unread: 1 });
    expect(await alice.chat.mark_unread({ message_id: own }), 'his own, too').to.include({
      ordinal: 1,
      unread: 1,
    });
    await alice.chat.delete({ option: 'me', messages: [own] });
    await expectUnread(alice, room, 1, 1);
    await carol.chat.delete({ option: 'all', messages: [hiddenOwn] });
    await expectUnread(alice, room, 1, 1);
    await post(bob, room);
    await expectUnread(alice, room, 2, 1);
  });

  it('counts exactly also for one who was away and came back', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const first = await post(alice, room);
    const hidden = await post(alice, room);
    await post(bob, room);
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await post(alice, room);
    await alice.room.add({ entity_id: room, user_id: bob.id });
    await expectUnread(bob, room, 0, 4);
    const shown = await bob.chat.messages({ entity_id: room, mark_read: 0 });
    const expected = shown.filter((row) => row.author_id !== bob.id).length;
    expect(await bob.chat.mark_unread({ message_id: first })).to.include({
      ordinal: 0,
      unread: expected,
    });
    await expectUnread(bob, room, expected, 0);
  });

  it('counts what was said before a late joiner came, when he marks it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, late: 7 });
    const { alice, bob, late } = members;
    const room = await newRoom(alice, bob);
    const [, second = ''] = await posts(bob, room, 3);
    await alice.room.add({ entity_id: room, user_id: late.id });
    await expectUnread(late, room, 0, 3);
    await late.chat.mark_unread({ message_id: second });
    await expectUnread(late, room, 2, 1);
    expect(await shownPointer(alice, room, late)).to.equal(3);
  });

  it('reaches the reader’s own devices alone, and for others he has read what he had read', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(bob, alice, carol);
    for (const entity of [room, alice.id]) {
      const theirs = entity === alice.id ? bob.id : entity;
      const [first = '', second = ''] = await posts(bob, entity, 2);
      for (const reader of entity === room ? [alice, carol] : [alice])
        await reader.chat.acknowledge({ message_id: second });
      const last = await position(alice);
      using one = await alice.device();
      using two = await alice.device();
      using author = await bob.device();
      using third = await carol.device();
      const { room_id } = await alice.chat.mark_unread({ message_id: first });
      const data = { room_id, user_id: alice.id, ordinal: 0, message_id: first };
      for (const device of [one, two]) {
        const event = await device.next('chat.mark_unread');
        expect(event).to.deep.include({
          seq: last + 1,
          stream: alice.id,
          actor_id: alice.id,
          data,
        });
        expect([event.entity_id, event.room_id]).to.deep.equal([theirs, room_id]);
      }
      const rows = await bob.chat.messages({ entity_id: entity, mark_read: 0 });
      expect(rows.map((row) => row.is_seen)).to.deep.equal([1, 1]);
      if (entity === room)
        for (const viewer of [bob, carol, alice])
          expect(await shownPointer(viewer, room, alice)).to.equal(2);
      await bob.chat.post({ entity_id: entity, message: 'news' });
      await bob.chat.post({ entity_id: carol.id, message: 'something that Carol does hear' });
      await author.next('chat.post');
      await third.next('chat.post');
      for (const device of [author, third]) expect(reading(device, alice)).to.deep.equal([]);
      for (const [member, names] of [
        [alice, ['chat.mark_unread', 'chat.post']] as const,
        [bob, ['chat.post', 'chat.post']] as const,
      ])
        expect(
          (await member.chat.sync({ since: last })).events.map((event) => event.name),
        ).to.deep.equal(names);
    }
  });

  it('lets the reader’s devices hear him read again, and others only when he reads more than they knew', async () => {
    let now = Date.now() + 3_600_000;
    await using app = await ownApp({}, () => now);
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, app);
    const { alice, bob, carol } = members;
    const room = await newRoom(bob, alice, carol);
    const [first = '', second = '', third = '', fourth = ''] = await posts(bob, room, 4);
    using own = await alice.device();
    using author = await bob.device();
    await alice.chat.acknowledge({ message_id: third });
    await alice.chat.mark_unread({ message_id: first });
    for (const [id, unread] of [[second, 2] as const, [third, 1] as const]) {
      now += 2000;
      expect(await alice.chat.acknowledge({ message_id: id })).to.include({ unread });
      let event = await own.next('chat.acknowledge');
      while (event.data.message_id !== id) event = await own.next('chat.acknowledge');
      expect(event).to.include({
        stream: alice.id,
        entity_id: room,
        room_id: room,
        actor_id: alice.id,
      });
      expect(await shownPointer(bob, room, alice)).to.equal(3);
    }
    await alice.chat.mark_unread({ message_id: third });
    await alice.chat.mark_unread({ message_id: second });
    expect(await shownPointer(bob, room, alice)).to.equal(3);
    now += 2000;
    await alice.chat.messages({ entity_id: room, before: fourth });
    await expectUnread(alice, room, 1, 3);
    now += 2000;
    await alice.chat.acknowledge({ message_id: fourth });
    await post(alice, room);
    for (const device of [own, author]) await device.next('chat.post');
    const [heard, told] = [reading(own, alice), reading(author, alice)];
    expect(told).to.deep.equal(['chat.acknowledge 3', 'chat.acknowledge 4']);
    expect(heard).to.deep.equal([
      ...['chat.acknowledge 3', 'chat.mark_unread 0', 'chat.acknowledge 2', 'chat.acknowledge 3'],
      ...['chat.mark_unread 2', 'chat.mark_unread 1', 'chat.acknowledge 3', 'chat.acknowledge 4'],
    ]);
  });

  it('sends a receipt that waits before it goes back, so that nothing of it is lost', async () => {
    let now = Date.now() + 7_200_000;
    await using app = await ownApp({}, () => now);
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, app);
    const { alice, bob, carol } = members;
    const room = await newRoom(bob, alice, carol);
    const [first = '', second = '', third = '', fourth = ''] = await posts(bob, room, 4);
    using own = await alice.device();
    using author = await bob.device();
    for (const reader of [alice, carol]) await reader.chat.acknowledge({ message_id: first });
    now += 100;
    await alice.chat.acknowledge({ message_id: third });
    const last = await position(bob);
    expect(await alice.chat.mark_unread({ message_id: second })).to.include({
      ordinal: 1,
      unread: 3,
    });
    const { events } = await alice.chat.sync({ since: last });
    expect(
      events.map(({ name, seq, stream, data }) => [name, seq, stream, data.ordinal]),
    ).to.deep.equal([
      ['chat.acknowledge', last + 1, room, 3],
      ['chat.mark_unread', last + 2, alice.id, 1],
    ]);
    expect(events[0]?.data).to.include({ message_id: third });
    now += 100;
    await carol.chat.acknowledge({ message_id: second });
    now += 2000;
    // Waiting receipts go out in the order in which they are due: one of Alice's would be heard before Carol's.
    await eventually(() => reading(author, carol).length === 2);
    expect(reading(author, alice)).to.deep.equal(['chat.acknowledge 1', 'chat.acknowledge 3']);
    await alice.chat.acknowledge({ message_id: third });
    now += 500;
    await alice.chat.acknowledge({ message_id: fourth });
    await expectUnread(alice, room, 0, 4);
    now += 500;
    await eventually(() => reading(author, alice).length === 3);
    await eventually(() => reading(own, alice).length === 5);
    expect(reading(author, alice).at(-1)).to.equal('chat.acknowledge 4');
    expect(reading(own, alice).slice(2)).to.deep.equal([
      'chat.mark_unread 1',
      'chat.acknowledge 3',
      'chat.acknowledge 4',
    ]);
    await alice.chat.mark_unread({ message_id: fourth });
    now += 500;
    await alice.chat.acknowledge({ message_id: fourth });
    await alice.chat.mark_unread({ message_id: fourth });
    now += 600;
    const late = await position(alice);
    await alice.chat.acknowledge({ message_id: fourth });
    expect(await position(alice), 'not within a second of the one that went out').to.equal(late);
  });

  it('changes and says nothing when the message is unread already', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [, second = '', third = ''] = await posts(bob, alice.id, 3);
    await alice.chat.acknowledge({ message_id: second });
    await alice.chat.mark_unread({ message_id: second });
    const last = await position(alice);
    for (const id of [second, third, second])
      expect(await alice.chat.mark_unread({ message_id: id })).to.include({
        message_id: id,
        ordinal: 1,
        unread: 2,
      });
    expect(await position(alice)).to.equal(last);
    await expectUnread(alice, bob.id, 2, 1);
  });

  it('is over when the reader posts or forwards there himself, and not by a repeated post', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const first = await post(bob, alice.id);
    const call = { entity_id: bob.id, message: 'once', echoId: 'a-key' };
    const { message_id: own } = await alice.chat.post(call);
    await post(bob, alice.id);
    await alice.chat.messages({ entity_id: bob.id });
    await alice.chat.mark_unread({ message_id: first });
    expect(await alice.chat.post(call)).to.include({ message_id: own, room: 2 });
    await expectUnread(alice, bob.id, 2, 0);
    expect(await alice.chat.post({ entity_id: bob.id, message: 'another' })).to.include({
      room: 0,
      total: 0,
    });
    await expectUnread(alice, bob.id, 0, 4);
    await alice.chat.mark_unread({ message_id: first });
    await alice.chat.forward({ entities: [bob.id], nodes: { messages: [first] } });
    await expectUnread(alice, bob.id, 0, 5);
    expect(
      (await bob.chat.messages({ entity_id: alice.id, mark_read: 0 })).map((row) => row.is_seen),
    ).to.deep.equal([0, 0, 1, 0, 1]);
  });

  it('works in archived rooms, which stay archived, and across a block', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const [mine, forAll] = [await newRoom(alice, bob), await newRoom(bob, alice)];
    for (const entity of [mine, forAll, alice.id]) {
      const theirs = entity === alice.id ? bob.id : entity;
      const [first = ''] = await posts(bob, entity, 2);
      await alice.chat.messages({ entity_id: theirs });
      if (entity === mine) await alice.chat.change_status({ entity_id: mine, status: 'archived' });
      if (entity === forAll)
        await bob.chat.change_status({ entity_id: forAll, status: 'archived', for: 'all' });
      if (entity === alice.id) await bob.contact.block({ entity_id: alice.id });
      await alice.chat.mark_unread({ message_id: first });
      await expectUnread(alice, theirs, 2, 0);
    }
    const archived = await alice.chat.chat_rooms({ option: 'archived' });
    expect(archived.map((row) => row.entity_id).sort()).to.deep.equal([mine, forAll].sort());
    expect(await alice.chat.count_all()).to.include({
      total_cnt: 6,
      archive_chat_cnt: 4,
      contact_chat_cnt: 2,
    });
  });

  it('agrees with counting message by message, and with what the events say, after any mixture of calls', async () => {
    let now = Date.now() + 10_800_000;
    await using app = await ownApp({}, () => now);
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, app);
    const people = Object.values(members);
    const room = await newRoom(members.alice, members.bob, members.carol);
    const messages: { id: string; author: Member; deleted: boolean; hiddenBy: Set<Member> }[] = [];
    const readUpTo = new Map<Member, number>(people.map((member) => [member, 0]));
    const toldUpTo = new Map(readUpTo);
    const pointerOf = (member: Member) => readUpTo.get(member) ?? 0;
    const isVisible = (member: Member) => (message: (typeof messages)[number]) =>
      !message.deleted && !message.hiddenBy.has(member);
    const random = randomNumbers(4_711);
    for (let step = 1; step <= 80; step++) {
      now += 1001;
      const member = people[random(3)] as Member;
      const seen = messages.filter(isVisible(member));
      const message = seen[random(seen.length)];
      const place = message ? messages.indexOf(message) + 1 : 0;
      const action = random(20);
      if (action < 6 || !message) {
        messages.push({
          id: await post(member, room),
          author: member,
          deleted: false,
          hiddenBy: new Set(),
        });
        readUpTo.set(member, messages.length);
      } else if (action < 8) {
        await member.chat.delete({ option: 'me', messages: [message.id] });
        message.hiddenBy.add(member);
      } else if (action < 10 && isVisible(message.author)(message)) {
        await message.author.chat.delete({ option: 'all', messages: [message.id] });
        message.deleted = true;
      } else if (action < 15) {
        await member.chat.mark_unread({ message_id: message.id });
        readUpTo.set(member, Math.min(pointerOf(member), place - 1));
      } else {
        await member.chat.acknowledge({ message_id: message.id });
        readUpTo.set(member, Math.max(pointerOf(member), place));
      }
      toldUpTo.set(member, Math.max(toldUpTo.get(member) ?? 0, pointerOf(member)));
      if (step % 20 > 0) continue;
      for (const reader of people) {
        const unread = messages
          .slice(pointerOf(reader))
          .filter((one) => one.author !== reader && isVisible(reader)(one));
        expect((await reader.chat.to_read({ entity_id: room })).unread, `step ${step}`).to.equal(
          unread.length,
        );
        expect(await shownPointer(members.alice, room, reader), `step ${step}`).to.equal(
          toldUpTo.get(reader),
        );
      }
    }
    for (const reader of people) {
      const { events } = await reader.chat.sync({ since: 0, limit: 1000 });
      const ordinals = new Map(
        events.flatMap(({ data }) => ('ordinal' in data ? [[data.message_id, data.ordinal]] : [])),
      );
      let pointer = 0;
      for (const { name, actor_id, data } of events) {
        if (name === 'chat.post' && actor_id === reader.id)
          pointer = Math.max(pointer, ordinals.get(data.message_id) as number);
        if (
          (name === 'chat.acknowledge' || name === 'chat.mark_unread') &&
          data.user_id === reader.id
        )
          pointer = data.ordinal as number;
      }
      expect(pointer).to.equal(pointerOf(reader));
      const row = await reader.chat.chat_room_info({ key: room });
      await expectUnread(reader, room, row.unread_count, pointer);
    }
  });

  it('stays consistent when reading and unreading happen at once', async () => {
    const started = Date.now();
    // A clock ten times as fast: receipts wait for a tenth of a second.
    await using app = await ownApp({}, () => started + 10 * (Date.now() - started));
    const { members } = await newHub({ alice: 7, bob: 7 }, app);
    const { alice, bob } = members;
    const ids = await posts(bob, alice.id, 5);
    using own = await alice.device();
    using author = await bob.device();
    for (let round = 0; round < 5; round++)
      await Promise.all(
        ids.flatMap((id) => [
          alice.chat.mark_unread({ message_id: id }),
          alice.chat.acknowledge({ message_id: id }),
          bob.chat.edit({ message_id: id, message: `round ${round}` }),
        ]),
      );
    const { pointer } = await alice.chat.chat_room_info({ key: bob.id });
    await expectUnread(alice, bob.id, 5 - pointer, pointer);
    await eventually(() => reading(own, alice).at(-1)?.endsWith(` ${pointer}`) ?? false);
    const told = reading(author, alice);
    expect(told.every((line) => line.startsWith('chat.acknowledge'))).to.equal(true);
    expect(told, 'never back').to.deep.equal([...new Set(told)].sort());
  });

  it('fails with MESSAGE_NOT_FOUND for a message that the caller cannot see', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31, removed: 7 });
    const { alice, bob, carol, admin, removed } = members;
    const { members: others } = await newHub({ stranger: 7, friend: 7 });
    const foreign = await post(others.friend, others.stranger.id);
    const room = await newRoom(alice, bob, removed);
    const [kept = '', hidden = '', deleted = ''] = await posts(alice, room, 3);
    await bob.chat.messages({ entity_id: room });
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const unseen = (member: Member, id: string) =>
      refused(member.chat.mark_unread({ message_id: id }), 'MESSAGE_NOT_FOUND');
    for (const id of [hidden, deleted, foreign, 'nothing', '', '\u0000', room, 'x'.repeat(70)])
      await unseen(bob, id);
    for (const member of [carol, admin, removed, others.stranger]) await unseen(member, kept);
    await expectUnread(bob, room, 0, 3);
    expect(await bob.chat.mark_unread({ message_id: kept })).to.include({ unread: 1 });
  });

  it('fails with INVALID_INPUT for what is no message_id, naming it', async () => {
    const { members } = await newHub({ alice: 7 });
    const bad = [undefined, 7, null, ['x'], {}].map(
      (message_id) => ['message_id', { message_id }] as const,
    );
    await refusedInputs(members.alice, 'chat.mark_unread', bad);
  });

  it('is refused to a viewer, to a narrower token, to another hub’s member, without a token, and by GET', async () => {
    const { members, operator, id: hubId } = await newHub({ alice: 7, bob: 7, viewer: 3 });
    const { alice, bob, viewer } = members;
    const { members: others } = await newHub({ stranger: 7 });
    await refused(
      viewer.chat.mark_unread({ message_id: await post(bob, viewer.id) }),
      'PERMISSION_DENIED',
    );
    const id = await post(bob, alice.id);
    await alice.chat.acknowledge({ message_id: id });
    const { key } = await operator.key.create({ name: 'App', permission: 7 });
    const narrowed = async (grant: 'user:chats:view' | 'chat:room:view') =>
      clientOf(
        (await clientOf(key).session.issue({ user_id: alice.id, grants: [grant] })).token,
        hubId,
      );
    await refused(
      (await narrowed('user:chats:view')).chat.mark_unread({ message_id: id }),
      'PERMISSION_DENIED',
    );
    const body = { message_id: id };
    expect(
      (await raw('chat.mark_unread', { token: others.stranger.token, hubId, body })).status,
    ).to.equal(403);
    expect((await raw('chat.mark_unread', { hubId, body })).status).to.equal(401);
    const query = `?message_id=${id}`;
    expect(
      (await raw('chat.mark_unread', { token: alice.token, hubId, verb: 'GET', query })).status,
    ).to.equal(405);
    await expectUnread(alice, bob.id, 0, 1);
    expect(
      await (await narrowed('chat:room:view')).chat.mark_unread({ message_id: id }),
    ).to.include({ unread: 1 });
  });
});

/** The same numbers below a limit in every run (mulberry32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % Math.max(limit, 1);
  };
}
