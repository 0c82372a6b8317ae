import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly, expectOwnConversationsOnly } from './support.ts';

describe('chat.chat_room_info', () => {
  it('returns direct conversations and groups as the caller’s lists show them', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(bob, alice);
    await bob.chat.post({ entity_id: room, message: 'Hi all' });
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const { tag_id: tag } = await alice.tag.create({ name: 'Work' });
    await alice.tag.assign({ entity_id: room, tag_ids: [tag] });
    const [direct, group] = await alice.chat.chat_rooms();
    expect(await alice.chat.chat_room_info({ key: bob.id })).to.deep.equal(direct);
    expect(await alice.chat.chat_room_info({ key: room })).to.deep.equal(group);
    expect(direct).to.include({ entity_id: bob.id, unread_count: 1 });
    expect(group).to.deep.include({ entity_id: room, tag_ids: [tag], unread_count: 1 });
    const init = {
      token: alice.token,
      hubId: alice.hubId,
      verb: 'GET',
      query: `?key=${bob.id}&order=desc`,
    };
    const { body } = await raw('chat.chat_room_info', init);
    expect(body.data).to.include({ room_count: 1, message: 'Hi', drumate_id: bob.id });
  });

  it('returns an empty row for a member without messages to or from the caller', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const empty = {
      entity_id: bob.id,
      room_id: null,
      hub_id: hubId,
      flag: 'contact',
      contact_id: bob.id,
      display: 'bob Test',
      last_message: '',
      last_message_id: null,
      unread_count: 0,
      last_activity: 0,
      status: 'active',
      is_blocked: 0,
    };
    expect(await alice.chat.chat_room_info({ key: bob.id })).to.deep.include(empty);
    await alice.contact.block({ entity_id: bob.id });
    expect(await alice.chat.chat_room_info({ key: bob.id })).to.include({ is_blocked: 1 });
    expect(await alice.chat.chat_rooms()).to.deep.equal([]);
  });

  it('returns archived conversations too', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    await alice.chat.change_status({ entity_id: bob.id, status: 'archived' });
    expect(await alice.chat.chat_room_info({ key: bob.id })).to.include({
      is_archived: 1,
      status: 'archived',
    });
    expect(await bob.chat.chat_room_info({ key: alice.id })).to.include({
      is_archived: 0,
      status: 'active',
    });
  });

  it('shows the first 200 characters of the newest message that this caller can see', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: '😀'.repeat(201) });
    const { message_id: id } = await bob.chat.post({ entity_id: alice.id, message: 'hidden' });
    await alice.chat.delete({ option: 'me', messages: [id] });
    const { last_message: last } = await alice.chat.chat_room_info({ key: bob.id });
    expect(last).to.equal('😀'.repeat(200));
    expect((await bob.chat.chat_room_info({ key: alice.id })).last_message).to.equal('hidden');
  });

  it('fails with ROOM_NOT_FOUND where the caller has no conversation', () =>
    expectOwnConversationsOnly(
      ({ chat }, id) => chat.chat_room_info({ key: id }),
      'ROOM_NOT_FOUND',
      'x'.repeat(300),
    ));

  it('fails with INVALID_INPUT for a bad key, naming it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await refusedInputs(alice, 'chat.chat_room_info', [
      ['key', {}],
      ['key', { entity_id: bob.id }],
      ['key', { key: 7 }],
      ['key', { key: null }],
      ['key', { key: [bob.id] }],
    ]);
  });

  it('rejects viewers, other hubs’ members, and calls without a token', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    await alice.chat.post({ entity_id: viewer.id, message: 'Hi' });
    await refused(viewer.chat.chat_room_info({ key: alice.id }), 'PERMISSION_DENIED');
    const body = { key: alice.id };
    await expectMembersOnly('chat.chat_room_info', hubId, body);
  });
});
