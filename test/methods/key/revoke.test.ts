import { expect } from 'chai';
import { app } from '../../support/app.ts';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';
import { openDevice } from '../../support/socket.ts';

describe('key.revoke', () => {
  it('ends the key and every session issued by it, and closes their sockets', async () => {
    const { members, operator, id } = await newHub({ admin: 63, alice: 7 });
    const { admin, alice } = members;
    const { key_id, key } = await admin.key.create({ name: 'App', permission: 7 });
    const { token } = await clientOf(key).session.issue({ user_id: alice.id });
    using issued = await openDevice({ url: app().url, token, hubId: id });
    using own = await alice.device();
    expect(await admin.key.revoke({ key_id })).to.deep.equal({ ok: 1, user_ids: [] });
    await issued.cut;
    await refused(clientOf(key).hub.info(), 'NOT_AUTHENTICATED');
    await refused(clientOf(token).session.whoami(), 'NOT_AUTHENTICATED');
    await refused(clientOf(token).chat.chat_rooms(), 'NOT_AUTHENTICATED');
    await admin.chat.post({ entity_id: alice.id, message: 'still there?' });
    await own.next('chat.post');
    expect(await operator.key.list()).to.have.length(1);
  });

  it('closes the sockets of the key itself, and keeps other keys', async () => {
    const { members, operator, id } = await newHub({ alice: 7 });
    const { alice } = members;
    const [bot, other] = await Promise.all(
      ['Bot', 'Other'].map((name) =>
        operator.key.create({ name, permission: 7, user_id: alice.id }),
      ),
    );
    if (!bot || !other) return expect.fail('no keys');
    using device = await openDevice({ url: app().url, token: bot.key, hubId: id });
    await operator.key.revoke({ key_id: bot.key_id });
    await device.cut;
    expect(await clientOf(other.key).chat.chat_rooms()).to.deep.equal([]);
  });

  it('fails with KEY_NOT_FOUND for foreign, revoked and unknown keys', async () => {
    const { members } = await newHub({ admin: 31 });
    const { operator: theirs } = await newHub({});
    const foreign = await theirs.key.create({ name: 'Theirs', permission: 7 });
    const mine = await members.admin.key.create({ name: 'Mine', permission: 7 });
    await members.admin.key.revoke({ key_id: mine.key_id });
    for (const key_id of [foreign.key_id, mine.key_id, 'nothing', '', '\u0000'])
      await refused(members.admin.key.revoke({ key_id }), 'KEY_NOT_FOUND');
    expect((await clientOf(foreign.key).hub.info()).member_count).to.equal(0);
  });

  it('is refused below admin, to other hubs’ owners, the key itself, without login', async () => {
    const { members, operator, id } = await newHub({ moderator: 15, viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    const { key_id, key } = await operator.key.create({ name: 'App', permission: 31 });
    for (const token of [members.moderator.token, members.viewer.token, others.stranger.token, key])
      await refused(clientOf(token, id).key.revoke({ key_id }), 'PERMISSION_DENIED');
    expect((await raw('key.revoke', { hubId: id, body: { key_id } })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
    expect((await clientOf(key).hub.info()).hub_id).to.equal(id);
  });

  it('is refused to admins for applications and stronger keys, but for their own', async () => {
    const { members, operator, id } = await newHub({ owner: 63, admin: 31, viewer: 3 });
    const { owner, admin } = members;
    const application = { name: 'Game', permission: 7, kind: 'braincloud' } as const;
    const game = await owner.key.create(application);
    const strong = await owner.key.create({ name: 'App', permission: 63 });
    const bot = { name: 'Bot', permission: 63, user_id: owner.id };
    const asOwner = await operator.key.create(bot);
    const weak = await owner.key.create({ name: 'App', permission: 31 });
    const mine = await operator.key.create({ ...bot, user_id: admin.id });
    const { key } = await operator.key.create({ ...bot, permission: 31, user_id: admin.id });
    for (const by of [admin, clientOf(key, id)])
      for (const { key_id } of [game, strong, asOwner])
        await refused(by.key.revoke({ key_id }), 'PERMISSION_DENIED');
    expect((await clientOf(strong.key).hub.info()).has_app).to.equal(1);
    for (const { key_id } of [weak, mine])
      expect(await admin.key.revoke({ key_id })).to.deep.equal({ ok: 1, user_ids: [] });
    for (const [by, { key_id }] of [
      [owner, game],
      [owner, strong],
      [operator, asOwner],
    ] as const)
      expect(await by.key.revoke({ key_id })).to.deep.equal({ ok: 1, user_ids: [] });
  });

  it('fails with INVALID_INPUT without an id, and revokes nothing', async () => {
    const { members } = await newHub({ admin: 31 });
    await members.admin.key.create({ name: 'App', permission: 7 });
    await refusedInputs(members.admin, 'key.revoke', [
      ['key_id', {}],
      ['key_id', { key_id: 7 }],
      ['all', { key_id: 'x', all: 1 }],
    ]);
    expect((await members.admin.key.list()).map((row) => row.is_revoked)).to.deep.equal([0]);
  });
});
