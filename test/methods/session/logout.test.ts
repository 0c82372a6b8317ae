import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { clientOf } from '../../support/caller.ts';
import { memberOf, newHub, raw, refused } from '../../support/hub.ts';

describe('session.logout', () => {
  it('ends this session, clears the cookie, and keeps the user’s other sessions', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const other = await memberOf(app(), alice.id, alice.hubId);
    const { status, headers, body } = await raw('session.logout', { token: alice.token });
    expect([status, body.data]).to.deep.equal([200, { ok: 1 }]);
    expect(headers.get('set-cookie')).to.match(/^regsid=;.*httponly/i);
    await refused(alice.session.whoami(), 'NOT_AUTHENTICATED');
    await refused(alice.chat.count_all(), 'NOT_AUTHENTICATED');
    expect((await other.session.whoami()).user.id).to.equal(alice.id);
  });

  it('closes the sockets of this session, and no other', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const other = await memberOf(app(), alice.id, alice.hubId);
    using ended = await alice.device();
    using kept = await other.device();
    await alice.session.logout();
    await ended.cut;
    await bob.chat.post({ entity_id: alice.id, message: 'still there?' });
    await kept.next('chat.post');
  });

  it('ends no API key, which session.revoke does, and no session beside it', async () => {
    const { members, operator, id } = await newHub({ alice: 7 });
    const { key, key_id } = await operator.key.create({
      name: 'Bot',
      permission: 7,
      user_id: members.alice.id,
    });
    expect(await clientOf(key, id).session.logout()).to.deep.equal({ ok: 1 });
    expect((await clientOf(key, id).session.whoami()).user.id).to.equal(members.alice.id);
    expect((await members.alice.session.whoami()).user.id).to.equal(members.alice.id);
    expect(await clientOf(key, id).session.revoke({ session_id: key_id })).to.include({
      revoked: 1,
    });
    await refused(clientOf(key, id).session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('is refused without login and to callers without a user', async () => {
    const { operator, id } = await newHub({});
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    expect((await raw('session.logout')).body.error).to.equal('NOT_AUTHENTICATED');
    await refused(clientOf('hcs_made-up').session.logout(), 'NOT_AUTHENTICATED');
    await refused(clientOf(key, id).session.logout(), 'PERMISSION_DENIED');
    await refused(operator.session.logout(), 'PERMISSION_DENIED');
  });
});
