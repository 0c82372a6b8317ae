import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';

describe('room.info', () => {
  it('returns the room to a participant', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { entity_id } = await alice.room.create({
      name: 'Room',
      description: 'of two',
      user_ids: [bob.id],
    });
    const { ctime, ...info } = await bob.room.info({ entity_id });
    expect(ctime).to.be.closeTo(Date.now() / 1000, 60);
    expect(info).to.deep.equal({
      entity_id,
      room_id: entity_id,
      name: 'Room',
      description: 'of two',
      created_by: alice.id,
      owner_ids: [alice.id],
      member_count: 2,
      visibility: 'private',
      is_archived: 0,
      system_access: 0,
      external_id: null,
      made_by_key: 0,
    });
    const reply = await raw('room.info', {
      token: bob.token,
      hubId: bob.hubId,
      body: { peer_id: entity_id },
    });
    expect(reply.body.data).to.deep.include(info);
  });

  it('returns the room, but none of its messages, to an admin outside', async () => {
    const { members } = await newHub({ admin: 31, moderator: 15, alice: 7 });
    const { admin, moderator, alice } = members;
    const room = await newRoom(alice);
    const { message_id } = await alice.chat.post({ entity_id: room, message: 'secret' });
    expect(await admin.room.info({ entity_id: room })).to.include({
      name: 'Room',
      member_count: 1,
    });
    await refused(admin.chat.messages({ entity_id: room }), 'ROOM_NOT_FOUND');
    await refused(admin.chat.acknowledge({ message_id }), 'MESSAGE_NOT_FOUND');
    await refused(admin.chat.chat_room_info({ key: room }), 'ROOM_NOT_FOUND');
    const { events } = await admin.chat.sync({ since: 0 });
    expect(events.filter((event) => event.room_id !== null)).to.deep.equal([]);
    await refused(moderator.room.info({ entity_id: room }), 'ROOM_NOT_FOUND');
  });

  it('fails with ROOM_NOT_FOUND for foreign, left, direct and unknown rooms alike', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { members: others } = await newHub({ stranger: 31 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const { room_id } = await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    const theirs = await newRoom(others.stranger);
    await bob.room.remove({ entity_id: room, user_id: bob.id });
    const errors = await Promise.all(
      [room, theirs, room_id, alice.id, 'nothing', '', '\u0000'].map((entity_id) =>
        refused(bob.room.info({ entity_id }), 'ROOM_NOT_FOUND'),
      ),
    );
    expect(new Set(errors.map((error) => error.message)).size).to.equal(1);
    await refused(others.stranger.room.info({ entity_id: room }), 'ROOM_NOT_FOUND');
  });

  it('is refused to a viewer and to strangers, and without an entity_id', async () => {
    const { members, id } = await newHub({ viewer: 3, alice: 7 });
    const { members: others } = await newHub({ stranger: 63 });
    const entity_id = await newRoom(members.alice, members.viewer);
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).room.info({ entity_id }), 'PERMISSION_DENIED');
    await refusedInputs(members.alice, 'room.info', [
      ['entity_id', {}],
      ['entity_id', { entity_id: 7 }],
      ['full', { entity_id, full: 1 }],
    ]);
  });
});
