import { hash } from '@node-rs/argon2';
import { expect } from 'chai';
import { preparedPassword } from '../../../acl/text/password.ts';
import { createClient } from '../../../client/index.ts';
import { hashOf } from '../../../db/rows/hash.ts';
import { app, operatorToken } from '../../support/app.ts';
import { clientOf, newEmail, newLogin, platform, refusedInputs } from '../../support/caller.ts';
import { newHub, refused } from '../../support/hub.ts';

const login = (email: string, password: string) =>
  createClient({ url: app().url }).session.login({ email, password });

/** A password as an old version hashed it, and as other systems type it. */
const typed = 'Cafe\u0301\u00a0Zu\u0308rich';
const composed = 'Caf\u00e9 Z\u00fcrich';

const storedHash = async (subject: string): Promise<string> => {
  const [rows] = await app().pool.query('SELECT secret_hash FROM identities WHERE subject = ?', [
    subject,
  ]);
  return (rows as { secret_hash: string }[])[0]?.secret_hash ?? '';
};

describe('A password', () => {
  it('is prepared as OpaqueString: spaces and composition, neither case nor width', () => {
    expect(preparedPassword(typed)).to.equal(composed);
    expect(preparedPassword('a\u3000b\u2003c\u00a0d')).to.equal('a b c d');
    for (const kept of ['ＡＢＣ', 'ABC', 'ﬁ', '²', '👩\u200d🚀', ' a\tb '])
      expect(preparedPassword(kept)).to.equal(kept);
  });

  it('is the same, however a machine composes it', async () => {
    const email = newEmail();
    await platform().user.create({ email, firstname: 'Ada', password: typed });
    for (const password of [typed, composed, 'Cafe\u0301 Z\u00fcrich'])
      expect((await login(email, password)).user.firstname).to.equal('Ada');
    await refused(login(email, composed.toLowerCase()), 'NOT_AUTHENTICATED');
    const { token } = await login(email, composed);
    const next = { password: 'n\u0303andu\u0301', current_password: 'Cafe\u0301 Zu\u0308rich' };
    await refusedInputs({ token }, 'user.update', [['password', next]]);
    await clientOf(token).user.update({ ...next, password: `${next.password} 88` });
    expect((await login(email, 'ñandú 88')).user.firstname).to.equal('Ada');
  });

  it('whose hash is of another form is accepted as typed, and then in every form', async () => {
    const { id, email } = await newLogin(typed);
    const old = await storedHash(id);
    await refused(login(email, composed), 'NOT_AUTHENTICATED');
    expect(await storedHash(id)).to.equal(old);
    const both = await Promise.all([login(email, typed), login(email, typed)]);
    expect(both.map(({ user }) => user.id)).to.deep.equal([id, id]);
    const renewed = await storedHash(id);
    expect(renewed).to.not.equal(old);
    for (const password of [composed, typed])
      expect((await login(email, password)).user.id).to.equal(id);
    expect(await storedHash(id)).to.equal(renewed);
  });

  it('is accepted in its old form where it is asked for again', async () => {
    const { id, email } = await newLogin(typed);
    const old = await storedHash(id);
    const { token } = await platform().session.issue({ user_id: id });
    const user = clientOf(token).user;
    await refused(user.update({ email, current_password: composed }), 'PERMISSION_DENIED');
    await user.update({ email, current_password: typed });
    expect(await storedHash(id)).to.not.equal(old);
    await user.update({ password: 'another password', current_password: composed });
    expect((await login(email, 'another password')).user.id).to.equal(id);
  });

  it('of an application’s user likewise', async () => {
    const { id: hub_id, operator } = await newHub({ owner: 63 });
    const made = await operator.key.create({ name: 'App', kind: 'braincloud', permission: 7 });
    const enter = (password: string, create: 0 | 1 = 0) =>
      createClient({ url: app().url }).session.app_login({
        ...{ hub_id, app_secret: made.app_secret ?? '', kind: 'universal', external_id: 'ann' },
        ...{ password, create },
      });
    const { user_id } = await enter(typed, 1);
    expect((await enter(composed)).user_id).to.equal(user_id);
    const subject = hashOf('universal\nann');
    const secretHash = await hash(typed, { memoryCost: 8, timeCost: 1, parallelism: 1 });
    await app().pool.query(
      'UPDATE identities SET secret_hash = ? WHERE issuer = ? AND subject = ?',
      [secretHash, `braincloud:${hub_id}`, subject],
    );
    await refused(enter(composed), 'NOT_AUTHENTICATED');
    for (const password of [typed, composed])
      expect((await enter(password)).user_id).to.equal(user_id);
  });

  it('that is wrong counts once, though it is compared in two forms', async () => {
    const { email } = await newLogin('a good password');
    for (let tries = 0; tries < 10; tries++)
      await refused(login(email, typed), 'NOT_AUTHENTICATED');
    await refused(login(email, typed), 'RATE_LIMITED');
  });

  it('has its lengths in its prepared form', async () => {
    const email = newEmail();
    const firstname = 'Ada';
    await refusedInputs({ token: operatorToken }, 'user.create', [
      ['password', { firstname, email, password: 'e\u0301'.repeat(7) }],
      ['password', { firstname, email, password: 'é'.repeat(1025) }],
      ['password', { firstname, email, password: '\u00a0\u3000'.repeat(8) }],
    ]);
    await platform().user.create({ firstname, email, password: 'e\u0301'.repeat(1024) });
    expect((await login(email, 'é'.repeat(1024))).user.firstname).to.equal('Ada');
    expect((await login(email, 'e\u0301'.repeat(1024))).user.firstname).to.equal('Ada');
    await refused(login(email, 'é'.repeat(1025)), 'INVALID_INPUT');
  });
});
