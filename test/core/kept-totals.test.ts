import { expect } from 'chai';
import type { Observer } from '../../db/connection/round-trip.ts';
import { app } from '../support/app.ts';
import { type Member, newHub, newRoom } from '../support/hub.ts';
import { randomNumbers } from '../support/random.ts';

const seenBy = (member: Member, entityId: string) =>
  member.chat.messages({ entity_id: entityId, mark_read: 0, limit: 100 });

describe('The total of a post’s reply', () => {
  let leastRooms: number;
  before(() => {
    ({ leastRooms } = app().pool.unreadTotals);
    app().pool.unreadTotals.leastRooms = 1;
  });
  after(() => {
    app().pool.unreadTotals.leastRooms = leastRooms;
  });

  it('equals counting after random calls, also concurrent ones', async () => {
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
      const message = oneOf(await seenBy(member, entity));
      if (!message) return undefined;
      const { message_id } = message;
      if (action < 0.6) return member.chat.delete({ option: 'me', messages: [message_id] });
      if (action < 0.7 && message.author_id === member.id)
        return member.chat.delete({ option: 'all', messages: [message_id] });
      if (action < 0.85) return member.chat.mark_unread({ message_id });
      return member.chat.acknowledge({ message_id });
    };

    for (let step = 1; step <= 60; step++) {
      const together = step % 3 === 0 ? 4 : 1;
      // Some are refused: of rooms that a member has left, or of messages that are gone.
      await Promise.allSettled(Array.from({ length: together }, change));
      const member = oneOf(people);
      const { total } = await member.chat
        .post({ entity_id: oneOf(rooms.slice(2)), message: 'x' })
        .catch(() => member.chat.post({ entity_id: rooms[0] ?? '', message: 'x' }))
        .catch(() => member.chat.post({ entity_id: alice.id, message: 'x' }));
      expect(total, `step ${step}`).to.equal((await member.chat.count_all()).total_cnt);
    }
    const age = 'UPDATE messages SET created_ms = created_ms - 20 * 86400000 WHERE hub_id = ?';
    await app().pool.query(`${age} AND ordinal <= 5`, [hub.id]);
    await hub.operator.setting.patch({ message_retention_days: 10 });
    const { total } = await bob.chat.post({ entity_id: alice.id, message: 'x' });
    expect(total).to.equal((await bob.chat.count_all()).total_cnt);
  });

  it('reads no more rows of a member of many rooms, once it is kept', async () => {
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
    } finally {
      roundTrips.observer = undefined;
    }
  });
});
