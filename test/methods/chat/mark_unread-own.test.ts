import { expect } from 'chai';
import { purgeMessages } from '../../../service/jobs/retention.ts';
import { app } from '../../support/app.ts';
import { writeHistory } from '../../support/history.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';
import { jobsOn } from '../../support/jobs.ts';
import { inOrder } from '../../support/locked.ts';
import { rowsReadFor } from '../../support/rows-read.ts';
import { expectUnread, post } from './support.ts';

/** A room in which Alice and Bob have posted in turn, so many messages. */
async function roomOf(count: number) {
  const { members } = await newHub({ alice: 7, bob: 7 });
  const { alice, bob } = members;
  const room = await newRoom(alice, bob);
  const ids = await writeHistory(room, [alice, bob], count);
  return { alice, bob, room, idAt: (ordinal: number) => ids[ordinal - 1] ?? '' };
}

/** What is stored of Alice's own messages after her pointer. */
async function storedOwn({ id }: Member, room: string): Promise<number | null> {
  const [rows] = await app().pool.query(
    'SELECT own_after AS own FROM participants WHERE room_id = ? AND user_id = ?',
    [room, id],
  );
  return (rows as { own: number | null }[])[0]?.own ?? null;
}

/** The counts of Alice's messages up to some ordinals. */
async function stored(room: string): Promise<unknown> {
  const [rows] = await app().pool.query(
    'SELECT ordinal, total FROM own_counts WHERE room_id = ? ORDER BY ordinal',
    [room],
  );
  return rows;
}

const readsOf = (work: () => Promise<unknown>) => rowsReadFor(app().pool, work);

describe('Own messages after a pointer that was moved back', () => {
  it('cost the calls that follow no rows, however many they are', async () => {
    const read: Record<string, number>[] = [];
    for (const count of [400, 2000]) {
      const { alice, bob, room, idAt } = await roomOf(count);
      await alice.chat.delete({ option: 'all', messages: [idAt(301)] });
      // What the first calls read of the hub and the caller does not count.
      await post(alice, bob.id);
      await alice.chat.mark_unread({ message_id: idAt(10) });
      await alice.chat.chat_rooms();
      const afterwards = {
        count_all: () => alice.chat.count_all(),
        chat_rooms: () => alice.chat.chat_rooms(),
        chat_room_info: () => alice.chat.chat_room_info({ key: room }),
        post: () => post(alice, bob.id),
        acknowledge: () => alice.chat.acknowledge({ message_id: idAt(count - 1) }),
      };
      const rows: Record<string, number> = {};
      for (const [name, call] of Object.entries(afterwards)) rows[name] = await readsOf(call);
      read.push(rows);
    }
    const [few = {}, many = {}] = read;
    for (const [name, rows] of Object.entries(many))
      expect(rows, `${name}, ${few[name]} with few`).to.be.at.most((few[name] ?? 0) + 20);
  });

  it('are kept exactly while the pointer moves forward and back', async () => {
    const { alice, bob, room, idAt } = await roomOf(400);
    const expectOwn = async (own: number, unread: number, pointer: number) => {
      expect(await storedOwn(alice, room)).to.equal(own);
      await expectUnread(alice, room, unread, pointer);
    };
    await alice.chat.mark_unread({ message_id: idAt(101) });
    await expectOwn(150, 150, 100);
    await alice.chat.acknowledge({ message_id: idAt(200) });
    await expectOwn(100, 100, 200);
    // A pointer that does not move keeps what it has.
    await alice.chat.acknowledge({ message_id: idAt(150) });
    await expectOwn(100, 100, 200);
    await alice.chat.messages({ entity_id: room, before: idAt(252), limit: 20 });
    await expectOwn(74, 75, 251);
    await alice.chat.delete({ option: 'all', messages: [idAt(301)] });
    await bob.chat.delete({ option: 'all', messages: [idAt(302)] });
    await expectOwn(74, 74, 251);
    await alice.chat.acknowledge({ message_id: idAt(398) });
    await expectOwn(1, 1, 398);
    await post(alice, room);
    await expectUnread(alice, room, 0, 401);
    await alice.chat.mark_unread({ message_id: idAt(399) });
    await expectOwn(2, 1, 398);
  });

  it('are counted where the number is of another pointer', async () => {
    const { alice, bob, room, idAt } = await roomOf(400);
    await alice.chat.mark_unread({ message_id: idAt(101) });
    // Stored by a service before the migration, or by none.
    await app().pool.query('UPDATE participants SET own_after = NULL WHERE room_id = ?', [room]);
    await expectUnread(alice, room, 150, 100);
    await alice.chat.mark_unread({ message_id: idAt(51) });
    expect(await storedOwn(alice, room)).to.equal(175);
    // The first 200 messages expire: the number counts some of them.
    await app().pool.query('UPDATE rooms SET expired_at = 200 WHERE id = ?', [room]);
    expect((await alice.chat.count_all()).total_cnt).to.equal(100);
    await bob.chat.delete({ option: 'all', messages: [idAt(302)] });
    expect((await alice.chat.count_all()).total_cnt).to.equal(99);
  });

  it('are counted again where the author posts at the same moment', async () => {
    const { alice, room, idAt } = await roomOf(1400);
    await inOrder(
      ['SELECT 1 FROM rooms WHERE id = ? FOR UPDATE', [room]],
      () => post(alice, room),
      () => alice.chat.mark_unread({ message_id: idAt(11) }),
    );
    await expectUnread(alice, room, 695, 10);
    expect(await storedOwn(alice, room)).to.equal(696);
  });

  it('are counted once each, a thousand at a time', async () => {
    const { alice, room, idAt } = await roomOf(12_000);
    const markFrom = async (ordinal: number, own: number, unread = own) => {
      await alice.chat.mark_unread({ message_id: idAt(ordinal) });
      expect(await storedOwn(alice, room), `from ${ordinal}`).to.equal(own);
      await expectUnread(alice, room, unread, ordinal - 1);
      await alice.chat.acknowledge({ message_id: idAt(12_000) });
    };
    await markFrom(2, 5999, 6000);
    expect(await stored(room)).to.deep.equal(
      [1, 2, 3, 4, 5, 6].map((n) => ({ ordinal: 2000 * n - 1, total: 1000 * n })),
    );
    await alice.chat.delete({ option: 'all', messages: [idAt(7001)] });
    for (const ordinal of [1999, 2001, 7003, 9999, 10_001, 11_999])
      await markFrom(ordinal, (12_001 - ordinal) / 2);
    const rows = await readsOf(() => alice.chat.mark_unread({ message_id: idAt(10) }));
    expect(rows).to.be.below(2000);
    await post(alice, room);
    await markFrom(2001, 5001, 5000);
    expect(await stored(room)).to.have.length(6);
  });

  it('lose the stored counts of what was purged', async () => {
    const { alice, room, idAt } = await roomOf(6000);
    await alice.chat.mark_unread({ message_id: idAt(11) });
    await app().pool.query('UPDATE rooms SET expired_at = 4100 WHERE id = ?', [room]);
    await purgeMessages(jobsOn(app().pool));
    expect(await stored(room)).to.deep.equal([{ ordinal: 5999, total: 3000 }]);
    await app().pool.query('DELETE FROM messages WHERE room_id = ? AND ordinal <= 4100', [room]);
    await alice.chat.acknowledge({ message_id: idAt(6000) });
    await alice.chat.mark_unread({ message_id: idAt(4201) });
    await expectUnread(alice, room, 900, 4200);
    expect(await storedOwn(alice, room)).to.equal(900);
  });
});
