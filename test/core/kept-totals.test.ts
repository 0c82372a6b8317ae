import { expect } from 'chai';
import type { Observer } from '../../db/connection/round-trip.ts';
import { app } from '../support/app.ts';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import { randomNumbers } from '../support/random.ts';

const seenBy = (member: Member, entityId: string) =>
  member.chat.messages({ entity_id: entityId, mark_read: 0, limit: 100 });

/** Returns what `chat.count_all` must return, by the rows of the lists. */
async function countByLists(member: Member) {
  const { chat_rooms: list } = member.chat;
  const rows = (await Promise.all([list(), list({ option: 'archived' })])).flat();
  const sum = (flag: string, isArchived: 0 | 1): number =>
    rows
      .filter((row) => row.is_archived === isArchived && [row.flag, 'all'].includes(flag))
      .reduce((total, row) => total + row.unread_count, 0);
  const [contact, share, archived] = [sum('contact', 0), sum('share', 0), sum('all', 1)];
  return {
    total_cnt: contact + share + archived,
    contact_chat_cnt: contact,
    share_chat_cnt: share,
    archive_chat_cnt: archived,
    head_chat_cnt: rows.filter((row) => row.unread_count > 0).length,
    support_cnt: 0,
  };
}

describe('The kept totals of unread messages', () => {
  let leastRooms: number;
  before(() => {
    ({ leastRooms } = app().pool.unreadTotals);
    app().pool.unreadTotals.leastRooms = 1;
  });
  after(() => {
    app().pool.unreadTotals.leastRooms = leastRooms;
  });

  it('equal counting after random calls, also concurrent ones', async () => {
    const hub = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = hub.members;
    const people = [alice, bob, carol];
    const rooms = [
      await newRoom(alice, bob, carol),
      await newRoom(alice, bob, carol),
      await newRoom(alice, bob),
    ];
    const random = randomNumbers(20_261_128);
    const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const own = [...rooms, alice.id];

    const change = async (): Promise<unknown> => {
      const [member, action] = [oneOf(people), random()];
      const entity = oneOf(own.filter((id) => id !== member.id));
      if (action < 0.4) return member.chat.post({ entity_id: entity, message: 'Hi' });
      if (action < 0.5) {
        const target = oneOf(rooms.slice(0, 2));
        const call = random() < 0.5 ? alice.room.remove : alice.room.add;
        return call({ entity_id: target, user_id: carol.id });
      }
      if (action < 0.55) {
        const status = oneOf(['archived', 'active'] as const);
        return member.chat.change_status({ entity_id: entity, status });
      }
      const message = oneOf(await seenBy(member, entity));
      if (!message) return undefined;
      const { message_id } = message;
      if (action < 0.6) return member.chat.delete({ option: 'me', messages: [message_id] });
      if (action < 0.7 && message.author_id === member.id)
        return member.chat.delete({ option: 'all', messages: [message_id] });
      if (action < 0.85) return member.chat.mark_unread({ message_id });
      return member.chat.acknowledge({ message_id });
    };

    for (let step = 1; step <= 40; step++) {
      const together = step % 3 === 0 ? 4 : 1;
      // Some are refused: of rooms that a member has left, or of messages that are gone.
      await Promise.allSettled(Array.from({ length: together }, change));
      const member = oneOf(people);
      const { total } = await member.chat
        .post({ entity_id: oneOf(rooms.slice(2)), message: 'x' })
        .catch(() => member.chat.post({ entity_id: rooms[0] ?? '', message: 'x' }))
        .catch(() => member.chat.post({ entity_id: alice.id, message: 'x' }));
      const counted = await countByLists(member);
      expect(await member.chat.count_all(), `step ${step}`).to.deep.equal(counted);
      expect(total, `step ${step}`).to.equal(counted.total_cnt);
    }
    const archived = { entity_id: rooms[2] ?? '', status: 'archived', for: 'all' } as const;
    await alice.chat.change_status({ ...archived, status: 'active' });
    await alice.chat.post({ entity_id: archived.entity_id, message: 'x' });
    await bob.chat.count_all();
    await alice.chat.change_status(archived);
    expect(await bob.chat.count_all()).to.deep.equal(await countByLists(bob));
    const age = 'UPDATE messages SET created_ms = created_ms - 20 * 86400000 WHERE hub_id = ?';
    await app().pool.query(`${age} AND ordinal <= 5`, [hub.id]);
    await hub.operator.setting.patch({ message_retention_days: 10 });
    const { total } = await bob.chat.post({ entity_id: alice.id, message: 'x' });
    const counted = await countByLists(bob);
    expect(await bob.chat.count_all()).to.deep.equal(counted);
    expect(total).to.equal(counted.total_cnt);
  });

  it('are exact for every member after a room with unread messages is deleted', async () => {
    const { alice, bob, carol, admin } = (await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 }))
      .members;
    const [gone, kept] = [await newRoom(alice, bob, carol), await newRoom(alice, bob, carol)];
    await carol.chat.change_status({ entity_id: gone, status: 'archived' });
    for (const entity_id of [gone, gone, kept]) await alice.chat.post({ entity_id, message: 'Hi' });
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const everyone = [alice, bob, carol];
    const counts = () =>
      Promise.all(everyone.map(async ({ chat }) => (await chat.count_all()).total_cnt));
    expect(await counts()).to.deep.equal([1, 3, 3]);
    await bob.chat.post({ entity_id: gone, message: 'Hi' });
    expect(await counts()).to.deep.equal([2, 1, 4]);
    await Promise.all([admin.room.delete({ entity_id: gone }), ...everyone.map(countByLists)]);
    expect(await counts()).to.deep.equal([1, 1, 1]);
    for (const member of everyone) {
      const counted = await countByLists(member);
      expect(await member.chat.count_all()).to.deep.equal(counted);
      const { total } = await member.chat.post({ entity_id: kept, message: 'x' });
      expect(total).to.equal((await countByLists(member)).total_cnt);
    }
  });

  it('read no more rows of a member of many rooms, once they are kept', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const rooms = await Promise.all(Array.from({ length: 12 }, () => newRoom(alice, bob)));
    const sent: string[] = [];
    const observe: Observer = (_, statements) => {
      sent.push(...statements.map(({ sql }) => sql).filter((sql) => /AS unread/.test(sql)));
    };
    const { roundTrips } = app().pool;
    const post = async (roomId = '') => {
      sent.length = 0;
      const { total } = await alice.chat.post({ entity_id: roomId, message: 'Hi' });
      return { total, counted: sent.map((sql) => /IN \((\?)\)/.test(sql)) };
    };
    roundTrips.observer = observe;
    try {
      for (const roomId of rooms.slice(0, 2)) await post(roomId);
      await bob.chat.post({ entity_id: rooms[5] ?? '', message: 'Hi' });
      expect(await post(rooms[2])).to.deep.equal({ total: 1, counted: [true] });
      expect(await post(rooms[2])).to.deep.equal({ total: 1, counted: [true] });
      const sums = await alice.chat.count_all();
      sent.length = 0;
      expect(await alice.chat.count_all()).to.deep.equal(sums);
      expect([sums.share_chat_cnt, sent.length]).to.deep.equal([1, 0]);
    } finally {
      roundTrips.observer = undefined;
    }
  });
});
