import { expect } from 'chai';
import { createClient } from '../../../client/index.ts';
import { app, ownApp } from '../../support/app.ts';
import { newHub, refused } from '../../support/hub.ts';

describe('session.app_login', () => {
  const anybody = () => createClient({ url: app().url });
  async function application(permission = 7) {
    const hub = await newHub({ admin: 31, owner: 63 });
    const { app_secret: secret = '' } = await hub.operator.key.create({
      name: 'App',
      kind: 'braincloud',
      permission,
    });
    const login = (external_id: string, password: string, more: object = {}, by = anybody()) =>
      by.session.app_login({
        ...{
          hub_id: hub.id,
          app_secret: secret,
          kind: 'universal',
          external_id,
          password,
          ...more,
        },
      });
    return { hub, secret, login };
  }

  it('creates a member once and identifies them by password from then on', async () => {
    const { hub, login } = await application();
    const [first, second] = await Promise.all(
      [1, 2].map(() => login('ann', 'a password', { create: 1 })),
    );
    expect([first?.is_new, second?.is_new].sort()).to.deep.equal([0, 1]);
    expect(first?.user_id).to.equal(second?.user_id);
    const { token = '', user_id = '' } = first ?? {};
    const { hubs } = await createClient({ url: app().url, token }).session.whoami({});
    expect(hubs.map(({ hub_id, privilege }) => [hub_id, privilege])).to.deep.equal([[hub.id, 7]]);
    await refused(login('ann', 'another'), 'NOT_AUTHENTICATED');
    await refused(login('nobody', 'a password'), 'IDENTITY_NOT_FOUND');
    await refused(
      login('ann', 'a password', { user_id: hub.members.admin.id }),
      'IDENTITY_MISMATCH',
    );
    await hub.operator.hub.remove_member({ user_id });
    await refused(login('ann', 'a password'), 'PERMISSION_DENIED');
  });

  it('takes the secret of a live key of that hub only', async () => {
    const { login, secret, hub } = await application();
    const other = await application();
    for (const app_secret of ['', 'hca_guess', other.secret, secret.slice(0, -1)])
      await refused(login('ann', 'a password', { create: 1, app_secret }), 'NOT_AUTHENTICATED');
    const [key] = (await hub.operator.key.list({})).filter(({ kind }) => kind === 'braincloud');
    const { token } = await login('ann', 'a password', { create: 1 });
    await hub.operator.key.revoke({ key_id: key?.key_id ?? '' });
    await refused(login('ann', 'a password'), 'NOT_AUTHENTICATED');
    await refused(
      createClient({ url: app().url, token, hubId: hub.id }).chat.count_all(),
      'NOT_AUTHENTICATED',
    );
  });

  it('refuses blank passwords, to create a user and to log in', async () => {
    const invisible = ['\u0301', '\u3164', '\u2800', '\ufe0f', '\ue000', '\u0378', '\u2060\u0301'];
    const { login } = await application();
    for (const password of ['', ' ', '        ', '\t\n', '\u3000\u00a0', '\u200b', ...invisible])
      for (const create of [0, 1]) {
        const error = await refused(login('ann', password, { create }), 'INVALID_INPUT');
        expect(error.details).to.deep.equal(['password: must not be blank']);
      }
    await refused(login('ann', 'x'), 'IDENTITY_NOT_FOUND');
    expect(await login('ann', ' x ', { create: 1 })).to.include({ is_new: 1 });
  });

  it('does not lock out users of the same name in another hub', async () => {
    const [mine, other] = [await application(), await application()];
    await mine.login('victim', 'the password', { create: 1 });
    await other.login('victim', 'another password', { create: 1 });
    for (let tries = 0; tries < 10; tries++)
      await refused(other.login('victim', 'wrong'), 'NOT_AUTHENTICATED');
    await refused(other.login('victim', 'another password'), 'RATE_LIMITED');
    expect(await mine.login('victim', 'the password')).to.include({ is_new: 0 });
  });

  it('ignores a key encrypted under another secret key, and accepts a new one', async () => {
    const { hub, secret } = await application();
    await using changed = await ownApp({
      HUBCHAT_SECRET_KEY: 'another-secret-key-of-32-characters-or-more',
    });
    const operator = createClient({
      url: changed.url,
      token: hub.members.owner.token,
      hubId: hub.id,
    });
    const asked = {
      hub_id: hub.id,
      kind: 'anonymous' as const,
      external_id: 'ann',
      create: 1 as const,
    };
    const by = createClient({ url: changed.url });
    for (const app_secret of [secret, ''])
      await refused(by.session.app_login({ ...asked, app_secret }), 'NOT_AUTHENTICATED');
    const { app_secret = '' } = await operator.key.create({
      name: 'New',
      kind: 'braincloud',
      permission: 7,
    });
    expect(await by.session.app_login({ ...asked, app_secret })).to.include({ is_new: 1 });
  });
});
