import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { type Member, newHub, newRoom } from '../../support/hub.ts';

/** More than twice a page: then its rows are looked for among the newest rooms of the hub. */
const rooms = 130;

/** Runs work; returns its result and the statements that read the newest rooms of a hub. */
async function countingNewest<T>(work: () => Promise<T>): Promise<{ result: T; newest: number }> {
  let newest = 0;
  app().pool.roundTrips.observer = (_, statements) => {
    for (const { sql } of statements)
      if (sql.includes('rooms_activity') && sql.includes('participants')) newest += 1;
  };
  try {
    return { result: await work(), newest };
  } finally {
    app().pool.roundTrips.observer = undefined;
  }
}

describe('Conversations among the newest rooms of a hub', () => {
  let members: Record<'alice' | 'bob' | 'carol', Member>;
  let roomIds: string[];

  const all = (params: object = {}) =>
    Promise.all(Object.values(members).map(({ chat }) => chat.chat_rooms(params)));

  before(async () => {
    ({ members } = await newHub({ alice: 7, bob: 7, carol: 7 }));
    const { alice, bob, carol } = members;
    roomIds = [];
    for (let n = 0; n < rooms; n++) roomIds.push(await newRoom(alice, bob, carol));
  });

  it('are read by one statement for members who ask at the same time', async () => {
    const { bob, carol } = members;
    const [oldest = '', other = '', third = ''] = roomIds;
    for (const entity_id of [oldest, other]) await bob.chat.post({ entity_id, message: 'Hi' });
    const [hidden] = await carol.chat.messages({ entity_id: oldest });
    await carol.chat.delete({ messages: [hidden?.message_id ?? ''], option: 'me' });
    await carol.chat.change_status({ entity_id: third, status: 'archived' });
    // The first pages show how their rows lie.
    const first = await all();
    const { result, newest } = await countingNewest(() => all());
    expect(newest).to.equal(1);
    expect(result).to.deep.equal(first);
    const shown = result.map((page) =>
      page.slice(0, 3).map((row) => [row.entity_id, row.last_message, row.unread_count]),
    );
    const rest = [roomIds.at(-1), '', 0];
    expect(shown).to.deep.equal([
      [[other, 'Hi', 1], [oldest, 'Hi', 1], rest],
      [[other, 'Hi', 0], [oldest, 'Hi', 0], rest],
      [[other, 'Hi', 1], [oldest, '', 0], rest],
    ]);
  });

  it('are read again by all own rows where the page is too short, and whole', async () => {
    const { alice } = members;
    await all();
    // Rooms of nobody, newer than those of the members.
    await app().pool.query(
      `INSERT INTO rooms (hub_id, id, kind, name, description, last_at_ms, member_count,
         created_by, created_ms)
       SELECT hub_id, CONCAT(SUBSTRING(id, 1, 35), '_'), kind, name, '', last_at_ms + 1000000, 0,
         created_by, created_ms FROM rooms WHERE hub_id = ?`,
      [alice.hubId],
    );
    const before = (await alice.chat.chat_rooms({ page: 1 })).map(({ entity_id }) => entity_id);
    expect(before.slice(0, 3)).to.deep.equal([roomIds[1], roomIds[0], roomIds.at(-1)]);
    expect(before).to.have.lengthOf(45);
    const { newest } = await countingNewest(() => alice.chat.chat_rooms());
    expect(newest).to.equal(0);
  });

  it('follow each other without a gap, by number and by cursor', async () => {
    const { bob } = members;
    const expected = [roomIds[1], roomIds[0], ...roomIds.slice(2).reverse()];
    for (let round = 0; round < 3; round++) {
      const numbered: string[] = [];
      for (let page = 1; page <= 3; page++)
        numbered.push(...(await bob.chat.chat_rooms({ page })).map((row) => row.entity_id));
      expect(numbered).to.deep.equal(expected);
      const [last] = (await bob.chat.chat_rooms()).slice(-1);
      const next = await bob.chat.chat_rooms({ before: last?.cursor ?? '' });
      expect(next.map((row) => row.entity_id)).to.deep.equal(expected.slice(45, 90));
    }
  });
});
