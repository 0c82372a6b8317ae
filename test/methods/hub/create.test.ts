import { expect } from 'chai';
import { operatorToken } from '../../support/app.ts';
import { clientOf, platform, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

let count = 0;
const newHost = () => `made${process.pid}x${++count}.example`;

describe('hub.create', () => {
  it('creates a hub without members, found by its host name', async () => {
    const host = newHost();
    const { hub_id } = await platform().hub.create({ name: 'Acme ✓', host: host.toUpperCase() });
    expect(await clientOf(operatorToken, hub_id).hub.info()).to.deep.equal({
      hub_id,
      name: 'Acme ✓',
      hosts: [host],
      origins: [],
      member_count: 0,
      settings: { message_retention_days: 3650, reactions_enabled: 1 },
      limits: { message_characters: 10_000, message_files: 20, file_bytes: 26_214_400 },
      has_app: 0,
      storage: { used: 0, limit: null },
    });
  });

  it('ignores a port', async () => {
    const host = newHost();
    const { hub_id } = await platform().hub.create({ name: 'Acme', host: `${host}:3000` });
    expect((await clientOf(operatorToken, hub_id).hub.info()).hosts).to.deep.equal([host]);
    await refused(platform().hub.create({ name: 'Thief', host: `${host}:4000` }), 'HOST_TAKEN');
  });

  it('creates a hub without a host name', async () => {
    const { hub_id } = await platform().hub.create({ name: 'Nowhere' });
    expect((await clientOf(operatorToken, hub_id).hub.info()).hosts).to.deep.equal([]);
  });

  it('fails with HOST_TAKEN for another hub’s host name, also concurrently', async () => {
    const { host } = await newHub({});
    expect(
      (await refused(platform().hub.create({ name: 'Thief', host }), 'HOST_TAKEN')).status,
    ).to.equal(409);
    const wanted = newHost();
    const tries = await Promise.allSettled(
      [1, 2, 3].map(() => platform().hub.create({ name: 'Racer', host: wanted })),
    );
    expect(tries.filter((one) => one.status === 'fulfilled')).to.have.length(1);
    for (const one of tries)
      if (one.status === 'rejected') expect(one.reason.code).to.equal('HOST_TAKEN');
  });

  it('is refused to all but the operator', async () => {
    const { members, operator } = await newHub({ owner: 63 });
    const { key } = await operator.key.create({ name: 'App', permission: 63 });
    await refused(members.owner.hub.create({ name: 'Mine' }), 'PERMISSION_DENIED');
    await refused(clientOf(key).hub.create({ name: 'Mine' }), 'PERMISSION_DENIED');
    expect((await raw('hub.create', { body: { name: 'Mine' } })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
  });

  it('fails with INVALID_INPUT, naming the bad parameter', async () => {
    const name = 'Acme';
    await refusedInputs({ token: operatorToken }, 'hub.create', [
      ['name', {}],
      ['name', { name: '' }],
      ['name', { name: '  ' }],
      ['name', { name: 'a\u0000b' }],
      ['name', { name: 'x'.repeat(256) }],
      ['name', { name: ['Acme'] }],
      ['host', { name, host: '' }],
      ['host', { name, host: 'with space' }],
      ['host', { name, host: 'acme.example:port' }],
      ['host', { name, host: '2001:db8::1' }],
      ['host', { name, host: 'https://acme.example' }],
      ['host', { name, host: `${'x'.repeat(254)}` }],
      ['host', { name, host: 7 }],
      ['owner', { name, owner: 'me' }],
    ]);
  });
});
