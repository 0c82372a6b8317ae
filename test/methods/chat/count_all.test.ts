import { expect } from 'chai';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly } from './support.ts';

describe('chat.count_all', () => {
  it('counts unread by kind of conversation, their sum, and unread conversations', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const empty = {
      contact_chat_cnt: 0,
      share_chat_cnt: 0,
      archive_chat_cnt: 0,
      head_chat_cnt: 0,
      support_cnt: 0,
    };
    expect(await alice.chat.count_all()).to.deep.equal({ total_cnt: 0, ...empty });
    const room = await newRoom(bob, alice, carol);
    const archived = await newRoom(bob, alice);
    const read = await newRoom(bob, alice);
    for (const entity of [alice.id, room, room, archived, read])
      await bob.chat.post({ entity_id: entity, message: 'Hi' });
    await carol.chat.post({ entity_id: alice.id, message: 'Hi' });
    await carol.chat.post({ entity_id: room, message: 'Hi' });
    await alice.chat.messages({ entity_id: read });
    await alice.chat.change_status({ entity_id: archived, status: 'archived' });
    expect(await alice.chat.count_all()).to.deep.equal({
      total_cnt: 6,
      contact_chat_cnt: 2,
      share_chat_cnt: 3,
      archive_chat_cnt: 1,
      head_chat_cnt: 4,
      support_cnt: 0,
    });
    // A post marks the room as read up to that message.
    expect(await carol.chat.count_all()).to.include({
      total_cnt: 0,
      share_chat_cnt: 0,
      head_chat_cnt: 0,
    });
    expect(await bob.chat.count_all()).to.include({
      total_cnt: 1,
      share_chat_cnt: 1,
      head_chat_cnt: 1,
    });
  });

  it('counts an archived direct conversation as such until a new message restores it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'one' });
    await alice.chat.change_status({ entity_id: bob.id, status: 'archived' });
    expect(await alice.chat.count_all()).to.include({
      total_cnt: 1,
      contact_chat_cnt: 0,
      archive_chat_cnt: 1,
    });
    await bob.chat.post({ entity_id: alice.id, message: 'two' });
    expect(await alice.chat.count_all()).to.include({
      total_cnt: 2,
      contact_chat_cnt: 2,
      archive_chat_cnt: 0,
    });
  });

  it('no longer counts a room that the caller has left', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(bob, alice);
    await bob.chat.post({ entity_id: room, message: 'Hi' });
    expect((await alice.chat.count_all()).total_cnt).to.equal(1);
    await alice.room.remove({ entity_id: room, user_id: alice.id });
    expect(await alice.chat.count_all()).to.include({ total_cnt: 0, head_chat_cnt: 0 });
  });

  it('can be called by GET, ignores unknown parameters, and marks nothing as read', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { seq } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const { token, hubId } = alice;
    const got = await raw('chat.count_all', { token, hubId, verb: 'GET', query: '?order=desc' });
    const posted = await raw('chat.count_all', {
      token,
      hubId,
      body: { socket_id: 's', tag_id: 7 },
    });
    for (const { body } of [got, posted]) expect(body.data.total_cnt).to.equal(1);
    expect((await alice.chat.sync({ since: seq })).events).to.deep.equal([]);
  });

  it('fails with INVALID_INPUT for a body that is not an object', async () => {
    const { members } = await newHub({ alice: 7 });
    const { token, hubId } = members.alice;
    for (const body of ['[]', '{', '7', 'null']) {
      const { status, body: answer } = await raw('chat.count_all', { token, hubId, body });
      expect([status, answer.error], body).to.deep.equal([400, 'INVALID_INPUT']);
      expect(answer.details.join()).to.contain('body');
    }
  });

  it('rejects viewers, other hubs’ members, and calls without a token', async () => {
    const { members, id: hubId } = await newHub({ viewer: 3 });
    await refused(members.viewer.chat.count_all(), 'PERMISSION_DENIED');
    await expectMembersOnly('chat.count_all', hubId);
  });
});
