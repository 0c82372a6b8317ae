import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('room.create', () => {
  it('creates a room of the caller, who owns it, and the given members', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 3 });
    const { alice, bob, carol } = members;
    const name = ' Café ☕ ';
    const user_ids = [bob.id, carol.id, bob.id, alice.id];
    const reply = await alice.room.create({ name, description: 'two\nlines', user_ids });
    const { entity_id, ctime, user_ids: inside, users, ...rest } = reply;
    expect(rest).to.deep.equal({
      room_id: entity_id,
      name,
      description: 'two\nlines',
      created_by: alice.id,
      owner_ids: [alice.id],
      member_count: 3,
      visibility: 'private',
      is_archived: 0,
      system_access: 0,
      external_id: null,
      made_by_key: 0,
    });
    expect(ctime).to.be.closeTo(Date.now() / 1000, 60);
    expect(inside).to.have.members([alice.id, bob.id, carol.id]);
    expect(users.map((user) => user.surname)).to.have.members([
      'alice Test',
      'bob Test',
      'carol Test',
    ]);
    expect((await bob.chat.chat_room_info({ key: entity_id })).group_name).to.equal(name);
  });

  it('creates a room of the caller alone', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { entity_id, member_count } = await members.alice.room.create({ name: 'Notes' });
    expect(member_count).to.equal(1);
    await refused(members.bob.room.info({ entity_id }), 'ROOM_NOT_FOUND');
  });

  it('publishes to every device of every participant and to no other', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    using mine = await alice.device();
    using theirs = await bob.device();
    using bystander = await carol.device();
    const reply = await alice.room.create({ name: 'Room', user_ids: [bob.id], echoId: '5' });
    const { users, ...data } = reply;
    expect(users).to.have.length(2);
    for (const device of [mine, theirs])
      expect(await device.next('room.create')).to.deep.include({
        room_id: reply.room_id,
        entity_id: reply.entity_id,
        actor_id: alice.id,
        stream: reply.room_id,
        prev: 0,
        echoId: '5',
        data,
      });
    await bob.chat.post({ entity_id: reply.entity_id, message: 'first' });
    await mine.next('chat.post');
    await alice.chat.post({ entity_id: carol.id, message: 'next' });
    await bystander.next('chat.post');
    expect(bystander.received).to.have.length(1);
    const { events } = await bob.chat.sync({ since: 0 });
    expect(events.map((event) => event.name)).to.include('room.create');
  });

  it('returns the same room for a repeated echoId, also for four calls at once', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const create = () => alice.room.create({ name: 'Once', user_ids: [bob.id], echoId: 'a-key' });
    const replies = await Promise.all([create(), create(), create(), create()]);
    replies.push(await create());
    expect(new Set(replies.map((reply) => reply.entity_id)).size).to.equal(1);
    for (const reply of replies)
      expect([...reply.user_ids].sort()).to.deep.equal([alice.id, bob.id].sort());
    expect(await alice.room.list()).to.have.length(1);
    expect(
      (await bob.chat.sync({ since: 0 })).events.filter((event) => event.name === 'room.create'),
    ).to.have.length(1);
  });

  it('fails with ECHO_ID_CONFLICT for another room under the same echoId', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await alice.room.create({ name: 'One', echoId: 'a-key' });
    for (const other of [
      { name: 'Two' },
      { name: 'One', user_ids: [bob.id] },
      { name: 'One', description: 'x' },
    ])
      await refused(alice.room.create({ ...other, echoId: 'a-key' }), 'ECHO_ID_CONFLICT');
    expect(await alice.room.list()).to.have.length(1);
    expect(await bob.room.create({ name: 'Two', echoId: 'a-key' })).to.include({ name: 'Two' });
    expect((await alice.room.create({ name: 'One', echoId: 'a-key' })).name).to.equal('One');
  });

  it('does not return by echoId a room that the caller has left', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const ask = { name: 'Left', user_ids: [bob.id], echoId: 'a-key' };
    const { entity_id } = await alice.room.create(ask);
    await alice.room.remove({ entity_id, user_id: alice.id });
    await bob.room.update({ entity_id, name: 'Secret by now' });
    await refused(alice.room.create(ask), 'ECHO_ID_CONFLICT');
  });

  it('treats an echoId of digits as a counter of a tab, not as a key', async () => {
    const { members } = await newHub({ alice: 7 });
    const create = () => members.alice.room.create({ name: 'Room', echoId: '1' });
    expect((await create()).entity_id).to.not.equal((await create()).entity_id);
  });

  it('fails with INVALID_CONTACT for members of other hubs, former and unknown ones', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, left: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    const { alice, bob, left } = members;
    await operator.hub.remove_member({ user_id: left.id });
    for (const id of [others.stranger.id, left.id, 'nobody', '', '\u0000'])
      await refused(alice.room.create({ name: 'Room', user_ids: [bob.id, id] }), 'INVALID_CONTACT');
    expect(await alice.room.list()).to.deep.equal([]);
    expect(await bob.room.list()).to.deep.equal([]);
  });

  it('fails with INVALID_CONTACT if either of the two has blocked the other', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await alice.contact.block({ entity_id: bob.id });
    await refused(alice.room.create({ name: 'Room', user_ids: [bob.id] }), 'INVALID_CONTACT');
    await refused(bob.room.create({ name: 'Room', user_ids: [alice.id] }), 'INVALID_CONTACT');
  });

  it('is refused to a viewer and to strangers', async () => {
    const { members, id } = await newHub({ viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).room.create({ name: 'Room' }), 'PERMISSION_DENIED');
    expect((await raw('room.create', { hubId: id, body: { name: 'Room' } })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and creates no room', async () => {
    const { members } = await newHub({ alice: 7 });
    const name = 'Room';
    await refusedInputs(members.alice, 'room.create', [
      ['name', {}],
      ['name', { name: '' }],
      ['name', { name: ' \t ' }],
      ['name', { name: 'a\u0000b' }],
      ['name', { name: 'two\nlines' }],
      ['name', { name: '\ud800' }],
      ['name', { name: 'x'.repeat(256) }],
      ['name', { name: 7 }],
      ['description', { name, description: 'x'.repeat(2001) }],
      ['user_ids', { name, user_ids: members.alice.id }],
      ['user_ids', { name, user_ids: [7] }],
      ['user_ids', { name, user_ids: Array.from({ length: 1001 }, (_, n) => `user-${n}`) }],
      ['echoId', { name, echoId: '' }],
      ['echoId', { name, echoId: 'ä' }],
      ['echoId', { name, echoId: 'x'.repeat(65) }],
      ['is_public', { name, is_public: 1 }],
    ]);
    expect(await members.alice.room.list()).to.deep.equal([]);
    const long = '😀'.repeat(255);
    expect((await members.alice.room.create({ name: long })).name).to.equal(long);
  });
});
