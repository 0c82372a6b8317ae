import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('key.list', () => {
  it('returns the hub’s keys, oldest first, with revoked ones marked', async () => {
    const { members, operator } = await newHub({ admin: 63, alice: 7 });
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
        made_by: { user_id: admin.id, key_id: null },
        is_revoked: 1,
      },
      {
        key_id: second.key_id,
        name: 'Second',
        kind: 'api',
        permission: 7,
        user_id: alice.id,
        made_by: { user_id: admin.id, key_id: null },
        is_revoked: 0,
      },
    ]);
    expect(await operator.key.list()).to.deep.equal(rows);
  });

  it('shows with which key a key was made, and null for the operator', async () => {
    const { members, operator, id } = await newHub({ owner: 63 });
    const { owner } = members;
    const acting = { name: 'Bot', permission: 63, user_id: owner.id };
    const first = await operator.key.create(acting);
    const second = await clientOf(first.key, id).key.create({ name: 'Child', permission: 7 });
    const made = new Map((await owner.key.list()).map((row) => [row.key_id, row.made_by]));
    expect(made.get(first.key_id)).to.equal(null);
    expect(made.get(second.key_id)).to.deep.equal({ user_id: owner.id, key_id: first.key_id });
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
