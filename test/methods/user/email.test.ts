import { expect } from 'chai';
import { createClient } from '../../../client/index.ts';
import { app, operatorToken } from '../../support/app.ts';
import { clientOf, platform, refusedInputs } from '../../support/caller.ts';
import { refused } from '../../support/hub.ts';

const password = 'a good password';
const login = (email: string) =>
  createClient({ url: app().url }).session.login({ email, password });

let count = 0;
/** A local part that no other test uses. */
const fresh = (prefix: string) => `${prefix}${process.pid}x${++count}`;

describe('The e-mail address of an account', () => {
  it('is found by each of its forms, and taken in each', async () => {
    const [latin, other] = [fresh('zoë&'), fresh('r&d')];
    for (const [email, ...forms] of [
      [`${latin}@bücher.example`, ` ${latin.normalize('NFD')}@xn--bcher-kva.example\n`],
      [`${other}@xn--e1afmkfd.xn--p1ai`, `${other.toUpperCase()}@ПРИМЕР.РФ`, `${other}@пример.рф`],
      [`${other}@localhost`, `"${other}"@LOCALHOST`],
    ]) {
      const person = { email, firstname: 'Ada', password };
      const { user_id } = await platform().user.create(person);
      for (const form of [email ?? '', ...forms]) {
        expect((await login(form)).user.id, form).to.equal(user_id);
        await refused(platform().user.create({ ...person, email: form }), 'EMAIL_TAKEN');
      }
    }
  });

  it('is another with another letter, and may be changed to its own form', async () => {
    const local = fresh('zoe');
    const [plain, accented] = [
      `${local}@example.com`,
      `${local.replace('zoe', 'zoë')}@example.com`,
    ];
    const ids = [];
    for (const email of [plain, accented]) {
      const { user_id } = await platform().user.create({ email, firstname: 'Zoe', password });
      ids.push(user_id);
    }
    expect(ids).to.deep.equal([(await login(plain)).user.id, (await login(accented)).user.id]);
    const { token } = await login(accented);
    const change = { email: ` ${accented.toUpperCase()} `, current_password: password };
    expect((await clientOf(token).user.update(change)).email).to.equal(accented);
  });

  it('is refused where it is none', async () => {
    for (const email of ['nobody', 'a b@example.com', 'a@b@c', '', `${'x'.repeat(65)}@b.c`])
      await refusedInputs({ token: operatorToken }, 'user.create', [
        ['email', { email, firstname: 'Ada' }],
      ]);
    await refused(login('nobody'), 'INVALID_INPUT');
  });
});
