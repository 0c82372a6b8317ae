import { expect } from 'chai';
import { refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly, expectOwnConversationsOnly } from './support.ts';

describe('chat.to_read', () => {
  it('returns unread, its pages of 45, and the page of the first unread message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(bob, alice);
    const toRead = () => alice.chat.to_read({ entity_id: room });
    const post = () => bob.chat.post({ entity_id: room, message: 'one of many' });
    expect(await toRead()).to.deep.equal({ entity_id: room, unread: 0, pages_to_read: 0, page: 1 });
    await post();
    expect(await toRead()).to.deep.equal({ entity_id: room, unread: 1, pages_to_read: 1, page: 1 });
    await Promise.all(Array.from({ length: 44 }, post));
    expect(await toRead()).to.deep.equal({
      entity_id: room,
      unread: 45,
      pages_to_read: 1,
      page: 1,
    });
    await post();
    const two = await toRead();
    expect(two).to.deep.equal({ entity_id: room, unread: 46, pages_to_read: 2, page: 2 });
    const rows = await alice.chat.messages({ entity_id: room, page: two.page, mark_read: 0 });
    expect(rows.map((row) => [row.ordinal, row.is_notify])).to.deep.equal([[1, 1]]);
    await alice.chat.messages({ entity_id: room });
    expect(await toRead()).to.deep.equal({ entity_id: room, unread: 0, pages_to_read: 0, page: 1 });
  });

  it('returns 0 for a direct conversation without messages, and counts the first one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const none = { entity_id: bob.id, unread: 0, pages_to_read: 0, page: 1 };
    expect(await alice.chat.to_read({ entity_id: bob.id })).to.deep.equal(none);
    await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    expect(await alice.chat.to_read({ entity_id: bob.id })).to.deep.equal({
      ...none,
      unread: 1,
      pages_to_read: 1,
    });
    expect(await bob.chat.to_read({ entity_id: alice.id })).to.include({ unread: 0 });
  });

  it('can be called by GET, accepts peer_id for entity_id, and marks nothing as read', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { seq } = await bob.chat.post({ entity_id: alice.id, message: 'Hi' });
    const { token, hubId } = alice;
    const got = await raw('chat.to_read', {
      token,
      hubId,
      verb: 'GET',
      query: `?peer_id=${bob.id}&page=x`,
    });
    const posted = await raw('chat.to_read', {
      token,
      hubId,
      body: { peer_id: bob.id, socket_id: 's' },
    });
    for (const { body } of [got, posted])
      expect(body.data).to.include({ entity_id: bob.id, unread: 1 });
    expect((await alice.chat.sync({ since: seq })).events).to.deep.equal([]);
  });

  it('fails with INVALID_CONTACT where the caller has no conversation', () =>
    expectOwnConversationsOnly(
      ({ chat }, id) => chat.to_read({ entity_id: id }),
      'INVALID_CONTACT',
    ));

  it('fails with INVALID_INPUT, naming an entity_id that is missing or not a string', async () => {
    const { members } = await newHub({ alice: 7 });
    await refusedInputs(members.alice, 'chat.to_read', [
      ['entity_id', {}],
      ['entity_id', { entity_id: 7 }],
      ['entity_id', { entity_id: null }],
      ['entity_id', { peer_id: {} }],
    ]);
  });

  it('rejects viewers, other hubs’ members, and calls without a token', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    await refused(viewer.chat.to_read({ entity_id: alice.id }), 'PERMISSION_DENIED');
    const body = { entity_id: alice.id };
    await expectMembersOnly('chat.to_read', hubId, body);
  });
});
