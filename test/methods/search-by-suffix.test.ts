import { expect } from 'chai';
import { app } from '../support/app.ts';
import { newHub, newRoom } from '../support/hub.ts';

const suffixesOf = async (id: string): Promise<string[]> => {
  const [rows] = await app().pool.query(
    'SELECT CONVERT(suffix USING utf8mb4) AS suffix FROM name_suffixes WHERE id = ? ORDER BY 1',
    [id],
  );
  return (rows as { suffix: string }[]).map(({ suffix }) => suffix);
};

describe('What was renamed', () => {
  it('is found by its new name only, as a room', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    const room = await newRoom(alice);
    const find = async (key: string) => (await alice.room.list({ key })).length;
    expect([await find('oo'), await find('xy')]).to.deep.equal([1, 0]);
    await alice.room.update({ entity_id: room, name: 'Xyx' });
    expect([await find('oo'), await find('xy')]).to.deep.equal([0, 1]);
    expect(await suffixesOf(room)).to.deep.equal(['x', 'xyx', 'yx']);
  });

  it('is found by their new name in all hubs, as a member', async () => {
    const [first, second] = [await newHub({ alice: 7, bob: 7 }), await newHub({ carol: 7 })];
    const { alice, bob } = first.members;
    const { carol } = second.members;
    await second.operator.hub.add_member({ user_id: bob.id });
    const find = async (key: string) =>
      (await Promise.all([alice, carol].map((one) => one.contact.list({ key })))).map(
        (rows) => rows.length,
      );
    expect([await find('bob'), await find('xyx z')]).to.deep.equal([
      [1, 1],
      [0, 0],
    ]);
    await bob.user.update({ firstname: 'Xyx', lastname: 'Zed' });
    expect([await find('bob'), await find('xyx z')]).to.deep.equal([
      [0, 0],
      [1, 1],
    ]);
  });

  it('is found whatever the length of its name', async () => {
    const { alice } = (await newHub({ alice: 7 })).members;
    const name = `${'n'.repeat(200)}end of the name`;
    const { entity_id: id } = await alice.room.create({ name });
    const find = async (key: string) =>
      (await alice.room.list({ key })).map((row) => row.entity_id);
    for (const key of ['n', 'd of the na', 'nnnend of the name', name])
      expect(await find(key), key).to.deep.equal([id]);
    expect(await find('end of a name')).to.deep.equal([]);
  });
});

describe('A key that many names contain', () => {
  it('finds them all, page by page', async () => {
    const hub = await newHub({ alice: 7 });
    const { alice } = hub.members;
    await hub.crowd(1001);
    const all: string[] = [];
    for (let after: string | undefined; ; ) {
      const rows = await alice.contact.list({ key: 'ser', limit: 600, ...(after && { after }) });
      all.push(...rows.map((row) => row.entity_id));
      after = rows.at(-1)?.cursor;
      if (!after) break;
    }
    expect(new Set(all).size).to.equal(1001);
    expect(all).to.deep.equal([...all].sort());
  });
});
