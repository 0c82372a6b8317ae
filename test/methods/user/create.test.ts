import { expect } from 'chai';
import { createClient } from '../../../client/index.ts';
import { app, operatorToken, ownApp } from '../../support/app.ts';
import { clientOf, newEmail, newLogin, platform, refusedInputs } from '../../support/caller.ts';
import { newHub, raw, refused } from '../../support/hub.ts';

describe('user.create', () => {
  it('creates for the operator a user of no hub, who can log in', async () => {
    const { id: hubId } = await newHub({});
    const email = newEmail();
    const { user_id } = await clientOf(operatorToken, hubId).user.create({
      email: email.toUpperCase(),
      password: 'a good password',
      firstname: 'Grace',
      lastname: 'Hopper',
    });
    const { user, token } = await createClient({ url: app().url }).session.login({
      email,
      password: 'a good password',
    });
    expect(user).to.deep.equal({
      id: user_id,
      firstname: 'Grace',
      lastname: 'Hopper',
      surname: 'Grace Hopper',
    });
    expect((await clientOf(token).session.whoami()).hubs).to.deep.equal([]);
  });

  it('creates for an admin a member of their hub, with write by default', async () => {
    const { members, id } = await newHub({ admin: 31 });
    const { user_id } = await members.admin.user.create({ firstname: 'Grace' });
    const { user_id: viewer } = await members.admin.user.create({
      firstname: 'Vera',
      privilege: 3,
    });
    const rows = new Map((await members.admin.hub.members()).map((row) => [row.user_id, row]));
    expect(rows.get(user_id)).to.include({
      firstname: 'Grace',
      lastname: '',
      surname: 'Grace',
      privilege: 7,
    });
    expect(rows.get(viewer)).to.include({ privilege: 3 });
    const { token } = await platform().session.issue({ user_id });
    expect((await clientOf(token).session.whoami()).hubs.map((hub) => hub.hub_id)).to.deep.equal([
      id,
    ]);
  });

  it('creates for a hub’s key a member of that hub', async () => {
    const { members, operator } = await newHub({ admin: 31 });
    const { key } = await operator.key.create({ name: 'App', permission: 31 });
    const { user_id } = await clientOf(key).user.create({ firstname: 'Grace' });
    expect((await members.admin.hub.members()).map((row) => row.user_id)).to.include(user_id);
  });

  it('is refused without admin, to other hubs’ admins and without login', async () => {
    const { members, operator, id } = await newHub({ moderator: 15, member: 7, viewer: 3 });
    const { members: others } = await newHub({ stranger: 63 });
    const { key } = await operator.key.create({ name: 'App', permission: 15 });
    const body = { firstname: 'Grace' };
    for (const { token } of [
      members.moderator,
      members.member,
      members.viewer,
      others.stranger,
      { token: key },
    ])
      expect((await raw('user.create', { token, hubId: id, body })).body.error).to.equal(
        'PERMISSION_DENIED',
      );
    expect((await raw('user.create', { hubId: id, body })).body.error).to.equal(
      'NOT_AUTHENTICATED',
    );
    expect(await members.viewer.hub.members()).to.have.length(3);
  });

  it('grants no more than the admin has', async () => {
    const { members } = await newHub({ owner: 63, admin: 31 });
    await refused(
      members.admin.user.create({ firstname: 'Grace', privilege: 63 }),
      'PERMISSION_DENIED',
    );
    expect(await members.admin.hub.members()).to.have.length(2);
    expect(await members.owner.user.create({ firstname: 'Grace', privilege: 63 })).to.have.keys(
      'user_id',
    );
  });

  it('fails with EMAIL_TAKEN for a used address, in any case, also concurrently', async () => {
    const { email } = await newLogin();
    const error = await refused(
      platform().user.create({ email: email.toUpperCase(), firstname: 'Eve' }),
      'EMAIL_TAKEN',
    );
    expect(error.status).to.equal(409);
    const fresh = newEmail();
    const tries = await Promise.allSettled(
      [1, 2, 3, 4].map(() => platform().user.create({ email: fresh, firstname: 'Eve' })),
    );
    expect(tries.filter((one) => one.status === 'fulfilled')).to.have.length(1);
    for (const one of tries)
      if (one.status === 'rejected') expect(one.reason.code).to.equal('EMAIL_TAKEN');
  });

  it('links the user to a subject of the configured issuer, if any, once', async () => {
    const subject = `subject-of-${newEmail()}`;
    await refused(
      platform().user.create({ firstname: 'Eve', external_id: subject }),
      'INVALID_INPUT',
    );
    await using own = await ownApp({
      JWT_ISSUER: 'https://id.example.com',
      JWT_SECRET: 's'.repeat(32),
    });
    await platform(own.url).user.create({ firstname: 'Eve', external_id: subject });
    const again = platform(own.url).user.create({ firstname: 'Eve', external_id: subject });
    expect((await refused(again, 'INVALID_INPUT')).details.join()).to.contain('external_id');
  });

  it('fails with INVALID_INPUT, naming the bad parameter, and creates no user', async () => {
    const { members } = await newHub({ admin: 31 });
    const firstname = 'Grace';
    await refusedInputs(members.admin, 'user.create', [
      ['firstname', {}],
      ['firstname', { firstname: '' }],
      ['firstname', { firstname: ' \t' }],
      ['firstname', { firstname: 'a\u0000b' }],
      ['firstname', { firstname: 'two\nlines' }],
      ['firstname', { firstname: 'x'.repeat(101) }],
      ['firstname', { firstname: '\ud800' }],
      ['lastname', { firstname, lastname: 7 }],
      ['lastname', { firstname, lastname: 'x'.repeat(101) }],
      ['email', { firstname, email: 'nobody' }],
      ['email', { firstname, email: '' }],
      ['password', { firstname, password: 'short' }],
      ['password', { firstname, password: 'x'.repeat(1025) }],
      ['privilege', { firstname, privilege: 8 }],
      ['privilege', { firstname, privilege: 0 }],
      ['privilege', { firstname, privilege: 'all' }],
      ['external_id', { firstname, external_id: 'x'.repeat(256) }],
      ['external_id', { firstname, external_id: '\ud800' }],
      ['password', { firstname, password: ' '.repeat(20) }],
      ['password', { firstname, password: '\u3000\u00a0\t\u200b'.repeat(4) }],
      ['password', { firstname, password: '\u0301\u20e3\u3164\ue000\u0378'.repeat(4) }],
      ['external_id', { firstname, external_id: '' }],
      ['is_admin', { firstname, is_admin: 1 }],
    ]);
    expect(await members.admin.hub.members()).to.have.length(1);
  });
});
