import { expect } from 'chai';
import type { App } from '../../../service/app.ts';
import { ownApp } from '../../support/app.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';

describe('A room with the maximum number of participants', () => {
  let app: App & AsyncDisposable;
  before(async () => {
    app = await ownApp({ LIMIT_PARTICIPANTS: '3' });
  });
  after(() => app[Symbol.asyncDispose]());

  const position = async (member: Member): Promise<number> =>
    (await member.chat.sync({ since: 0 })).seq;

  it('cannot be created with more, counting its owner', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 }, app);
    const { alice, bob, carol, dan } = members;
    const last = await position(alice);
    const user_ids = [bob.id, carol.id, dan.id];
    const error = await refused(alice.room.create({ name: 'Four', user_ids }), 'ROOM_FULL');
    expect([error.status, error.details]).to.deep.equal([
      409,
      ['user_ids: a room has at most 3 participants'],
    ]);
    expect(await alice.room.list()).to.deep.equal([]);
    expect(await position(alice)).to.equal(last);
    const three = [alice.id, bob.id, carol.id, bob.id];
    expect((await alice.room.create({ name: 'Three', user_ids: three })).member_count).to.equal(3);
  });

  it('rejects a whole call that exceeds the limit, until a participant leaves', async () => {
    const { members } = await newHub({ admin: 31, alice: 7, bob: 7, carol: 7, dan: 7 }, app);
    const { alice, bob, carol, dan } = members;
    const entity_id = await newRoom(alice, bob);
    const last = await position(alice);
    await refused(alice.room.add({ entity_id, user_ids: [carol.id, dan.id] }), 'ROOM_FULL');
    expect(await position(alice)).to.equal(last);
    expect(
      (await alice.room.add({ entity_id, user_ids: [bob.id, carol.id] })).member_count,
    ).to.equal(3);
    await refused(bob.room.add({ entity_id, user_id: dan.id }), 'ROOM_FULL');
    const present = await bob.room.add({ entity_id, user_ids: [bob.id, carol.id] });
    expect(present, 'who is in already').to.deep.include({ user_ids: [], member_count: 3 });
    await refused(dan.chat.messages({ entity_id }), 'ROOM_NOT_FOUND');
    await carol.room.remove({ entity_id, user_id: carol.id });
    expect((await bob.room.add({ entity_id, user_id: dan.id })).member_count).to.equal(3);
  });

  it('cannot be joined by a member who adds themselves', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 }, app);
    const { alice, bob, carol, dan } = members;
    const { entity_id } = await alice.room.create({
      name: 'Open',
      visibility: 'public',
      user_ids: [bob.id],
    });
    await carol.room.add({ entity_id, user_id: carol.id });
    await refused(dan.room.add({ entity_id, user_id: dan.id }), 'ROOM_FULL');
    expect(await dan.room.info({ entity_id })).to.include({ member_count: 3 });
  });

  it('admits as many of several concurrent calls as there is room for', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7, eve: 7 }, app);
    const { alice, bob, carol, dan, eve } = members;
    const { entity_id } = await alice.room.create({
      name: 'Open',
      visibility: 'public',
      user_ids: [bob.id],
    });
    const outcomes = await Promise.all(
      [
        carol.room.add({ entity_id, user_id: carol.id }),
        alice.room.add({ entity_id, user_id: dan.id }),
        bob.room.add({ entity_id, user_id: eve.id }),
      ].map((call) =>
        call.then(
          () => 'ok',
          (error) => error.code as string,
        ),
      ),
    );
    expect(outcomes.sort()).to.deep.equal(['ROOM_FULL', 'ROOM_FULL', 'ok']);
    expect(await alice.room.participants({ entity_id })).to.have.length(3);
    expect(await alice.room.info({ entity_id })).to.include({ member_count: 3 });
  });

  it('does not exist where there is no limit', async () => {
    await using free = await ownApp({ LIMIT_PARTICIPANTS: '0' });
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dan: 7 }, free);
    const { alice, bob, carol, dan } = members;
    const entity_id = await newRoom(alice, bob, carol);
    expect((await alice.room.add({ entity_id, user_id: dan.id })).member_count).to.equal(4);
  });
});
