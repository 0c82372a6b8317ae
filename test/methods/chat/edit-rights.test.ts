import { expect } from 'chai';
import { narrowed } from '../../support/caller.ts';
import { type Member, newHub, newRoom, refused } from '../../support/hub.ts';
import { newest, post, unknownIds } from './support.ts';

describe('chat.edit', () => {
  it('fails with PERMISSION_DENIED for others’ messages, whatever the caller’s role', async () => {
    const { members } = await newHub({ alice: 7, moderator: 15, admin: 31, owner: 63 });
    const { alice, moderator, admin, owner } = members;
    const room = await newRoom(owner, alice, moderator, admin);
    const id = await post(alice, room, 'first');
    for (const member of [moderator, admin, owner])
      await refused(member.chat.edit({ message_id: id, message: 'second' }), 'PERMISSION_DENIED');
    expect(await newest(alice, room)).to.include({ message: 'first', version: 1 });
    await alice.chat.edit({ message_id: id, message: 'second' });
  });

  it('fails with PERMISSION_DENIED for a forwarded copy, also of an own message', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const id = await post(alice, bob.id, 'first');
    const [copy] = await alice.chat.forward({ entities: [carol.id], nodes: { messages: [id] } });
    await refused(
      alice.chat.edit({ message_id: copy?.message_id ?? '', message: 'second' }),
      'PERMISSION_DENIED',
    );
    expect(await newest(carol, alice.id)).to.include({ message: 'first', version: 1 });
    await alice.chat.edit({ message_id: id, message: 'second' });
  });

  it('fails with MESSAGE_NOT_FOUND when the caller, or an admin, cannot see it', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, admin: 31, removed: 7 });
    const { alice, bob, admin, removed } = members;
    const elsewhere = await newHub({ eve: 7, fay: 7 });
    const foreign = await post(elsewhere.members.eve, elsewhere.members.fay.id, 'first');
    const room = await newRoom(alice, bob, removed);
    const id = await post(alice, room, 'first');
    const theirs = await post(removed, room, 'first');
    const [hidden, deleted] = [await post(alice, room, 'first'), await post(alice, room, 'first')];
    await alice.chat.delete({ option: 'me', messages: [hidden] });
    await alice.chat.delete({ option: 'all', messages: [deleted] });
    await alice.room.remove({ entity_id: room, user_id: removed.id });
    const unknown = (member: Member, message_id: string) =>
      refused(member.chat.edit({ message_id, message: 'second' }), 'MESSAGE_NOT_FOUND');
    for (const one of [hidden, deleted, foreign, room, ...unknownIds]) await unknown(alice, one);
    for (const [member, one] of [
      [admin, id] as const,
      [removed, id] as const,
      [removed, theirs] as const,
    ])
      await unknown(member, one);
    await alice.room.add({ entity_id: room, user_id: removed.id });
    await removed.chat.edit({ message_id: theirs, message: 'back again' });
  });

  it('fails with ROOM_ARCHIVED in a room archived for all, not for the caller alone', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const id = await post(bob, room, 'first');
    await alice.chat.change_status({ entity_id: room, status: 'archived', for: 'all' });
    await refused(bob.chat.edit({ message_id: id, message: 'second' }), 'ROOM_ARCHIVED');
    expect(await newest(alice, room)).to.include({ message: 'first', version: 1 });
    await alice.chat.change_status({ entity_id: room, status: 'active', for: 'all' });
    await bob.chat.change_status({ entity_id: room, status: 'archived' });
    expect(await bob.chat.edit({ message_id: id, message: 'second' })).to.include({ version: 2 });
  });

  it('fails with INVALID_CONTACT across a block in both directions, not in groups', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const room = await newRoom(alice, bob);
    const [mine, theirs, shared] = [
      await post(alice, bob.id, 'first'),
      await post(bob, alice.id, 'first'),
      await post(bob, room, 'first'),
    ];
    await alice.contact.block({ entity_id: bob.id });
    await refused(alice.chat.edit({ message_id: mine, message: 'second' }), 'INVALID_CONTACT');
    await refused(bob.chat.edit({ message_id: theirs, message: 'second' }), 'INVALID_CONTACT');
    await bob.chat.edit({ message_id: shared, message: 'second' });
    await alice.contact.unblock({ entity_id: bob.id });
    await bob.chat.edit({ message_id: theirs, message: 'second' });
    expect(
      (await bob.chat.messages({ entity_id: alice.id })).map((row) => row.version),
    ).to.deep.equal([2, 1]);
  });

  it('rejects viewers, and tokens without the grant to edit', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const id = await post(alice, bob.id, 'first');
    for (const grant of ['chat:room:view', 'chat:1on1Message:add'] as const)
      await refused(
        (await narrowed(alice, grant)).chat.edit({ message_id: id, message: 'second' }),
        'PERMISSION_DENIED',
      );
    await (await narrowed(alice, 'chat:1on1Message:edit')).chat.edit({
      message_id: id,
      message: 'second',
    });
    await operator.hub.set_privilege({ user_id: alice.id, privilege: 3 });
    await refused(alice.chat.edit({ message_id: id, message: 'third' }), 'PERMISSION_DENIED');
    expect(await newest(bob, alice.id)).to.include({ message: 'second', version: 2 });
  });
});
