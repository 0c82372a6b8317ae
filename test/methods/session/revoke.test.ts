import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { clientOf, platform, refusedInputs } from '../../support/caller.ts';
import { memberOf, newHub, raw, refused } from '../../support/hub.ts';

describe('session.revoke', () => {
  it('ends the given session and closes its sockets', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const lost = await memberOf(app(), alice.id, alice.hubId);
    using device = await lost.device();
    const [session_id] = (await lost.session.list())
      .filter((row) => row.is_current)
      .map((row) => row.session_id);
    expect(await alice.session.revoke({ session_id })).to.deep.equal({ revoked: 1 });
    await device.cut;
    await refused(lost.session.whoami(), 'NOT_AUTHENTICATED');
    expect(await alice.session.list()).to.have.length(1);
  });

  it('ends all but the current one when none is given', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    const others = await Promise.all([1, 2, 3].map(() => memberOf(app(), alice.id, alice.hubId)));
    expect(await alice.session.revoke()).to.deep.equal({ revoked: 3 });
    for (const other of others) await refused(other.session.whoami(), 'NOT_AUTHENTICATED');
    expect((await alice.session.list()).map((row) => row.is_current)).to.deep.equal([1]);
    expect(await alice.session.revoke()).to.deep.equal({ revoked: 0 });
  });

  it('fails with SESSION_NOT_FOUND for foreign, ended and unknown sessions', async () => {
    const { members } = await newHub({ alice: 7, mallory: 7 });
    const { alice, mallory } = members;
    const [mine] = await alice.session.list();
    for (const session_id of [mine?.session_id, 'nothing', '', '\u0000', 'x'.repeat(5000)])
      await refused(mallory.session.revoke({ session_id }), 'SESSION_NOT_FOUND');
    expect((await alice.session.whoami()).user.id).to.equal(alice.id);
    await alice.session.revoke({ session_id: mine?.session_id });
    await refused(alice.session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('reaches only the sessions of one hub with a token of that hub', async () => {
    const { members, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const [whole] = await alice.session.list();
    const { token } = await platform().session.issue({ user_id: alice.id, hub_id: id });
    await refused(
      clientOf(token).session.revoke({ session_id: whole?.session_id }),
      'SESSION_NOT_FOUND',
    );
    expect(await clientOf(token).session.revoke()).to.deep.equal({ revoked: 0 });
    expect((await alice.session.whoami()).user.id).to.equal(alice.id);
  });

  it('fails with INVALID_INPUT for an invalid id, and ends nothing', async () => {
    const { members } = await newHub({ alice: 7 });
    const { alice } = members;
    await memberOf(app(), alice.id, alice.hubId);
    await refusedInputs(alice, 'session.revoke', [
      ['session_id', { session_id: 7 }],
      ['sessionid', { sessionid: 'a typo that must not end all' }],
    ]);
    expect(await alice.session.list()).to.have.length(2);
    expect((await raw('session.revoke')).body.error).to.equal('NOT_AUTHENTICATED');
  });
});
