import { expect } from 'chai';
import { newHub, newRoom, refused } from '../../support/hub.ts';

describe('A room accessed by admins outside it', () => {
  it('cannot be opened by them; they may close it and set owners, read no message', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7 });
    const { admin, alice, bob } = members;
    const room = await newRoom(alice, bob);
    await alice.chat.post({ entity_id: room, message: 'the secret' });
    await refused(admin.room.update({ entity_id: room, visibility: 'public' }), 'ROOM_NOT_FOUND');
    await refused(
      admin.room.update({ entity_id: room, visibility: 'public', owner_ids: [bob.id] }),
      'ROOM_NOT_FOUND',
    );
    expect(await alice.room.info({ entity_id: room })).to.deep.include({
      visibility: 'private',
      owner_ids: [alice.id],
    });
    await refused(admin.room.add({ entity_id: room, user_id: admin.id }), 'ROOM_NOT_FOUND');
    await refused(admin.chat.messages({ entity_id: room }), 'ROOM_NOT_FOUND');

    await alice.room.update({ entity_id: room, visibility: 'public' });
    expect(
      await admin.room.update({ entity_id: room, visibility: 'private', owner_ids: [bob.id] }),
    ).to.deep.include({
      ...{ visibility: 'private', owner_ids: [bob.id] },
    });
  });

  it('is opened by its owner and by an admin who is a participant', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7 });
    const { admin, alice, bob } = members;
    const room = await newRoom(alice, bob, admin);
    await refused(bob.room.update({ entity_id: room, visibility: 'public' }), 'PERMISSION_DENIED');
    expect(await admin.room.update({ entity_id: room, visibility: 'public' })).to.include({
      visibility: 'public',
    });
    expect(await alice.room.update({ entity_id: room, visibility: 'private' })).to.include({
      visibility: 'private',
    });
  });

  it('hides read pointers and notification settings of the participants', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7, dan: 7 });
    const { admin, alice, bob, dan } = members;
    const { entity_id: room } = await alice.room.create({
      name: 'Open',
      user_ids: [bob.id],
      visibility: 'public',
    });
    await alice.chat.post({ entity_id: room, message: 'one' });
    const pointers = async (by: typeof dan) =>
      (await by.room.participants({ entity_id: room })).map(({ pointer }) => pointer);
    expect(await pointers(bob)).to.have.members([1, 0]);
    expect(await pointers(dan)).to.deep.equal([0, 0]);
    expect(await pointers(admin)).to.have.members([1, 0]);
    expect(await dan.room.participant({ entity_id: room, user_id: alice.id })).to.include({
      pointer: 0,
    });
    await refused(dan.room.participants({ entity_id: room, notify: 1 }), 'PERMISSION_DENIED');
    await dan.room.add({ entity_id: room, user_id: dan.id });
    expect(await pointers(dan)).to.have.members([1, 0, 1]);
  });
});
