import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly } from './support.ts';

const entities = async (member: Member, params: object = {}): Promise<string[]> =>
  (await member.chat.contact_rooms(params)).map((row) => row.entity_id);

describe('chat.contact_rooms', () => {
  it('lists direct conversations, by last activity, newest first, and no groups', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, dave: 7 });
    const { alice, bob, carol } = members;
    await newRoom(alice, bob);
    expect(await alice.chat.contact_rooms()).to.deep.equal([]);
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const { ctime } = await alice.chat.post({ entity_id: carol.id, message: 'Hi Carol' });
    const [newest, older, ...more] = await alice.chat.contact_rooms();
    expect(more).to.deep.equal([]);
    expect(newest).to.deep.include({
      entity_id: carol.id,
      contact_id: carol.id,
      firstname: 'carol',
      lastname: 'Test',
      last_message: 'Hi Carol',
      last_activity: ctime,
      unread_count: 0,
      flag: 'contact',
      group_name: null,
    });
    expect(older).to.include({ entity_id: bob.id, last_message: 'Hi', unread_count: 1 });
    const { body } = await raw('chat.contact_rooms', { token: alice.token, hubId: alice.hubId });
    expect(body.data[1]).to.include({
      id: bob.id,
      room_count: 1,
      message: 'Hi',
      drumate_id: bob.id,
    });
  });

  it('lists blocked ones too, and archived ones with option archived, each marked', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    await alice.chat.change_status({ entity_id: bob.id, status: 'archived' });
    await alice.contact.block({ entity_id: bob.id });
    expect(await alice.chat.contact_rooms()).to.deep.equal([]);
    const [row] = await alice.chat.contact_rooms({ option: 'archived' });
    expect(row).to.include({ entity_id: bob.id, is_archived: 1, is_blocked: 1 });
  });

  it('keeps a conversation with a member who left the hub', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Bye' });
    await operator.hub.remove_member({ user_id: bob.id });
    expect((await alice.chat.contact_rooms())[0]).to.include({
      entity_id: bob.id,
      last_message: 'Bye',
    });
    await refused(bob.chat.contact_rooms(), 'PERMISSION_DENIED');
  });

  it('shows the newest message that this caller can see', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'x'.repeat(201) });
    const { message_id: id } = await bob.chat.post({ entity_id: alice.id, message: 'hidden' });
    await alice.chat.delete({ option: 'me', messages: [id] });
    expect((await alice.chat.contact_rooms())[0]?.last_message).to.equal('x'.repeat(200));
    expect((await bob.chat.contact_rooms())[0]?.last_message).to.equal('hidden');
  });

  it('filters by tag and by key: anywhere in the name, no wildcards, ignoring case', async () => {
    const { members, join } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const rene = await join('René_%');
    for (const { id } of [bob, rene]) await alice.chat.post({ entity_id: id, message: 'Hi' });
    const { tag_id: tag } = await alice.tag.create({ name: 'Friends' });
    await alice.tag.assign({ entity_id: bob.id, tag_ids: [tag] });
    expect(await entities(alice, { tag_id: tag })).to.deep.equal([bob.id]);
    expect(await entities(alice, { tag_id: tag, key: 'rene' })).to.deep.equal([]);
    expect(await entities(alice, { tag_id: '', key: '' })).to.deep.equal([rene.id, bob.id]);
    for (const key of ['RENE', 'né_%', '%', '_', '% t'])
      expect(await entities(alice, { key }), key).to.deep.equal([rene.id]);
    for (const key of ['OB T', 'bób'])
      expect(await entities(alice, { key }), key).to.deep.equal([bob.id]);
    for (const key of ['%%', 'b_b', 'Friends'])
      expect(await entities(alice, { key }), key).to.deep.equal([]);
  });

  it('pages by 45, by number or before a row’s cursor', async () => {
    const { members, crowd } = await newHub({ alice: 7 });
    const { alice } = members;
    const peers: string[] = [];
    for (const peer of await crowd(46)) {
      await alice.chat.post({ entity_id: peer.id, message: 'Hi' });
      peers.unshift(peer.id);
    }
    const first = await alice.chat.contact_rooms();
    expect(first.map((row) => row.entity_id)).to.deep.equal(peers.slice(0, 45));
    expect(await entities(alice, { page: 2 })).to.deep.equal(peers.slice(45));
    expect(await entities(alice, { before: first[40]?.cursor })).to.deep.equal(peers.slice(41));
    const init = { token: alice.token, hubId: alice.hubId, verb: 'GET', query: '?page=2&key=USER' };
    expect((await raw('chat.contact_rooms', init)).body.data[0].page).to.equal(2);
  });

  it('fails with TAG_NOT_FOUND for a tag that the caller does not own', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { tag_id: others } = await bob.tag.create({ name: 'Others' });
    for (const id of [others, 'nothing'])
      await refused(alice.chat.contact_rooms({ tag_id: id }), 'TAG_NOT_FOUND');
    expect(await bob.chat.contact_rooms({ tag_id: others })).to.deep.equal([]);
  });

  it('fails with INVALID_INPUT, naming bad parameters; unknown ones are ignored', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    await refusedInputs(alice, 'chat.contact_rooms', [
      ['page', { page: 0 }],
      ['page', { page: '1e3' }],
      ['option', { option: 'nonsense' }],
      ['tag_id', { tag_id: {} }],
      ['key', { key: ['a'] }],
      ['key', { key: 'x'.repeat(256) }],
      ['before', { before: '12.nonsense' }],
    ]);
    const { token, hubId } = alice;
    const reply = await raw('chat.contact_rooms', {
      token,
      hubId,
      body: { order: 'asc', device_id: 'nonsense' },
    });
    expect(reply.body.data).to.deep.equal([]);
  });

  it('rejects viewers, other hubs’ members, and calls without a token', async () => {
    const { members, id: hubId } = await newHub({ viewer: 3 });
    await refused(members.viewer.chat.contact_rooms(), 'PERMISSION_DENIED');
    await expectMembersOnly('chat.contact_rooms', hubId);
  });
});
