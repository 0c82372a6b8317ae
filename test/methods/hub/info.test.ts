import { expect } from 'chai';
import { ownApp } from '../../support/app.ts';
import { clientOf, newLogin, platform, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('hub.info', () => {
  it('returns the same to a viewer, a key and the operator', async () => {
    const { members, operator, id, host } = await newHub({ viewer: 3, left: 7 });
    await operator.hub.remove_member({ user_id: members.left.id });
    const { key } = await operator.key.create({ name: 'App', permission: 3 });
    const reply = await members.viewer.hub.info();
    expect(reply).to.deep.include({ hub_id: id, hosts: [host], origins: [], member_count: 1 });
    expect(await clientOf(key).hub.info()).to.deep.equal(reply);
    const storage = { used: 0, limit: null };
    expect(await operator.hub.info()).to.deep.equal({ ...reply, storage });
  });

  it('returns what a message may have, as it is configured', async () => {
    const limitsWith = async (configured: Record<string, string>) => {
      await using own = await ownApp(configured);
      const { members } = await newHub({ viewer: 3 }, own);
      return (await members.viewer.hub.info()).limits;
    };
    const message_characters = 10_000;
    expect(await limitsWith({})).to.deep.equal({
      ...{ message_characters, message_files: 20, file_bytes: 26_214_400 },
    });
    expect(await limitsWith({ LIMIT_FILE_BYTES: '5000', LIMIT_FILES_MESSAGE: '3' })).to.deep.equal({
      ...{ message_characters, message_files: 3, file_bytes: 5000 },
    });
    expect(await limitsWith({ LIMIT_FILE_BYTES: '0', LIMIT_FILES_MESSAGE: '0' })).to.deep.equal({
      ...{ message_characters, message_files: 100, file_bytes: null },
    });
  });

  it('tells every member whether the hub has an application', async () => {
    const { members, operator } = await newHub({ viewer: 3 });
    const hasApp = async () => (await members.viewer.hub.info()).has_app;
    await operator.key.create({ name: 'Key', permission: 7, kind: 'oauth' });
    expect(await hasApp()).to.equal(0);
    const game = { name: 'Game', permission: 7, kind: 'braincloud' } as const;
    const { key_id } = await operator.key.create(game);
    expect(await hasApp()).to.equal(1);
    await operator.key.revoke({ key_id });
    expect(await hasApp()).to.equal(0);
  });

  it('is refused alike to strangers, former members and foreign keys, for any hub', async () => {
    const { members, operator, id } = await newHub({ left: 7 });
    const other = await newHub({ owner: 63 });
    const { key } = await other.operator.key.create({ name: 'App', permission: 63 });
    await operator.hub.remove_member({ user_id: members.left.id });
    const stranger = await platform().session.issue({ user_id: (await newLogin()).id });
    for (const token of [members.left.token, other.members.owner.token, key, stranger.token]) {
      const [there, not] = [
        await raw('hub.info', { token, hubId: id }),
        await raw('hub.info', { token, hubId: 'no' }),
      ];
      for (const { status, body } of [there, not])
        expect([status, body.error]).to.deep.equal([403, 'PERMISSION_DENIED']);
      expect(there.body.details).to.deep.equal(not.body.details);
    }
    await refused(members.left.hub.info(), 'PERMISSION_DENIED');
  });

  it('takes no parameter', async () => {
    const { members } = await newHub({ viewer: 3 });
    await refusedInputs(members.viewer, 'hub.info', [['full', { full: 1 }]]);
  });
});
