import { expect } from 'chai';
import { app, operatorToken, ownApp } from '../../support/app.ts';
import { clientOf, platform, refusedInputs } from '../../support/caller.ts';
import { memberOf, newHub, raw } from '../../support/hub.ts';

describe('session.list', () => {
  it('returns the caller’s sessions, newest first, and marks the current one', async () => {
    const { members } = await newHub({ alice: 7, bob: 7 });
    const { alice } = members;
    const newer = await memberOf(app(), alice.id, alice.hubId);
    const [first, second, ...rest] = await alice.session.list();
    expect(rest).to.deep.equal([]);
    expect([first?.is_current, second?.is_current]).to.deep.equal([0, 1]);
    expect(second).to.deep.include({ kind: 'issued', hub_id: null });
    expect((second?.expires ?? 0) - (second?.ctime ?? 0)).to.equal(30 * 86_400);
    expect((await newer.session.list()).map((row) => row.is_current)).to.deep.equal([1, 0]);
  });

  it('shows the program that created each', async () => {
    const { members } = await newHub({ alice: 7 });
    const headers = { 'user-agent': 'x'.repeat(300) };
    await raw('session.issue', {
      token: operatorToken,
      body: { user_id: members.alice.id },
      headers,
    });
    const [first] = await members.alice.session.list();
    expect(first?.user_agent).to.equal('x'.repeat(255));
  });

  it('returns only one hub’s sessions to a token of that hub, and never a secret', async () => {
    const [one, other] = [await newHub({ alice: 7 }), await newHub({})];
    const { alice } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id });
    const { token } = await platform().session.issue({ user_id: alice.id, hub_id: other.id });
    const rows = await clientOf(token).session.list();
    expect(rows.map((row) => [row.hub_id, row.is_current])).to.deep.equal([[other.id, 1]]);
    expect(JSON.stringify(await alice.session.list())).to.not.contain(alice.token.slice(4));
    expect(rows[0]).to.have.all.keys(
      'session_id',
      'kind',
      'hub_id',
      'user_agent',
      'ctime',
      'expires',
      'is_current',
    );
  });

  it('omits expired sessions', async () => {
    const { members } = await newHub({ alice: 7 });
    await platform().session.issue({ user_id: members.alice.id, ttl: 60 });
    expect(await members.alice.session.list()).to.have.length(2);
    await using later = await ownApp({}, () => Date.now() + 61_000);
    expect(await clientOf(members.alice.token, undefined, later.url).session.list()).to.have.length(
      1,
    );
  });

  it('is refused without login, and fails with INVALID_INPUT for a bad parameter', async () => {
    const { members } = await newHub({ alice: 7 });
    expect((await raw('session.list', { verb: 'GET' })).body.error).to.equal('NOT_AUTHENTICATED');
    await refusedInputs(members.alice, 'session.list', [
      ['user_id', { user_id: 'another' }],
      ['after', { after: 7 }],
      ['after', { after: 'a b' }],
      ['after', { after: '' }],
    ]);
  });
});
