import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('key.list', () => {
  it('returns the hub’s keys, oldest first, with revoked ones marked', async () => {
    const { members, operator } = await newHub({ admin: 31, alice: 7 });
    const { admin, alice } = members;
    const first = await admin.key.create({ name: 'First', permission: 3 });
    const second = await admin.key.create({ name: 'Second', permission: 7, user_id: alice.id });
    await admin.key.revoke({ key_id: first.key_id });
    const rows = await admin.key.list();
    for (const { ctime } of rows) expect(ctime).to.be.closeTo(Date.now() / 1000, 60);
    expect(rows.map(({ ctime: _, ...row }) => row)).to.deep.equal([
      {
        key_id: first.key_id,
        name: 'First',
        kind: 'api',
        permission: 3,
        user_id: null,
        is_revoked: 1,
      },
      {
        key_id: second.key_id,
        name: 'Second',
        kind: 'api',
        permission: 7,
        user_id: alice.id,
        is_revoked: 0,
      },
    ]);
    expect(await operator.key.list()).to.deep.equal(rows);
  });

  it('shows no keys of another hub', async () => {
    const [one, other] = [await newHub({ owner: 63 }), await newHub({})];
    await other.operator.key.create({ name: 'Theirs', permission: 7 });
    expect(await one.members.owner.key.list()).to.deep.equal([]);
    await refused(clientOf(one.members.owner.token, other.id).key.list(), 'PERMISSION_DENIED');
  });

  it('is refused below admin, to keys and without login; takes no parameter', async () => {
    const { members, operator, id } = await newHub({ admin: 31, moderator: 15, viewer: 3 });
    const { key } = await operator.key.create({ name: 'App', permission: 63 });
    for (const token of [members.moderator.token, members.viewer.token, key])
      await refused(clientOf(token, id).key.list(), 'PERMISSION_DENIED');
    expect((await raw('key.list', { hubId: id })).body.error).to.equal('NOT_AUTHENTICATED');
    await refusedInputs(members.admin, 'key.list', [['page', { page: 1 }]]);
  });
});
