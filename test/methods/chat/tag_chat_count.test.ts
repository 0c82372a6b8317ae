import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly } from './support.ts';

describe('chat.tag_chat_count', () => {
  it('counts the conversations under a tag, and their unread messages', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(bob, alice);
    const untagged = await newRoom(bob, alice);
    for (const entity of [alice.id, room, room, untagged])
      await bob.chat.post({ entity_id: entity, message: 'Hi' });
    const { tag_id: tag } = await alice.tag.create({ name: 'Wörk' });
    const { tag_id: other } = await alice.tag.create({ name: 'Other' });
    const count = async (id: string) => (await alice.chat.tag_chat_count({ tag_id: id }))[0];
    expect(await alice.chat.tag_chat_count({ tag_id: tag })).to.deep.equal([
      { tag_id: tag, tag_name: 'Wörk', chat_count: 0, room_count: 0 },
    ]);
    for (const id of [room, bob.id]) await alice.tag.assign({ entity_id: id, tag_ids: [tag] });
    expect(await count(tag)).to.include({ chat_count: 2, room_count: 3 });
    // A member without messages does not count as a conversation.
    await alice.tag.assign({ entity_id: carol.id, tag_ids: [tag] });
    expect(await count(tag)).to.include({ chat_count: 2, room_count: 3 });
    await carol.chat.post({ entity_id: alice.id, message: 'Hi' });
    expect(await count(tag)).to.include({ chat_count: 3, room_count: 4 });
    await alice.chat.messages({ entity_id: room });
    await alice.tag.assign({ entity_id: bob.id, tag_ids: [other] });
    expect(await count(tag)).to.include({ chat_count: 2, room_count: 1 });
    expect(await count(other)).to.include({ chat_count: 1, room_count: 1 });
  });

  it('counts archived conversations, but not a room that the caller has left', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(bob, alice);
    for (const entity of [alice.id, room])
      await bob.chat.post({ entity_id: entity, message: 'Hi' });
    const { tag_id: tag } = await alice.tag.create({ name: 'Work' });
    for (const id of [room, bob.id]) await alice.tag.assign({ entity_id: id, tag_ids: [tag] });
    await alice.chat.change_status({ entity_id: bob.id, status: 'archived' });
    expect((await alice.chat.tag_chat_count({ tag_id: tag }))[0]).to.include({
      chat_count: 2,
      room_count: 2,
    });
    await alice.room.remove({ entity_id: room, user_id: alice.id });
    expect((await alice.chat.tag_chat_count({ tag_id: tag }))[0]).to.include({
      chat_count: 1,
      room_count: 1,
    });
  });

  it('can be called by GET, and ignores unknown parameters', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const { tag_id: tag } = await alice.tag.create({ name: 'Work' });
    const init = {
      token: alice.token,
      hubId: alice.hubId,
      verb: 'GET',
      query: `?tag_id=${tag}&page=x`,
    };
    expect((await raw('chat.tag_chat_count', init)).body.data).to.have.length(1);
  });

  it('fails with TAG_NOT_FOUND for a tag that the caller does not own', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { members: others } = await newHub({ stranger: 7 });
    const { tag_id: bobs } = await bob.tag.create({ name: 'Others' });
    const { tag_id: elsewhere } = await others.stranger.tag.create({ name: 'Elsewhere' });
    const { tag_id: gone } = await alice.tag.create({ name: 'Gone' });
    await alice.tag.remove({ tag_id: gone });
    for (const id of [bobs, elsewhere, gone, 'nothing', '', '\u0000'])
      await refused(alice.chat.tag_chat_count({ tag_id: id }), 'TAG_NOT_FOUND');
    expect(await bob.chat.tag_chat_count({ tag_id: bobs })).to.have.length(1);
  });

  it('fails with INVALID_INPUT for a bad tag_id, naming it', async () => {
    const { members } = await newHub({ alice: 7 });
    await refusedInputs(members.alice, 'chat.tag_chat_count', [
      ['tag_id', {}],
      ['tag_id', { tag_id: 7 }],
      ['tag_id', { tag_id: null }],
      ['tag_id', { tag_id: ['a'] }],
    ]);
  });

  it('rejects viewers, other hubs’ members, and calls without a token', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, viewer: 3 });
    const { tag_id: tag } = await members.alice.tag.create({ name: 'Work' });
    await refused(members.viewer.chat.tag_chat_count({ tag_id: tag }), 'PERMISSION_DENIED');
    const body = { tag_id: tag };
    await expectMembersOnly('chat.tag_chat_count', hubId, body);
  });
});
