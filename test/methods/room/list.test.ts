import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';

describe('room.list', () => {
  it('returns the caller’s group rooms by id, with their owners', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const rooms = [await newRoom(alice, bob), await newRoom(bob, alice), await newRoom(bob)];
    await alice.chat.post({ entity_id: bob.id, message: 'a direct conversation is none' });
    const rows = await alice.room.list();
    expect(rows.map((row) => row.entity_id)).to.deep.equal(rooms.slice(0, 2).sort());
    const { cursor, ...first } = rows[0] ?? expect.fail('no room');
    expect(cursor).to.be.a('string');
    expect(first).to.deep.equal(await alice.room.info({ entity_id: first.entity_id }));
  });

  it('returns all rooms of the hub to an admin who asks for all, to no other caller', async () => {
    const { members } = await newHub({ admin: 31, moderator: 15, alice: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    const { admin, moderator, alice } = members;
    await newRoom(others.stranger);
    const room = await newRoom(alice);
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    expect(
      (await admin.room.list({ all: 1 })).map((row) => [row.entity_id, row.is_archived]),
    ).to.deep.equal([[room, 1]]);
    expect(await admin.room.list()).to.deep.equal([]);
    for (const caller of [moderator, alice])
      await refused(caller.room.list({ all: 1 }), 'PERMISSION_DENIED');
  });

  it('matches a part of the name literally, ignoring case and accents', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    for (const name of ['Café', '50% off', 'a_b']) await alice.room.create({ name });
    const found = async (key: string) => (await alice.room.list({ key })).map((row) => row.name);
    expect(await found('CAFE')).to.deep.equal(['Café']);
    expect(await found('%')).to.deep.equal(['50% off']);
    expect(await found('_')).to.deep.equal(['a_b']);
    expect(await found('\\')).to.deep.equal([]);
  });

  it('continues after the cursor of a row', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const rooms = [await newRoom(alice), await newRoom(alice), await newRoom(alice)].sort();
    const first = await alice.room.list({ limit: 2 });
    const rest = await alice.room.list({ limit: 2, after: first[1]?.cursor });
    expect([...first, ...rest].map((row) => row.entity_id)).to.deep.equal(rooms);
    const { body } = await raw('room.list', {
      verb: 'GET',
      token: alice.token,
      query: '?limit=1&all=0',
    });
    expect(body.data).to.have.length(1);
  });

  it('is refused to a viewer and to strangers', async () => {
    const { members, id } = await newHub({ viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).room.list(), 'PERMISSION_DENIED');
    expect((await raw('room.list', { hubId: id, verb: 'GET' })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT, naming the bad parameter', async () => {
    const { members } = await newHub({ alice: 7 });
    await refusedInputs(members.alice, 'room.list', [
      ['all', { all: 2 }],
      ['all', { all: 'yes' }],
      ['limit', { limit: 0 }],
      ['limit', { limit: 101 }],
      ['key', { key: 7 }],
      ['after', { after: 'ä' }],
      ['page', { page: 2 }],
    ]);
  });
});
