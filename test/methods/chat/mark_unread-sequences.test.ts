import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { randomNumbers } from '../../support/random.ts';
import { eventually } from '../../support/wait.ts';
import { expectUnread, post, posts, reading, shownPointer } from './support.ts';

describe('chat.mark_unread', () => {
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
    const next = randomNumbers(4_711);
    const random = (limit: number) => Math.floor(next() * limit);
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
});
