import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { randomNumbers } from '../../support/random.ts';
import { newUnreadModel } from '../../support/unread.ts';
import { eventually } from '../../support/wait.ts';
import { expectUnread, posts, readEvents, shownPointer } from './support.ts';

describe('chat.mark_unread', () => {
  it('agrees with a count of each message and with the events after random calls', async () => {
    let now = Date.now() + 10_800_000;
    await using app = await ownApp({}, () => now);
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 }, app);
    const people = Object.values(members);
    const room = await newRoom(members.alice, members.bob, members.carol);
    const model = newUnreadModel(room);
    /** The furthest pointer of each member, the only one that others see. */
    const furthest = new Map<Member, number>();
    const next = randomNumbers(4_711);
    const random = (limit: number) => Math.floor(next() * limit);
    for (let step = 1; step <= 80; step++) {
      now += 1001;
      const member = people[random(3)] as Member;
      const seen = model.visibleTo(member);
      const message = seen[random(seen.length)];
      const action = random(20);
      if (action < 6 || !message) await model.post(member);
      else if (action < 8) await model.hide(member, message);
      else if (action < 10 && model.isVisible(message.author, message))
        await model.deleteForAll(message);
      else if (action < 15) await model.markUnread(member, message);
      else await model.acknowledge(member, message);
      furthest.set(member, Math.max(furthest.get(member) ?? 0, model.pointerOf(member)));
      if (step % 20 > 0) continue;
      for (const reader of people) {
        expect((await reader.chat.to_read({ entity_id: room })).unread, `step ${step}`).to.equal(
          model.unreadOf(reader),
        );
        expect(await shownPointer(members.alice, room, reader), `step ${step}`).to.equal(
          furthest.get(reader) ?? 0,
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
      expect(pointer).to.equal(model.pointerOf(reader));
      const row = await reader.chat.chat_room_info({ key: room });
      await expectUnread(reader, room, row.unread_count, pointer);
    }
  });

  it('stays consistent when marking read and unread happens at once', async () => {
    const started = Date.now();
    // The clock runs ten times as fast: receipts wait for 100 ms.
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
    await eventually(() => readEvents(own, alice).at(-1)?.endsWith(` ${pointer}`) ?? false);
    const published = readEvents(author, alice);
    expect(published.every((line) => line.startsWith('chat.acknowledge'))).to.equal(true);
    expect(published, 'never back').to.deep.equal([...new Set(published)].sort());
  });
});
