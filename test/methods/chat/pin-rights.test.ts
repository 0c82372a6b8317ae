import { expect } from 'chai';
import { narrowed, refusedInputs } from '../../support/caller.ts';
import { position } from '../../support/events.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { pinned, post, posts, unknownIds } from './support.ts';

describe('Pinning', () => {
  it('is allowed to every participant, and to no other member', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7, mod: 15, admin: 31 });
    const { alice, bob, carol, mod, admin } = members;
    const { eve } = (await newHub({ eve: 63 })).members;
    const room = await newRoom(alice, bob, carol);
    const [open = '', ...others] = await posts(alice, room, 3);
    const [hidden = '', deleted = ''] = others;
    const direct = await post(alice, bob.id);
    await bob.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: carol.id });
    for (const verb of ['pin', 'unpin'] as const) {
      const change = (member: Member, id: string) => member.chat[verb]({ message_id: id });
      for (const outsider of [carol, mod, admin, eve])
        for (const id of [open, direct]) await refused(change(outsider, id), 'MESSAGE_NOT_FOUND');
      for (const id of [hidden, deleted, room, ...unknownIds])
        await refused(change(bob, id), 'MESSAGE_NOT_FOUND');
      await refusedInputs(bob, `chat.${verb}`, [
        ['message_id', {}],
        ['message_id', { message_id: 7 }],
        ['message_id', { message_id: [open] }],
      ]);
      for (const id of [open, direct])
        expect(await change(bob, id)).to.include({ is_pinned: verb === 'pin' ? 1 : 0 });
    }
    await operator.hub.remove_member({ user_id: bob.id });
    await refused(bob.chat.pin({ message_id: open }), 'PERMISSION_DENIED');
  });

  it('rejects viewers, and accepts tokens with the grant for it alone', async () => {
    const { members, operator } = await newHub({ alice: 7, viewer: 7 });
    const { alice, viewer } = members;
    const id = await post(alice, viewer.id);
    await viewer.chat.pin({ message_id: id });
    await operator.hub.set_privilege({ user_id: viewer.id, privilege: 3 });
    await refused(viewer.chat.unpin({ message_id: id }), 'PERMISSION_DENIED');
    await refused(viewer.chat.pin({ message_id: id }), 'PERMISSION_DENIED');
    await refused(viewer.chat.pins({ entity_id: alice.id }), 'PERMISSION_DENIED');
    expect(await pinned(alice, viewer.id)).to.deep.equal([id]);
    const [editor, reader, other] = [
      await narrowed(alice, 'chat:room:edit'),
      await narrowed(alice, 'chat:room:view'),
      await narrowed(alice, 'chat:reactions:edit'),
    ];
    expect(await editor.chat.unpin({ message_id: id })).to.include({ is_pinned: 0 });
    expect(await editor.chat.pin({ message_id: id })).to.include({ is_pinned: 1 });
    await refused(editor.chat.pins({ entity_id: viewer.id }), 'PERMISSION_DENIED');
    for (const { chat } of [reader, other])
      await refused(chat.unpin({ message_id: id }), 'PERMISSION_DENIED');
    expect(await reader.chat.pins({ entity_id: viewer.id })).to.have.length(1);
    await refused(other.chat.pins({ entity_id: viewer.id }), 'PERMISSION_DENIED');
  });

  it('fails with ROOM_ARCHIVED in a room archived for all, whose pins stay visible', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [one = '', other = ''] = await posts(alice, room, 2);
    await bob.chat.pin({ message_id: one });
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    const seq = await position(alice);
    for (const verb of ['pin', 'unpin'] as const)
      for (const id of [one, other])
        await refused(bob.chat[verb]({ message_id: id }), 'ROOM_ARCHIVED');
    expect([await pinned(bob, room), await position(alice)]).to.deep.equal([[one], seq]);
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    await bob.chat.pin({ message_id: other });
    await bob.chat.change_status({ entity_id: room, status: 'archived' });
    await bob.chat.unpin({ message_id: one });
    expect(await pinned(alice, room), 'archived for bob alone').to.deep.equal([other]);
  });

  it('fails with INVALID_CONTACT across a block for both sides, not in groups', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const shared = await post(alice, room);
    const [one = '', other = ''] = await posts(alice, bob.id, 2);
    await bob.chat.pin({ message_id: one });
    await alice.contact.block({ entity_id: bob.id });
    for (const member of [alice, bob]) {
      await refused(member.chat.pin({ message_id: other }), 'INVALID_CONTACT');
      await refused(member.chat.unpin({ message_id: one }), 'INVALID_CONTACT');
    }
    expect(await pinned(alice, bob.id)).to.deep.equal([one]);
    expect(await pinned(bob, alice.id)).to.deep.equal([one]);
    expect(await bob.chat.pin({ message_id: shared })).to.include({ is_pinned: 1 });
    await alice.contact.unblock({ entity_id: bob.id });
    expect(await bob.chat.unpin({ message_id: one })).to.include({ is_pinned: 0 });
  });
});
