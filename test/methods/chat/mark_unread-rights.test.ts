import { expect } from 'chai';
import { narrowed, refusedInputs } from '../../support/caller.ts';
import { type Member, newHub, newRoom, raw, refused } from '../../support/hub.ts';
import { expectMembersOnly, expectUnread, post, posts, unknownIds } from './support.ts';

describe('chat.mark_unread', () => {
  it('fails with MESSAGE_NOT_FOUND for a message that the caller cannot see', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7, admin: 31, removed: 7 });
    const { alice, bob, carol, admin, removed } = members;
    const { members: others } = await newHub({ stranger: 7, friend: 7 });
    const foreign = await post(others.friend, others.stranger.id);
    const room = await newRoom(alice, bob, removed);
    const [kept = '', hidden = '', deleted = ''] = await posts(alice, room, 3);
    await bob.chat.messages({ entity_id: room });
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const unseen = (member: Member, id: string) =>
      refused(member.chat.mark_unread({ message_id: id }), 'MESSAGE_NOT_FOUND');
    for (const id of [hidden, deleted, foreign, room, ...unknownIds]) await unseen(bob, id);
    for (const member of [carol, admin, removed, others.stranger]) await unseen(member, kept);
    await expectUnread(bob, room, 0, 3);
    expect(await bob.chat.mark_unread({ message_id: kept })).to.include({ unread: 1 });
  });

  it('fails with INVALID_INPUT, naming message_id, when that is not a string', async () => {
    const { members } = await newHub({ alice: 7 });
    const bad = [undefined, 7, null, ['x'], {}].map(
      (message_id) => ['message_id', { message_id }] as const,
    );
    await refusedInputs(members.alice, 'chat.mark_unread', bad);
  });

  it('rejects viewers, narrower tokens, other hubs’ members, no token, and GET', async () => {
    const { members, id: hubId } = await newHub({ alice: 7, bob: 7, viewer: 3 });
    const { alice, bob, viewer } = members;
    await refused(
      viewer.chat.mark_unread({ message_id: await post(bob, viewer.id) }),
      'PERMISSION_DENIED',
    );
    const id = await post(bob, alice.id);
    await alice.chat.acknowledge({ message_id: id });
    await refused(
      (await narrowed(alice, 'user:chats:view')).chat.mark_unread({ message_id: id }),
      'PERMISSION_DENIED',
    );
    const body = { message_id: id };
    await expectMembersOnly('chat.mark_unread', hubId, body);
    const query = `?message_id=${id}`;
    expect(
      (await raw('chat.mark_unread', { token: alice.token, hubId, verb: 'GET', query })).status,
    ).to.equal(405);
    await expectUnread(alice, bob.id, 0, 1);
    expect(
      await (await narrowed(alice, 'chat:room:view')).chat.mark_unread({ message_id: id }),
    ).to.include({ unread: 1 });
  });
});
