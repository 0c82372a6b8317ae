import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { nextInRoom } from './support.ts';

describe('room.update', () => {
  it('lets participants rename and describe the room, keeping omitted fields', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const entity_id = await newRoom(alice, bob);
    expect(await bob.room.update({ entity_id, name: 'Renamed' })).to.include({
      name: 'Renamed',
      description: '',
    });
    expect(await bob.room.update({ entity_id, description: 'why' })).to.include({
      name: 'Renamed',
      description: 'why',
    });
    expect(await alice.room.update({ entity_id, description: '' })).to.include({
      name: 'Renamed',
      description: '',
    });
    expect((await alice.chat.chat_room_info({ key: entity_id })).group_name).to.equal('Renamed');
  });

  it('publishes once to every device of the participants, and to no other', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const entity_id = await newRoom(alice, bob);
    using mine = await alice.device();
    using theirs = await bob.device();
    using bystander = await carol.device();
    for (const _ of [1, 2]) await alice.room.update({ entity_id, name: 'Renamed' });
    for (const device of [mine, theirs]) {
      const event = await nextInRoom(device, 'room.update', entity_id, alice);
      expect(event.data).to.include({ name: 'Renamed', member_count: 2 });
    }
    const { seq } = await alice.chat.post({ entity_id, message: 'next' });
    expect((await theirs.next('chat.post')).seq).to.equal(seq);
    await carol.chat.post({ entity_id: alice.id, message: 'next' });
    await bystander.next('chat.post');
    expect([theirs.received.length, bystander.received.length]).to.deep.equal([2, 1]);
  });

  it('fails with ROOM_ARCHIVED while the room is archived for all', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const entity_id = await newRoom(alice);
    await alice.chat.change_status({ entity_id, status: 'archived', for: 'all' });
    await refused(alice.room.update({ entity_id, name: 'Renamed' }), 'ROOM_ARCHIVED');
    expect(await alice.room.info({ entity_id })).to.include({ name: 'Room', is_archived: 1 });
    await alice.chat.change_status({ entity_id, status: 'active', for: 'all' });
    expect(await alice.room.update({ entity_id, name: 'Renamed' })).to.include({ name: 'Renamed' });
  });

  it('fails with ROOM_NOT_FOUND for non-participants, including admins', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 31 });
    const { members: others } = await newHub({ stranger: 63 });
    const { alice, bob, admin } = members;
    const entity_id = await newRoom(alice);
    for (const caller of [bob, admin, others.stranger])
      await refused(caller.room.update({ entity_id, name: 'Mine' }), 'ROOM_NOT_FOUND');
    for (const wrong of [bob.id, alice.id, 'nothing', ''])
      await refused(alice.room.update({ entity_id: wrong, name: 'Mine' }), 'ROOM_NOT_FOUND');
    expect(await alice.room.info({ entity_id })).to.include({ name: 'Room' });
  });

  it('is refused to a viewer in the room and to strangers', async () => {
    const { members, id } = await newHub({ viewer: 3, alice: 7 });
    const { members: others } = await newHub({ stranger: 63 });
    const body = { entity_id: await newRoom(members.alice, members.viewer), name: 'Mine' };
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).room.update(body), 'PERMISSION_DENIED');
    expect((await raw('room.update', { hubId: id, body })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and changes nothing', async () => {
    const { members } = await newHub({ alice: 7 });
    const entity_id = await newRoom(members.alice);
    const before = await members.alice.room.info({ entity_id });
    await refusedInputs(members.alice, 'room.update', [
      ['entity_id', { name: 'Mine' }],
      ['entity_id', { entity_id: null, name: 'Mine' }],
      ['name', { entity_id, name: '' }],
      ['name', { entity_id, name: 'x'.repeat(256) }],
      ['name', { entity_id, name: 'a\u001bb' }],
      ['description', { entity_id, name: 'Mine', description: 'x'.repeat(2001) }],
      ['owner_ids', { entity_id, name: 'Mine', owner_ids: [] }],
    ]);
    expect(await members.alice.room.info({ entity_id })).to.deep.equal(before);
  });
});
