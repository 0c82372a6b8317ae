import { expect } from 'chai';
import { isMariaDb } from '../../support/rows-read.ts';
import type { World } from '../contract/world.ts';
import { type List, newWorlds, rowsRead, type Worlds } from './worlds.ts';

const sizes = { small: 250, large: 2500 };

const inRoom = ({ room }: World) => ({ entity_id: room });
const nothing = () => ({});

/** How many times the rows of the small hub a list may read in a hub that is ten times as large. */
const lists: [title: string, times: number, list: List][] = [
  ['chat_rooms', 1.5, { method: 'chat.chat_rooms', caller: 'member', params: nothing }],
  ['contact_rooms', 2, { method: 'chat.contact_rooms', caller: 'member', params: nothing }],
  ['share_rooms', 2, { method: 'chat.share_rooms', caller: 'member', params: nothing }],
  [
    'chat_rooms, a numbered page',
    2,
    { method: 'chat.chat_rooms', caller: 'member', params: () => ({ page: 2 }) },
  ],
  [
    'room.participants',
    1.2,
    {
      method: 'room.participants',
      caller: 'member',
      params: (world) => ({ ...inRoom(world), limit: 50 }),
    },
  ],
  [
    'room.list',
    1.2,
    { method: 'room.list', caller: 'admin', params: () => ({ all: 1, limit: 50 }) },
  ],
  [
    'chat_rooms, a rare name of a peer',
    1.5,
    { method: 'chat.chat_rooms', caller: 'member', params: () => ({ key: 'user 222 t' }) },
  ],
  [
    'chat_rooms, a rare name of a group',
    1.5,
    { method: 'chat.chat_rooms', caller: 'member', params: () => ({ key: 'room' }) },
  ],
  [
    'room.list, a rare name',
    1.5,
    { method: 'room.list', caller: 'admin', params: () => ({ all: 1, key: 'room' }) },
  ],
  [
    'contact.list, a rare name',
    1.5,
    { method: 'contact.list', caller: 'member', params: () => ({ key: 'ser 222 t' }) },
  ],
  [
    'hub.members, a rare name',
    1.5,
    { method: 'hub.members', caller: 'admin', params: () => ({ key: 'ser 222 t' }) },
  ],
  ['hub.info', 1.2, { method: 'hub.info', caller: 'member', params: nothing }],
  ['contact.list', 1.2, { method: 'contact.list', caller: 'member', params: nothing }],
  ['hub.members', 1.2, { method: 'hub.members', caller: 'admin', params: nothing }],
];

describe('Lists of a hub that is ten times as large', function () {
  this.timeout(120_000);
  let worlds: Worlds;
  before(async () => {
    worlds = await newWorlds(sizes);
  });
  after(() => worlds[Symbol.asyncDispose]());

  for (const [title, times, list] of lists)
    it(`read hardly more rows: ${title}`, async () => {
      const { small, large } = await rowsRead(worlds, list);
      expect(large, `${small} in the small hub`).to.be.at.most(times * small);
    });

  it('read at most two rows a room for the sums of unread messages', async () => {
    const list: List = { method: 'chat.count_all', caller: 'member', params: nothing };
    const { large } = await rowsRead(worlds, list);
    // MySQL reads the rows of the inner SELECT once more, from its temporary table.
    const rowsOfEach = (await isMariaDb(worlds.app.pool)) ? 2 : 3;
    expect(large).to.be.at.most(rowsOfEach * sizes.large + 50);
  });

  it('return every conversation once, in their order, from page to page', async () => {
    const { app, large } = worlds;
    const { member } = large.members;
    const [rows] = await app.pool.query(
      `SELECT p.room_id AS id FROM participants p JOIN rooms r
         ON r.hub_id = p.hub_id AND r.id = p.room_id
       WHERE p.hub_id = ? AND p.user_id = ? AND (r.kind <> 'direct' OR r.last_ordinal > 0)
       ORDER BY r.last_at_ms DESC, r.id`,
      [large.hub.id, member.id],
    );
    const expected = (rows as { id: string }[]).map(({ id }) => id);
    const listed: string[] = [];
    for (let before: string | null | undefined; ; ) {
      const page = await member.chat.chat_rooms(before ? { before } : {});
      listed.push(...page.map(({ room_id }) => String(room_id)));
      before = page.at(-1)?.cursor;
      if (!before) break;
    }
    expect(listed).to.deep.equal(expected);
  });

  it('return the conversations of a member who is in few of the newest rooms', async () => {
    const { app, large } = worlds;
    const { member } = large.members;
    const first = async () => (await member.chat.share_rooms()).map(({ entity_id }) => entity_id);
    const before = await first();
    // Newer rooms of others: more than are read for a page.
    await app.pool.query(
      `INSERT INTO rooms (hub_id, id, kind, name, description, last_at_ms, member_count,
         created_by, created_ms)
       SELECT hub_id, CONCAT(SUBSTRING(id, 1, 35), '_'), kind, name, '', last_at_ms + 10000000, 0,
         created_by, created_ms FROM rooms WHERE hub_id = ?`,
      [large.hub.id],
    );
    for (let calls = 0; calls < 4; calls++) expect(await first()).to.deep.equal(before);
  });
});
