import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly } from './support.ts';

const entities = async (member: Member, params: object = {}): Promise<string[]> =>
  (await member.chat.share_rooms(params)).map((row) => row.entity_id);

describe('chat.share_rooms', () => {
  it('lists group rooms, by last activity, newest first, and no direct conversations', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const older = await newRoom(alice, bob, carol);
    const newer = await newRoom(bob, alice);
    await alice.chat.post({ entity_id: bob.id, message: 'Hi' });
    expect(await entities(alice)).to.deep.equal([newer, older]);
    const { ctime } = await bob.chat.post({ entity_id: older, message: 'Hi all' });
    const [first, second, ...more] = await alice.chat.share_rooms();
    expect(more).to.deep.equal([]);
    expect(first).to.deep.include({
      entity_id: older,
      group_name: 'Room',
      last_message: 'Hi all',
      last_activity: ctime,
      unread_count: 1,
      member_count: 3,
      flag: 'share',
      contact_id: null,
    });
    expect(second).to.include({
      entity_id: newer,
      last_message: '',
      last_message_id: null,
      unread_count: 0,
      member_count: 2,
    });
    const { body } = await raw('chat.share_rooms', { token: alice.token, hubId: alice.hubId });
    expect(body.data[0]).to.include({ id: older, room_count: 1, message: 'Hi all', ctime });
  });

  it('lists a room for its participants only, not for an admin', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31 });
    const { alice, bob, carol, admin } = members;
    const room = await newRoom(alice, bob);
    expect(await entities(bob)).to.deep.equal([room]);
    for (const member of [carol, admin]) expect(await entities(member)).to.deep.equal([]);
    await alice.room.remove({ entity_id: room, user_id: bob.id });
    await alice.room.add({ entity_id: room, user_id: carol.id });
    expect(await entities(bob)).to.deep.equal([]);
    expect((await carol.chat.share_rooms())[0]).to.include({ entity_id: room, member_count: 2 });
  });

  it('lists archived rooms with option archived, and marks them', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    expect(await bob.chat.share_rooms()).to.deep.equal([]);
    for (const member of [alice, bob])
      expect((await member.chat.share_rooms({ option: 'archived' }))[0]).to.include({
        entity_id: room,
        is_archived: 1,
        status: 'archived',
      });
  });

  it('shows the newest message that this caller can see', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    await bob.chat.post({ entity_id: room, message: 'é'.repeat(201) });
    const { message_id: hidden } = await bob.chat.post({ entity_id: room, message: 'hidden' });
    const { message_id: deleted } = await bob.chat.post({ entity_id: room, message: 'deleted' });
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    await bob.chat.delete({ option: 'all', messages: [deleted] });
    expect((await alice.chat.share_rooms())[0]?.last_message).to.equal('é'.repeat(200));
    expect((await bob.chat.share_rooms())[0]?.last_message).to.equal('hidden');
  });

  it('finds key anywhere in the current name, without wildcards, ignoring case', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { entity_id: cafe } = await alice.room.create({
      name: 'Le Café 100%',
      user_ids: [bob.id],
    });
    const { entity_id: other } = await alice.room.create({ name: 'Team_1' });
    for (const key of ['CAFE', 'é 1', '%', 'e\u0301 100'])
      expect(await entities(alice, { key }), key).to.deep.equal([cafe]);
    for (const key of ['tèam', '_'])
      expect(await entities(alice, { key }), key).to.deep.equal([other]);
    expect(await entities(alice, { key: 'c%é' })).to.deep.equal([]);
    await bob.room.update({ entity_id: cafe, name: 'Tea House' });
    expect(await entities(alice, { key: 'cafe' })).to.deep.equal([]);
    expect(await entities(alice, { key: 'TEA' })).to.have.members([cafe, other]);
  });

  it('pages by 45, by number or before a row’s cursor', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    await Promise.all(
      Array.from({ length: 46 }, (_, n) => alice.room.create({ name: `Room ${n}` })),
    );
    const first = await alice.chat.share_rooms();
    const second = await alice.chat.share_rooms({ page: 2 });
    expect([first.length, second.length]).to.deep.equal([45, 1]);
    expect(second[0]?.page).to.equal(2);
    const ids = [...first, ...second].map((row) => row.entity_id);
    expect(new Set(ids).size).to.equal(46);
    expect(await entities(alice, { before: first[9]?.cursor })).to.deep.equal(ids.slice(10));
    const init = { token: alice.token, hubId: alice.hubId, verb: 'GET', query: '?page=2' };
    expect((await raw('chat.share_rooms', init)).body.data).to.have.length(1);
  });

  it('fails with INVALID_INPUT, naming bad parameters; unknown ones are ignored', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    await refusedInputs(alice, 'chat.share_rooms', [
      ['page', { page: 0 }],
      ['page', { page: [] }],
      ['key', { key: 7 }],
      ['key', { key: '\ud800' }],
      ['before', { before: '; DROP' }],
      ['before', { before: '5' }],
    ]);
    const { token, hubId } = alice;
    const reply = await raw('chat.share_rooms', {
      token,
      hubId,
      body: { tag_id: 'nothing', socket_id: 's' },
    });
    expect(reply.body.data).to.deep.equal([]);
  });

  it('rejects viewers, other hubs’ members, and calls without a token', async () => {
    const { members, id: hubId } = await newHub({ viewer: 3 });
    await refused(members.viewer.chat.share_rooms(), 'PERMISSION_DENIED');
    await expectMembersOnly('chat.share_rooms', hubId);
  });
});
