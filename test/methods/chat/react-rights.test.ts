import { expect } from 'chai';
import { narrowed } from '../../support/caller.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { post, shownReactions, unknownIds } from './support.ts';

describe('chat.react', () => {
  it('is allowed to every participant, and to no other member', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7, mod: 15, admin: 31 });
    const { alice, bob, carol, mod, admin } = members;
    const { eve } = (await newHub({ eve: 63 })).members;
    const room = await newRoom(alice, bob, carol);
    const [open, hidden, deleted] = [
      await post(alice, room),
      await post(alice, room),
      await post(alice, room),
    ];
    const direct = await post(alice, bob.id);
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: carol.id });
    for (const state of [1, 0] as const) {
      const change = (member: Member, id: string) =>
        member.chat.react({ message_id: id, emoji: '👍', state });
      for (const outsider of [carol, mod, admin, eve])
        for (const id of [open, direct]) await refused(change(outsider, id), 'MESSAGE_NOT_FOUND');
      for (const id of [hidden, deleted, room, ...unknownIds])
        await refused(change(bob, id), 'MESSAGE_NOT_FOUND');
      for (const id of [open, direct]) expect(await change(bob, id)).to.include({ state });
    }
    await operator.hub.remove_member({ user_id: bob.id });
    await refused(bob.chat.react({ message_id: open, emoji: '👍' }), 'PERMISSION_DENIED');
  });

  it('rejects viewers, and accepts tokens with the grant for it alone', async () => {
    const { members } = await newHub({ alice: 7, viewer: 3 });
    const { alice, viewer } = members;
    const id = await post(alice, viewer.id);
    await refused(viewer.chat.react({ message_id: id, emoji: '👍' }), 'PERMISSION_DENIED');
    for (const grant of ['chat:room:edit', 'chat:room:view'] as const)
      await refused(
        (await narrowed(alice, grant)).chat.react({ message_id: id, emoji: '👍' }),
        'PERMISSION_DENIED',
      );
    const reactor = await narrowed(alice, 'chat:reactions:edit');
    expect(await reactor.chat.react({ message_id: id, emoji: '👍' })).to.include({ state: 1 });
  });

  it('fails with ROOM_ARCHIVED in a room archived for all; reactions stay visible', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const id = await post(alice, room);
    await bob.chat.react({ message_id: id, emoji: '👍' });
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    for (const emoji of ['👍', '👎'])
      await refused(bob.chat.react({ message_id: id, emoji }), 'ROOM_ARCHIVED');
    expect(await shownReactions(bob, room, id)).to.deep.equal({
      reactions: [['👍', 1, bob.id]],
      mine: ['👍'],
    });
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    expect(await bob.chat.react({ message_id: id, emoji: '👍' })).to.include({ state: 0 });
  });

  it('fails with INVALID_CONTACT across a block for both sides, not in groups', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const shared = await post(alice, await newRoom(alice, bob));
    const id = await post(alice, bob.id);
    await bob.chat.react({ message_id: id, emoji: '👍' });
    await bob.contact.block({ entity_id: alice.id });
    for (const member of [alice, bob])
      for (const emoji of ['👍', '👎'])
        await refused(member.chat.react({ message_id: id, emoji }), 'INVALID_CONTACT');
    expect((await shownReactions(alice, bob.id, id)).reactions).to.deep.equal([['👍', 1, bob.id]]);
    expect(await alice.chat.react({ message_id: shared, emoji: '👍' })).to.include({ state: 1 });
    await bob.contact.unblock({ entity_id: alice.id });
    expect(await alice.chat.react({ message_id: id, emoji: '👍' })).to.include({ state: 1 });
  });
});
