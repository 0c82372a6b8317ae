import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';

describe('room.participants', () => {
  it('returns participants in order of joining, with owner marks and read pointers', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 3 });
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice);
    await alice.chat.post({ entity_id, message: 'one' });
    await alice.room.add({ entity_id, user_id: carol.id });
    await alice.room.add({ entity_id, user_id: bob.id });
    const rows = await bob.room.participants({ entity_id });
    expect(rows.map((row) => [row.user_id, row.is_owner, row.pointer])).to.deep.equal([
      [alice.id, 1, 1],
      [carol.id, 0, 1],
      [bob.id, 0, 1],
    ]);
    expect(rows[1]).to.include({ firstname: 'carol', lastname: 'Test', surname: 'carol Test' });
    expect(rows[1]?.ctime).to.be.closeTo(Date.now() / 1000, 60);
  });

  it('continues after the cursor of a row, also among simultaneous joins', async () => {
    const { members } = await newHub({ m1: 7, m2: 7, m3: 7, m4: 7, m5: 7 });
    const [first, ...others] = Object.values(members);
    if (!first) return expect.fail('no participant');
    const entity_id = await newRoom(first, ...others);
    const all = await first.room.participants({ entity_id });
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const rows = await first.room.participants({
        entity_id,
        limit: 2,
        ...(after === undefined ? {} : { after }),
      });
      seen.push(...rows.map((row) => row.user_id));
      after = rows.at(-1)?.cursor;
      if (rows.length < 2) break;
    }
    expect(seen).to.deep.equal(all.map((row) => row.user_id));
    expect(seen).to.have.members(Object.values(members).map((member) => member.id));
  });

  it('fails with ROOM_NOT_FOUND for non-participants, except admins', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 31 });
    const { members: others } = await newHub({ stranger: 63 });
    const { alice, bob, admin } = members;
    const entity_id = await newRoom(alice);
    expect(await admin.room.participants({ entity_id })).to.have.length(1);
    for (const caller of [bob, others.stranger])
      await refused(caller.room.participants({ entity_id }), 'ROOM_NOT_FOUND');
    for (const wrong of [bob.id, 'nothing', ''])
      await refused(alice.room.participants({ entity_id: wrong }), 'ROOM_NOT_FOUND');
  });

  it('is refused to a viewer and to strangers', async () => {
    const { members, id } = await newHub({ viewer: 3, alice: 7 });
    const { members: others } = await newHub({ stranger: 63 });
    const entity_id = await newRoom(members.alice, members.viewer);
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).room.participants({ entity_id }), 'PERMISSION_DENIED');
    expect((await raw('room.participants', { hubId: id, verb: 'GET' })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT, naming the bad parameter', async () => {
    const { members } = await newHub({ alice: 7 });
    const entity_id = await newRoom(members.alice);
    await refusedInputs(members.alice, 'room.participants', [
      ['entity_id', {}],
      ['limit', { entity_id, limit: 0 }],
      ['limit', { entity_id, limit: 1001 }],
      ['after', { entity_id, after: 'with space' }],
      ['after', { entity_id, after: members.alice.id }],
      ['page', { entity_id, page: 2 }],
    ]);
  });
});
