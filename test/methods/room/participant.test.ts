import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';

describe('room.participant', () => {
  it('returns one participant as room.participants lists them', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    await alice.chat.post({ entity_id, message: 'one' });
    const rows = await bob.room.participants({ entity_id });
    for (const row of rows)
      expect(await bob.room.participant({ entity_id, user_id: row.user_id })).to.deep.equal(row);
    expect(await bob.room.participant({ entity_id, user_id: alice.id })).to.deep.include({
      ...{ user_id: alice.id, is_owner: 1, pointer: 1, firstname: 'alice' },
    });
    const query = `?entity_id=${entity_id}&user_id=${bob.id}`;
    const { body } = await raw('room.participant', {
      verb: 'GET',
      token: alice.token,
      hubId: alice.hubId,
      query,
    });
    expect(body.data).to.include({ user_id: bob.id, is_owner: 0 });
  });

  it('fails with INVALID_CONTACT for any user who is not in the room', async () => {
    const { members } = await newHub({ alice: 7, left: 7, outsider: 7 });
    const { stranger } = (await newHub({ stranger: 7 })).members;
    const { alice, left, outsider } = members;
    const entity_id = await newRoom(alice, left);
    await left.room.remove({ entity_id, user_id: left.id });
    for (const user_id of [left.id, outsider.id, stranger.id, 'nobody', '', entity_id]) {
      const { details } = await refused(
        alice.room.participant({ entity_id, user_id }),
        'INVALID_CONTACT',
      );
      expect(details).to.deep.equal(['user_id: is not a participant of the room']);
    }
    await refusedInputs(alice, 'room.participant', [
      ['user_id', { entity_id }],
      ['entity_id', { user_id: alice.id }],
      ['user_id', { entity_id, user_id: 7 }],
    ]);
  });

  it('fails with ROOM_NOT_FOUND for non-participants, except admins', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7, outsider: 7, viewer: 3 });
    const { stranger } = (await newHub({ stranger: 63 })).members;
    const { admin, alice, bob, outsider, viewer } = members;
    const entity_id = await newRoom(alice, bob, viewer);
    expect(await admin.room.participant({ entity_id, user_id: bob.id })).to.include({
      user_id: bob.id,
    });
    for (const caller of [outsider, stranger])
      await refused(caller.room.participant({ entity_id, user_id: bob.id }), 'ROOM_NOT_FOUND');
    await refused(alice.room.participant({ entity_id: bob.id, user_id: bob.id }), 'ROOM_NOT_FOUND');
    await refused(viewer.room.participant({ entity_id, user_id: bob.id }), 'PERMISSION_DENIED');
  });
});

describe('room.list {entity_ids} and hub.members {user_ids}', () => {
  it('list only the requested ids, in their order, and skip inaccessible ones', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7 });
    const { stranger } = (await newHub({ stranger: 7 })).members;
    const { admin, alice, bob } = members;
    const rooms = [await newRoom(alice), await newRoom(alice, bob), await newRoom(alice)].sort();
    const [theirs, foreign] = [await newRoom(bob), await newRoom(stranger)];
    const list = async (entity_ids: string[], more: object = {}, by = alice) =>
      (await by.room.list({ entity_ids, ...more })).map((row) => row.entity_id);
    const [first = '', , third = ''] = rooms;
    expect(await list([third, first, third, theirs, foreign, 'nothing', '', bob.id])).to.deep.equal(
      [first, third],
    );
    expect(await list([theirs, foreign])).to.deep.equal([]);
    expect(await list([theirs, foreign, first], { all: 1 }, admin)).to.deep.equal(
      [first, theirs].sort(),
    );
    expect(await list(rooms, { limit: 1, after: first })).to.deep.equal([rooms[1]]);
    expect(await list(rooms, { key: 'no such name' })).to.deep.equal([]);
    await refusedInputs(alice, 'room.list', [
      ['entity_ids', { entity_ids: [] }],
      ['entity_ids', { entity_ids: first }],
      ['entity_ids', { entity_ids: Array.from({ length: 101 }, () => first) }],
    ]);
  });

  it('list only the requested members of the hub', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 3, left: 7 });
    const { stranger } = (await newHub({ stranger: 7 })).members;
    const { alice, bob, carol, left } = members;
    await operator.hub.remove_member({ user_id: left.id });
    const list = async (user_ids: string[], more: object = {}) =>
      (await alice.hub.members({ user_ids, ...more })).map((row) => row.user_id);
    const asked = [carol.id, stranger.id, alice.id, left.id, 'nobody', '', alice.id];
    expect(await list(asked)).to.deep.equal([alice.id, carol.id].sort());
    expect(await list([stranger.id])).to.deep.equal([]);
    expect(await list([alice.id, bob.id, carol.id], { key: 'bob' })).to.deep.equal([bob.id]);
    expect(await list([alice.id, bob.id, carol.id], { limit: 1, page: 2 })).to.deep.equal([
      [alice.id, bob.id, carol.id].sort()[1],
    ]);
    expect(await carol.hub.members({ user_ids: [bob.id] })).to.have.length(1);
    await refusedInputs(alice, 'hub.members', [
      ['user_ids', { user_ids: [] }],
      ['user_ids', { user_ids: alice.id }],
      ['user_ids', { user_ids: Array.from({ length: 101 }, () => bob.id) }],
    ]);
  });
});
