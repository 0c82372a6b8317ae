import { expect } from 'chai';
import { grants } from '../../../acl/language/permission.ts';
import { clientOf, newLogin, platform } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('session.whoami', () => {
  it('returns the user and their privileges in each of their hubs', async () => {
    const [one, other] = [await newHub({}), await newHub({})];
    const { id, email } = await newLogin();
    await one.operator.hub.add_member({ user_id: id, privilege: 31 });
    await other.operator.hub.add_member({ user_id: id, privilege: 3 });
    const { token } = await platform().session.issue({ user_id: id });
    const { user, hubs } = await clientOf(token).session.whoami();
    expect(user).to.deep.equal({
      id,
      firstname: 'Ada',
      lastname: 'Lovelace',
      surname: 'Ada Lovelace',
      email,
      picture_url: null,
    });
    expect(hubs.map(({ hub_id, privilege }) => ({ hub_id, privilege }))).to.have.deep.members([
      { hub_id: one.id, privilege: 31 },
      { hub_id: other.id, privilege: 3 },
    ]);
  });

  it('returns the privileges in one hub only with a token of that hub', async () => {
    const [one, other] = [await newHub({ alice: 31 }), await newHub({})];
    const { alice } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id, privilege: 7 });
    const { key } = await one.operator.key.create({ name: 'App', permission: 7 });
    const { token } = await clientOf(key).session.issue({ user_id: alice.id });
    const { hubs } = await clientOf(token).session.whoami();
    expect(hubs.map(({ hub_id, privilege }) => [hub_id, privilege])).to.deep.equal([[one.id, 7]]);
  });

  it('returns permission strings of the token per hub: privileges minus narrowing', async () => {
    const [one, other] = [await newHub({ alice: 31 }), await newHub({})];
    const { alice } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id, privilege: 3 });
    const grantsOf = async (token: string) => {
      const { hubs } = await clientOf(token).session.whoami();
      return [one.id, other.id].map((id) => hubs.find((hub) => hub.hub_id === id)?.grants);
    };
    const viewing = [
      'chat:room:view',
      'chat:1on1:view',
      'chat:1on1Message:view',
      'user:chats:view',
    ];
    expect(await grantsOf(alice.token)).to.deep.equal([[...grants], viewing]);
    const { token } = await platform().session.issue({
      user_id: alice.id,
      grants: ['chat:room:view', 'chat:setting:edit', 'chat:reactions:edit'],
    });
    expect(await grantsOf(token)).to.deep.equal([
      ['chat:room:view', 'chat:reactions:edit', 'chat:setting:edit'],
      ['chat:room:view'],
    ]);
    await one.operator.hub.set_privilege({ user_id: alice.id, privilege: 7 });
    const [asMember] = await grantsOf(alice.token);
    expect(asMember).to.deep.equal(grants.filter((grant) => !/:(user)?settings?:/.test(grant)));
    expect(await grantsOf(token)).to.deep.equal([
      ['chat:room:view', 'chat:reactions:edit'],
      ['chat:room:view'],
    ]);
  });

  it('omits hubs that the user was removed from, and works without any', async () => {
    const { members, operator } = await newHub({ alice: 7 });
    await operator.hub.remove_member({ user_id: members.alice.id });
    const { user, hubs } = await clientOf(members.alice.token).session.whoami();
    expect([user.id, hubs]).to.deep.equal([members.alice.id, []]);
    expect((await members.alice.session.whoami()).hubs).to.deep.equal([]);
  });

  it('is refused without login and to callers without a user', async () => {
    const { operator, id } = await newHub({});
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    expect((await raw('session.whoami', { verb: 'GET' })).body.error).to.equal('NOT_AUTHENTICATED');
    await refused(clientOf(key, id).session.whoami(), 'PERMISSION_DENIED');
    await refused(operator.session.whoami(), 'PERMISSION_DENIED');
  });
});
