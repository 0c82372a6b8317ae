import { expect } from 'chai';
import { operatorToken, ownApp } from '../../support/app.ts';
import { clientOf, newLogin, platform, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';

describe('session.issue', () => {
  it('gives the operator a token for any user, for all their hubs or a given one', async () => {
    const [one, other] = [await newHub({}), await newHub({})];
    const { id } = await newLogin();
    for (const hub of [one, other]) await hub.operator.hub.add_member({ user_id: id });
    const { token, expires } = await platform().session.issue({ user_id: id });
    expect(expires).to.be.closeTo(Date.now() / 1000 + 30 * 86_400, 60);
    for (const hub of [one, other])
      expect((await clientOf(token, hub.id).hub.info()).hub_id).to.equal(hub.id);
    const { token: narrow } = await platform().session.issue({ user_id: id, hub_id: one.id });
    expect((await clientOf(narrow).hub.info()).hub_id).to.equal(one.id);
    await refused(clientOf(narrow, other.id).hub.info(), 'PERMISSION_DENIED');
  });

  it('gives a key a token for its own hub only, without naming it', async () => {
    const [one, other] = [await newHub({ alice: 7 }), await newHub({})];
    const { alice } = one.members;
    await other.operator.hub.add_member({ user_id: alice.id });
    const { key } = await one.operator.key.create({ name: 'App', permission: 7 });
    const { token } = await clientOf(key).session.issue({ user_id: alice.id });
    expect((await clientOf(token).hub.info()).hub_id).to.equal(one.id);
    expect(await clientOf(token).chat.chat_rooms()).to.deep.equal([]);
    await refused(clientOf(token, other.id).hub.info(), 'PERMISSION_DENIED');
    await refused(
      clientOf(key).session.issue({ user_id: alice.id, hub_id: other.id }),
      'PERMISSION_DENIED',
    );
  });

  it('never grants more bits than the key has', async () => {
    const { members, operator, id } = await newHub({ boss: 63, alice: 7 });
    const { boss, alice } = members;
    const { key } = await operator.key.create({ name: 'Reader', permission: 3 });
    const reader = clientOf((await clientOf(key).session.issue({ user_id: boss.id })).token, id);
    expect((await reader.hub.info()).hub_id).to.equal(id);
    await refused(reader.chat.post({ entity_id: alice.id, message: 'Hi' }), 'PERMISSION_DENIED');
    await refused(reader.hub.update({ name: 'Mine' }), 'PERMISSION_DENIED');
    expect(await boss.hub.update({ name: 'Renamed' })).to.include({ name: 'Renamed' });
  });

  it('fails with INVALID_CONTACT for users outside the key’s hub, existing or not', async () => {
    const { members, operator } = await newHub({ left: 7 });
    const { id } = await newLogin();
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    await operator.hub.remove_member({ user_id: members.left.id });
    for (const user_id of [id, members.left.id, 'nobody', '', '\u0000'])
      await refused(clientOf(key).session.issue({ user_id }), 'INVALID_CONTACT');
  });

  it('fails with INVALID_CONTACT for the operator without a user, or a non-member', async () => {
    const { id: hub_id } = await newHub({});
    const { id } = await newLogin();
    await refused(platform().session.issue({ user_id: 'nobody' }), 'INVALID_CONTACT');
    await refused(platform().session.issue({ user_id: id, hub_id }), 'INVALID_CONTACT');
    await refused(platform().session.issue({ user_id: id, hub_id: 'nowhere' }), 'INVALID_CONTACT');
  });

  it('narrows the token to the given grants', async () => {
    const { members, operator, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    await newRoom(bob, alice);
    const { key } = await operator.key.create({ name: 'App', permission: 7 });
    const issue = async (
      ...grants: ('chat:room:view' | 'user:chats:view' | 'chat:chat:access')[]
    ) => clientOf((await clientOf(key).session.issue({ user_id: alice.id, grants })).token, id);
    const lister = await issue('user:chats:view');
    expect(await lister.chat.chat_rooms()).to.have.length(1);
    await refused(lister.chat.post({ entity_id: bob.id, message: 'Hi' }), 'PERMISSION_DENIED');
    await refused(lister.hub.members(), 'PERMISSION_DENIED');
    const none = await issue();
    await refused(none.chat.chat_rooms(), 'PERMISSION_DENIED');
    const writer = await issue('chat:chat:access');
    expect(await writer.chat.post({ entity_id: bob.id, message: 'Hi' })).to.include({
      message: 'Hi',
    });
  });

  it('ends the token after its ttl', async () => {
    const { members } = await newHub({ alice: 7 });
    let now = Date.now();
    await using later = await ownApp({}, () => now);
    const { token, expires } = await platform(later.url).session.issue({
      user_id: members.alice.id,
      ttl: 60,
    });
    expect(expires).to.equal(Math.floor((now + 60_000) / 1000));
    const client = clientOf(token, undefined, later.url);
    now += 59_000;
    expect((await client.session.whoami()).user.id).to.equal(members.alice.id);
    now += 2_000;
    await refused(client.session.whoami(), 'NOT_AUTHENTICATED');
  });

  it('is refused to members, including owners, and without login', async () => {
    const { members, id } = await newHub({ boss: 63, alice: 7 });
    const { boss, alice } = members;
    for (const caller of [boss, alice])
      await refused(caller.session.issue({ user_id: alice.id }), 'PERMISSION_DENIED');
    expect(
      (await raw('session.issue', { hubId: id, body: { user_id: alice.id } })).status,
    ).to.equal(401);
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and creates nothing', async () => {
    const { members } = await newHub({ alice: 7 });
    const user_id = members.alice.id;
    await refusedInputs({ token: operatorToken }, 'session.issue', [
      ['user_id', {}],
      ['user_id', { user_id: 7 }],
      ['hub_id', { user_id, hub_id: 7 }],
      ['ttl', { user_id, ttl: 0 }],
      ['ttl', { user_id, ttl: -1 }],
      ['ttl', { user_id, ttl: 1.5 }],
      ['ttl', { user_id, ttl: 'long' }],
      ['ttl', { user_id, ttl: 367 * 86_400 }],
      ['grants', { user_id, grants: 'chat:room:view' }],
      ['grants', { user_id, grants: ['chat:everything'] }],
      ['privilege', { user_id, privilege: 63 }],
    ]);
    expect(await members.alice.session.list()).to.have.length(1);
  });
});
