import { expect } from 'chai';
import { clientOf, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('hub.update', () => {
  it('renames the hub and sets its origins, keeping omitted fields', async () => {
    const { members, operator, host } = await newHub({ admin: 31 });
    const { admin } = members;
    const origins = ['https://app.example.com', 'http://localhost:8080'];
    expect(await admin.hub.update({ name: 'Renamed' })).to.deep.include({
      name: 'Renamed',
      hosts: [host],
      origins: [],
    });
    expect(await admin.hub.update({ origins })).to.deep.include({ name: 'Renamed', origins });
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    expect(await clientOf(key).hub.update({ origins: [] })).to.deep.include({
      name: 'Renamed',
      origins: [],
    });
    expect(await admin.hub.update({})).to.deep.include({
      name: 'Renamed',
      hosts: [host],
      origins: [],
    });
  });

  it('sets host names for the operator only', async () => {
    const { members, operator, host } = await newHub({ owner: 63 });
    const hosts = [`b.${host}`, `a.${host}`, `A.${host}`];
    expect((await operator.hub.update({ hosts })).hosts).to.deep.equal([`a.${host}`, `b.${host}`]);
    await refused(members.owner.hub.update({ hosts: [host] }), 'PERMISSION_DENIED');
    const { key } = await operator.key.create({ name: 'App', permission: 63 });
    await refused(clientOf(key).hub.update({ hosts: [host] }), 'PERMISSION_DENIED');
    expect((await operator.hub.update({ hosts: [] })).hosts).to.deep.equal([]);
  });

  it('fails with HOST_TAKEN for another hub’s host name, and keeps its own', async () => {
    const [one, other] = [await newHub({}), await newHub({})];
    const hosts = [`new.${one.host}`, other.host.toUpperCase()];
    await refused(one.operator.hub.update({ hosts, name: 'Thief' }), 'HOST_TAKEN');
    const info = await one.operator.hub.info();
    expect(info.hosts).to.deep.equal([one.host]);
    expect(info.name).to.not.equal('Thief');
    expect((await one.operator.hub.update({ hosts: [one.host] })).hosts).to.deep.equal([one.host]);
  });

  it('is refused below admin, to other hubs’ owners and without login', async () => {
    const { members, operator, id } = await newHub({ moderator: 15, member: 7, viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    const { key } = await operator.key.create({ name: 'App', permission: 15 });
    const before = await operator.hub.info();
    for (const { token } of [
      members.moderator,
      members.member,
      members.viewer,
      others.stranger,
      { token: key },
    ])
      await refused(clientOf(token, id).hub.update({ name: 'Mine' }), 'PERMISSION_DENIED');
    expect((await raw('hub.update', { hubId: id, body: { name: 'Mine' } })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
    expect(await operator.hub.info()).to.deep.equal(before);
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and changes nothing', async () => {
    const { members, operator } = await newHub({ admin: 31 });
    const before = await operator.hub.info();
    const name = 'Changed';
    await refusedInputs(members.admin, 'hub.update', [
      ['name', { name: '' }],
      ['name', { name: 'two\nlines' }],
      ['name', { name: 'x'.repeat(256) }],
      ['origins', { name, origins: 'https://app.example.com' }],
      ['origins', { name, origins: ['*'] }],
      ['origins', { name, origins: ['null'] }],
      ['origins', { name, origins: ['app.example.com'] }],
      ['origins', { name, origins: ['https://app.example.com/page'] }],
      ['origins', { name, origins: ['javascript:alert(1)'] }],
      [
        'origins',
        { name, origins: Array.from({ length: 51 }, (_, n) => `https://app${n}.example.com`) },
      ],
      ['hosts', { name, hosts: ['with space'] }],
      ['hosts', { name, hosts: 'acme.example' }],
      ['owner', { name, owner: 'me' }],
    ]);
    expect(await operator.hub.info()).to.deep.equal(before);
  });
});
