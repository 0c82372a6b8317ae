import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('contact.unblock', () => {
  it('opens the conversation again', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await alice.contact.block({ entity_id: bob.id });
    expect(await alice.contact.unblock({ entity_id: bob.id })).to.deep.equal({
      entity_id: bob.id,
      is_blocked: 0,
    });
    expect(await bob.chat.post({ entity_id: alice.id, message: 'Hi' })).to.include({
      message: 'Hi',
    });
  });

  it('removes only the caller’s own block', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await alice.contact.block({ entity_id: bob.id });
    expect(await bob.contact.unblock({ entity_id: alice.id })).to.deep.equal({
      entity_id: alice.id,
      is_blocked: 0,
    });
    await refused(bob.chat.post({ entity_id: alice.id, message: 'Hi' }), 'INVALID_CONTACT');
    await bob.contact.block({ entity_id: alice.id });
    await alice.contact.unblock({ entity_id: bob.id });
    await refused(alice.chat.post({ entity_id: bob.id, message: 'Hi' }), 'INVALID_CONTACT');
  });

  it('publishes to own devices, and nothing if there was no block', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await alice.contact.unblock({ entity_id: bob.id });
    await alice.contact.block({ entity_id: bob.id });
    using mine = await alice.device();
    using theirs = await bob.device();
    await alice.contact.unblock({ entity_id: bob.id });
    expect((await mine.next('contact.unblock')).data).to.deep.equal({
      entity_id: bob.id,
      is_blocked: 0,
    });
    await alice.chat.post({ entity_id: bob.id, message: 'next' });
    await theirs.next('chat.post');
    expect(theirs.received).to.have.length(1);
    const { events } = await alice.chat.sync({ since: 0 });
    expect(
      events.map((event) => event.name).filter((name) => name.startsWith('contact.')),
    ).to.deep.equal(['contact.block', 'contact.unblock']);
  });

  it('works for former members; fails with INVALID_CONTACT for unknown ones', async () => {
    const { members, operator } = await newHub({ alice: 7, bob: 7, carol: 7 });
    const { members: others } = await newHub({ stranger: 7 });
    const { alice, bob, carol } = members;
    await alice.contact.block({ entity_id: bob.id });
    for (const { id: user_id } of [bob, carol]) await operator.hub.remove_member({ user_id });
    expect(await alice.contact.unblock({ entity_id: bob.id })).to.include({ is_blocked: 0 });
    for (const entity_id of [bob.id, carol.id, others.stranger.id, 'nobody', ''])
      await refused(alice.contact.unblock({ entity_id }), 'INVALID_CONTACT');
  });

  it('is refused to a viewer and to strangers, and without an entity_id', async () => {
    const { members, id } = await newHub({ viewer: 3, bob: 7 });
    const { members: others } = await newHub({ stranger: 63 });
    const body = { entity_id: members.bob.id };
    for (const { token } of [members.viewer, others.stranger])
      await refused(clientOf(token, id).contact.unblock(body), 'PERMISSION_DENIED');
    expect((await raw('contact.unblock', { hubId: id, body })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
    await refusedInputs(members.bob, 'contact.unblock', [
      ['entity_id', {}],
      ['entity_id', { entity_id: null }],
    ]);
  });
});
