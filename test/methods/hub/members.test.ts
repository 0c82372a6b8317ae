import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('hub.members', () => {
  it('returns current members by id to a viewer, a key and the operator', async () => {
    const { members, operator } = await newHub({ viewer: 3, owner: 63, left: 7 });
    await operator.hub.remove_member({ user_id: members.left.id });
    const { key } = await operator.key.create({ name: 'App', permission: 3 });
    const rows = await members.viewer.hub.members();
    const ids = [members.viewer.id, members.owner.id].sort();
    expect(rows.map((row) => row.user_id)).to.deep.equal(ids);
    const { ctime, cursor, ...row } =
      rows.find((one) => one.user_id === members.owner.id) ?? expect.fail('no owner');
    expect(row).to.deep.equal({
      user_id: members.owner.id,
      firstname: 'owner',
      lastname: 'Test',
      surname: 'owner Test',
      privilege: 63,
    });
    expect(ctime).to.be.closeTo(Date.now() / 1000, 60);
    expect(cursor).to.be.a('string');
    for (const caller of [operator, clientOf(key)])
      expect(await caller.hub.members()).to.deep.equal(rows);
  });

  it('returns 45 a page, by number or after the cursor of a row', async () => {
    const { members, operator, id } = await newHub({ admin: 31 });
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    const app = clientOf(key, id);
    await Promise.all(
      Array.from({ length: 49 }, (_, n) => app.user.create({ firstname: `Number ${n}` })),
    );
    const first = await members.admin.hub.members();
    const second = await members.admin.hub.members({ page: 2 });
    expect([first.length, second.length]).to.deep.equal([45, 5]);
    expect(new Set([...first, ...second].map((row) => row.user_id)).size).to.equal(50);
    const cursor = first[44]?.cursor;
    expect(await members.admin.hub.members({ after: cursor })).to.deep.equal(second);
    expect(await members.admin.hub.members({ page: 3 })).to.deep.equal([]);
    expect(await members.admin.hub.members({ limit: 50 })).to.have.length(50);
    expect(
      (await raw('hub.members', { verb: 'GET', token: key, query: '?limit=2&page=2' })).body.data,
    ).to.deep.equal(first.slice(2, 4));
  });

  it('matches a part of the name literally, ignoring case and accents', async () => {
    const { members, operator, id } = await newHub({ admin: 31 });
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    const app = clientOf(key, id);
    for (const [firstname, lastname] of [
      ['René', 'Descartes'],
      ['100%', 'Wool'],
      ['Under_score', 'Back\\slash'],
    ] as const)
      await app.user.create({ firstname, lastname });
    const found = async (name: string) =>
      (await members.admin.hub.members({ key: name })).map((row) => row.firstname);
    expect(await found('rene d')).to.deep.equal(['René']);
    expect(await found('CARTES')).to.deep.equal(['René']);
    expect(await found('%')).to.deep.equal(['100%']);
    expect(await found('_')).to.deep.equal(['Under_score']);
    expect(await found('\\')).to.deep.equal(['Under_score']);
    expect(await found("' OR 1=1 --")).to.deep.equal([]);
  });

  it('is refused to strangers', async () => {
    const { id } = await newHub({});
    const { members: others } = await newHub({ stranger: 63 });
    await refused(clientOf(others.stranger.token, id).hub.members(), 'PERMISSION_DENIED');
    expect((await raw('hub.members', { hubId: id })).body.error).to.equal('NOT_AUTHENTICATED');
  });

  it('fails with INVALID_INPUT, naming the bad parameter', async () => {
    const { members } = await newHub({ viewer: 3 });
    await refusedInputs(members.viewer, 'hub.members', [
      ['page', { page: 0 }],
      ['page', { page: -1 }],
      ['page', { page: 'first' }],
      ['page', { page: 1.5 }],
      ['limit', { limit: 0 }],
      ['limit', { limit: 1001 }],
      ['key', { key: 7 }],
      ['key', { key: 'x'.repeat(256) }],
      ['after', { after: '' }],
      ['after', { after: "' OR 1=1" }],
      ['order', { order: 'name' }],
    ]);
  });
});
