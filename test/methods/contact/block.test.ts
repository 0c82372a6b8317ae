import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';

describe('contact.block', () => {
  it('closes the direct conversation both ways, and keeps its messages readable', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await bob.chat.post({ entity_id: alice.id, message: 'before' });
    expect(await alice.contact.block({ entity_id: bob.id })).to.deep.equal({
      entity_id: bob.id,
      is_blocked: 1,
    });
    await refused(alice.chat.post({ entity_id: bob.id, message: 'Hi' }), 'INVALID_CONTACT');
    await refused(bob.chat.post({ entity_id: alice.id, message: 'Hi' }), 'INVALID_CONTACT');
    for (const [reader, other] of [
      [alice, bob],
      [bob, alice],
    ] as const)
      expect(
        (await reader.chat.messages({ entity_id: other.id })).map((row) => row.message),
      ).to.deep.equal(['before']);
    expect(await alice.chat.chat_room_info({ key: bob.id })).to.include({ is_blocked: 1 });
  });

  it('does not affect shared rooms and other members', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    const room = await newRoom(carol, alice, bob);
    await alice.contact.block({ entity_id: bob.id });
    expect(await bob.chat.post({ entity_id: room, message: 'for all' })).to.include({
      message: 'for all',
    });
    expect(
      (await alice.chat.messages({ entity_id: room })).map((row) => row.message),
    ).to.deep.equal(['for all']);
    expect(await carol.chat.post({ entity_id: bob.id, message: 'Hi' })).to.include({
      message: 'Hi',
    });
  });

  it('publishes once to the blocker’s devices, and never to the other member', async () => {
    const { members } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { alice, bob, carol } = members;
    using mine = await alice.device();
    using theirs = await bob.device();
    await alice.contact.block({ entity_id: bob.id });
    await alice.contact.block({ entity_id: bob.id });
    expect(await mine.next('contact.block')).to.deep.include({
      stream: alice.id,
      entity_id: alice.id,
      actor_id: alice.id,
      data: { entity_id: bob.id, is_blocked: 1 },
    });
    await carol.chat.post({ entity_id: bob.id, message: 'next' });
    await carol.chat.post({ entity_id: alice.id, message: 'next' });
    await theirs.next('chat.post');
    await mine.next('chat.post');
    expect(theirs.received).to.have.length(1);
    expect(mine.received).to.have.length(2);
    expect((await bob.chat.sync({ since: 0 })).events.map((event) => event.name)).to.not.include(
      'contact.block',
    );
  });

  it('fails with INVALID_CONTACT for oneself, rooms, foreign, former and unknown ids', async () => {
    const { members, operator } = await newHub({ alice: 7, left: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    const { alice, left } = members;
    await operator.hub.remove_member({ user_id: left.id });
    const room = await newRoom(alice);
    for (const entity_id of [alice.id, others.stranger.id, left.id, room, 'nobody', '', '\u0000'])
      await refused(alice.contact.block({ entity_id }), 'INVALID_CONTACT');
    expect((await alice.contact.list()).filter((row) => row.is_blocked)).to.deep.equal([]);
  });

  it('is refused to a viewer and to strangers', async () => {
    const { members, id } = await newHub({ viewer: 3, bob: 7 });
    const { members: others } = await newHub({ stranger: 63 });
    const body = { entity_id: members.bob.id };
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).contact.block(body), 'PERMISSION_DENIED');
    expect((await raw('contact.block', { hubId: id, body })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT without an entity_id', async () => {
    const { members } = await newHub({ alice: 7 });
    await refusedInputs(members.alice, 'contact.block', [
      ['entity_id', {}],
      ['entity_id', { entity_id: 7 }],
      ['why', { entity_id: 'x', why: '' }],
    ]);
  });
});
