import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, newRoom, raw, refused } from '../../support/hub.ts';

describe('key.create', () => {
  it('returns the key once; it is listed without it', async () => {
    const { members, id } = await newHub({ admin: 31 });
    const reply = await members.admin.key.create({ name: 'Our app', permission: 15 });
    expect(reply).to.have.all.keys('key_id', 'key');
    const [row] = await members.admin.key.list();
    expect(row).to.deep.include({
      key_id: reply.key_id,
      name: 'Our app',
      kind: 'api',
      permission: 15,
      user_id: null,
    });
    expect(JSON.stringify(await members.admin.key.list())).to.not.contain(reply.key.slice(4));
    expect((await clientOf(reply.key).hub.info()).hub_id).to.equal(id);
  });

  it('creates a key acting as a member, with at most the bits of both', async () => {
    const { members, operator, id } = await newHub({ alice: 7, bob: 7 });
    const { alice, bob } = members;
    const { key } = await operator.key.create({ name: 'Bot', permission: 31, user_id: alice.id });
    const bot = clientOf(key);
    expect(await bot.chat.post({ entity_id: bob.id, message: 'beep' })).to.include({
      author_id: alice.id,
    });
    await refused(bot.hub.update({ name: 'Mine' }), 'PERMISSION_DENIED');
    const { key: reader } = await operator.key.create({
      name: 'Reader',
      permission: 3,
      user_id: alice.id,
    });
    await refused(
      clientOf(reader, id).chat.post({ entity_id: bob.id, message: 'beep' }),
      'PERMISSION_DENIED',
    );
    await operator.hub.remove_member({ user_id: alice.id });
    await refused(bot.chat.chat_rooms(), 'NOT_AUTHENTICATED');
    await operator.hub.add_member({ user_id: alice.id });
    await refused(bot.chat.chat_rooms(), 'NOT_AUTHENTICATED');
  });

  it('creates a key that by itself acts as no member', async () => {
    const { members, operator } = await newHub({ alice: 7 });
    const room = await newRoom(members.alice);
    const { key } = await operator.key.create({ name: 'App', permission: 63 });
    await refused(clientOf(key).chat.post({ entity_id: room, message: 'Hi' }), 'PERMISSION_DENIED');
    await refused(clientOf(key).chat.messages({ entity_id: room }), 'PERMISSION_DENIED');
    await refused(clientOf(key).key.create({ name: 'Child', permission: 63 }), 'PERMISSION_DENIED');
  });

  it('creates a key that is valid in its hub only', async () => {
    const [one, other] = [await newHub({}), await newHub({})];
    const { key } = await one.operator.key.create({ name: 'App', permission: 63 });
    await refused(clientOf(key, other.id).hub.members(), 'PERMISSION_DENIED');
    expect(await clientOf(key, one.id).hub.members()).to.deep.equal([]);
  });

  it('creates a key of any combination of bits', async () => {
    const { members, operator, id } = await newHub({ alice: 7 });
    const { key } = await operator.key.create({ name: 'Maker', permission: 2 + 4 + 16 });
    const { token } = await clientOf(key).session.issue({ user_id: members.alice.id });
    expect((await clientOf(token).hub.info()).hub_id).to.equal(id);
    await refused(
      clientOf(key).user.create({ firstname: 'Grace', privilege: 31 }),
      'PERMISSION_DENIED',
    );
  });

  it('grants no more than the caller has, and acts as no one with more', async () => {
    const { members } = await newHub({ owner: 63, admin: 31 });
    const { owner, admin } = members;
    for (const permission of [63, 32])
      await refused(admin.key.create({ name: 'App', permission }), 'PERMISSION_DENIED');
    await refused(
      admin.key.create({ name: 'Bot', permission: 7, user_id: owner.id }),
      'PERMISSION_DENIED',
    );
    expect(await admin.key.list()).to.deep.equal([]);
    expect(await owner.key.create({ name: 'App', permission: 63, user_id: admin.id })).to.have.keys(
      'key',
      'key_id',
    );
  });

  it('fails with INVALID_CONTACT to act as a non-member', async () => {
    const { members } = await newHub({ owner: 63 });
    const { members: others } = await newHub({ stranger: 7 });
    for (const user_id of [others.stranger.id, 'nobody', ''])
      await refused(
        members.owner.key.create({ name: 'Bot', permission: 7, user_id }),
        'INVALID_CONTACT',
      );
    expect(await members.owner.key.list()).to.deep.equal([]);
  });

  it('is refused below admin, to other hubs’ owners and without login', async () => {
    const { members, operator, id } = await newHub({ moderator: 15, member: 7, viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    const body = { name: 'App', permission: 3 } as const;
    for (const { token } of [members.moderator, members.member, members.viewer, others.stranger])
      await refused(clientOf(token, id).key.create(body), 'PERMISSION_DENIED');
    expect((await raw('key.create', { hubId: id, body })).body.error).to.equal('NOT_AUTHENTICATED');
    expect(await operator.key.list()).to.deep.equal([]);
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and creates none', async () => {
    const { members } = await newHub({ admin: 31 });
    const name = 'App';
    await refusedInputs(members.admin, 'key.create', [
      ['name', { permission: 7 }],
      ['name', { name: '', permission: 7 }],
      ['name', { name: 'a\u0000b', permission: 7 }],
      ['name', { name: 'x'.repeat(256), permission: 7 }],
      ['permission', { name }],
      ['permission', { name, permission: 0 }],
      ['permission', { name, permission: 64 }],
      ['permission', { name, permission: 6.5 }],
      ['permission', { name, permission: 'write' }],
      ['kind', { name, permission: 7, kind: 'secret' }],
      ['user_id', { name, permission: 7, user_id: 7 }],
      ['ttl', { name, permission: 7, ttl: 60 }],
    ]);
    expect(await members.admin.key.list()).to.deep.equal([]);
  });
});
