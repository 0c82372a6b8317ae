import { expect } from 'chai';
import type { Client } from '../../client/index.ts';
import type { App } from '../../service/app.ts';
import { createLoginTries } from '../../service/limits/logins.ts';
import { ownApp } from '../support/app.ts';
import { clientOf, newEmail, newLogin } from '../support/caller.ts';
import { dayMs } from '../support/forward.ts';
import { type Member, memberOf, newHub, raw } from '../support/hub.ts';

/** A service that believes X-Forwarded-For, with these limits of failed log-ins. */
const limited = (fromOneAddress: number, fromAll: number, clock?: () => number) =>
  ownApp(
    {
      TRUST_PROXY: '1',
      LIMIT_LOGINS_ACCOUNT: String(fromOneAddress),
      LIMIT_LOGINS_TOTAL: String(fromAll),
    },
    clock,
  );

/** Returns a function that calls from an address; resolves with the status. */
const from =
  (app: App, method: string, token?: string, hubId?: string) =>
  async (address: string, body: object): Promise<number> => {
    const headers = { 'x-forwarded-for': address };
    const by = { ...(token ? { token } : {}), ...(hubId ? { hubId } : {}) };
    return (await raw(method, { body, headers, ...by }, app)).status;
  };

const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const countOf = (status: number, statuses: readonly number[]) =>
  statuses.filter((one) => one === status).length;

describe('Failed log-ins', () => {
  it('are limited for an account and address, also side by side; others are not held', async () => {
    await using app = await limited(3, 0);
    const [victim, other] = [await newLogin(), await newLogin()];
    const login = from(app, 'session.login');
    const guess = (n: number) => login('10.0.0.1', { email: victim.email, password: `guess ${n}` });
    const guesses = await times(12, guess);
    expect([countOf(401, guesses), countOf(429, guesses)]).to.deep.equal([3, 9]);
    const own = { email: victim.email, password: victim.password };
    const others = { email: other.email, password: other.password };
    expect(await login('10.0.0.1', own)).to.equal(429);
    expect(await login('10.0.0.2', own)).to.equal(200);
    expect(await login('10.0.0.1', others)).to.equal(200);
  });

  it('of many accounts behind one address lock nobody else out', async () => {
    await using app = await limited(3, 4);
    const { email, password } = await newLogin();
    const login = from(app, 'session.login');
    const statuses = await times(20, () =>
      login('10.0.0.1', { email: newEmail(), password: 'a guess' }),
    );
    expect(countOf(401, statuses)).to.equal(20);
    expect(await login('10.0.0.1', { email, password })).to.equal(200);
  });

  it('are limited for an account over all addresses, but those that it knows', async () => {
    let now = Date.now();
    await using app = await limited(3, 5, () => now);
    const { email, password } = await newLogin();
    const login = from(app, 'session.login');
    expect(await login('10.0.0.1', { email, password })).to.equal(200);
    const guesses = await times(9, (n) => login(`10.1.0.${n}`, { email, password: 'a guess' }));
    expect([countOf(401, guesses), countOf(429, guesses)]).to.deep.equal([5, 4]);
    expect(await login('10.2.0.1', { email, password })).to.equal(429);
    expect(await login('10.0.0.1', { email, password })).to.equal(200);
    for (const status of [401, 401, 401, 429])
      expect(await login('10.0.0.1', { email, password: 'a guess' })).to.equal(status);
    expect(await login('10.0.0.1', { email, password })).to.equal(429);
    now += 31 * dayMs;
    expect(await login('10.0.0.1', { email, password })).to.equal(429);
  });

  it('are forgotten by a known address after 30 days without a log-in', async () => {
    let now = Date.now();
    await using app = await limited(3, 2, () => now);
    const { email, password } = await newLogin();
    const login = from(app, 'session.login');
    const right = () => login('10.0.0.1', { email, password });
    expect(await right()).to.equal(200);
    await times(2, (n) => login(`10.1.0.${n}`, { email, password: 'a guess' }));
    now += 29 * dayMs;
    expect(await right()).to.equal(200);
    now += 29 * dayMs;
    expect(await right()).to.equal(200);
    now += 31 * dayMs;
    expect(await right()).to.equal(429);
  });

  it('count an IPv6 network as one address, and IPv4 in IPv6 as IPv4', async () => {
    await using app = await limited(2, 0);
    const { email, password } = await newLogin();
    const login = from(app, 'session.login');
    for (const address of ['2001:db8:1:2::1', '[2001:db8:1:2:ffff::9]:443'])
      expect(await login(address, { email, password: 'a guess' })).to.equal(401);
    expect(await login('2001:db8:1:2:3:4:5:6', { email, password })).to.equal(429);
    expect(await login('2001:db8:1:3::1', { email, password })).to.equal(200);
    for (const address of ['::ffff:10.0.0.7', '10.0.0.7:5000'])
      expect(await login(address, { email, password: 'a guess' })).to.equal(401);
    expect(await login('10.0.0.7', { email, password })).to.equal(429);
  });

  it('do not hold right passwords, however many are tried side by side', async () => {
    await using app = await limited(2, 2);
    const { email, password } = await newLogin();
    const statuses = await times(8, () =>
      from(app, 'session.login')('10.0.0.1', { email, password }),
    );
    expect(statuses).to.deep.equal(Array(8).fill(200));
  });

  it('let right passwords wait that begin in the moment in which others do', async () => {
    const tries = createLoginTries({ perNetwork: 2, perAccount: 2 });
    const tryOnce = async (): Promise<void> => {
      const attempt = await tries.begin('account', 'network', false);
      await attempt.end(false);
    };
    await times(8, tryOnce);
    await times(8, tryOnce);
  });
});

describe('Guesses side by side', () => {
  it('of the current password are no more than the limit, and count for the log-in', async () => {
    await using app = await limited(3, 0);
    const { id, email, password } = await newLogin();
    const hub = await newHub({});
    await hub.operator.hub.add_member({ user_id: id });
    const { token } = await memberOf(app, id, hub.id);
    const update = from(app, 'user.update', token);
    const change = { password: 'another password' };
    const guesses = await times(12, (n) =>
      update('10.0.0.1', { ...change, current_password: `guess ${n}` }),
    );
    expect([countOf(403, guesses), countOf(429, guesses)]).to.deep.equal([3, 9]);
    expect(await update('10.0.0.1', { ...change, current_password: password })).to.equal(429);
    expect(await from(app, 'session.login')('10.0.0.1', { email, password })).to.equal(429);
    expect(await update('10.0.0.2', { ...change, current_password: password })).to.equal(200);
  });

  it('of secrets of applications and their users are no more than the limit', async () => {
    await using app = await limited(3, 0);
    const hub = await newHub({});
    const made = await hub.operator.key.create({ name: 'A', permission: 7, kind: 'braincloud' });
    const identity = { hub_id: hub.id, app_secret: made.app_secret, kind: 'universal' };
    const appLogin = (address: string, password: string) =>
      from(app, 'session.app_login')(address, {
        ...{ ...identity, external_id: 'ann', password, create: 1 },
      });
    const exchange = (address: string, client_secret: string) =>
      from(app, 'session.exchange')(address, { client_id: made.key_id, client_secret });
    expect(await appLogin('10.0.0.9', 'a password')).to.equal(200);
    for (const [attempt, right] of [
      [appLogin, 'a password'],
      [exchange, made.server_secret ?? ''],
    ] as const) {
      const guesses = await times(12, (n) => attempt('10.0.0.1', `guess ${n}`));
      expect([countOf(401, guesses), countOf(429, guesses)]).to.deep.equal([3, 9]);
      expect(await attempt('10.0.0.1', right)).to.equal(429);
      expect(await attempt('10.0.0.2', right)).to.equal(200);
    }
  });

  it('of e-mail addresses count as failed log-ins of the caller', async () => {
    await using app = await limited(3, 0);
    const { email } = await newLogin();
    const hub = await newHub({ admin: 31, alice: 7 });
    const { admin, alice } = hub.members;
    const { key } = await hub.operator.key.create({ name: 'App', permission: 31 });
    const create = ({ token }: Pick<Member, 'token'>) => from(app, 'user.create', token, hub.id);
    for (const attempt of [
      create(admin),
      create({ token: key }),
      from(app, 'user.update', alice.token),
    ]) {
      const body = { firstname: 'Eve', email };
      const statuses = await times(8, () => attempt('10.0.0.1', body));
      expect([countOf(409, statuses), countOf(429, statuses)]).to.deep.equal([3, 5]);
      expect(await attempt('10.0.0.1', { ...body, email: newEmail() })).to.equal(429);
      expect(await attempt('10.0.0.2', { ...body, email: newEmail() })).to.equal(200);
    }
    expect(await create(admin)('10.0.0.1', { firstname: 'Ann' })).to.equal(200);
  });
});

describe('Guesses that name another kind of account', () => {
  it('by the id of a user as a client hold neither their log-in nor other clients', async () => {
    await using app = await limited(3, 3);
    const { id, email, password } = await newLogin();
    const hub = await newHub({});
    const { key_id, key } = await hub.operator.key.create({
      ...{ name: 'A', permission: 7, kind: 'oauth' },
    });
    const exchange = from(app, 'session.exchange');
    for (const client_id of [id, email, `user:${id}`])
      expect(await exchange('10.0.0.1', { client_id, client_secret: 'guess' })).to.equal(401);
    // All clients that do not exist count as one, for the network.
    for (const client_id of [id, 'x', newEmail()])
      expect(await exchange('10.0.0.1', { client_id, client_secret: 'guess' })).to.equal(429);
    const right = { client_id: key_id, client_secret: key };
    for (const address of ['10.0.0.1', '10.0.0.2']) {
      expect(await from(app, 'session.login')(address, { email, password })).to.equal(200);
      expect(await exchange(address, right)).to.equal(200);
      expect(
        await exchange(address === '10.0.0.1' ? '10.0.0.3' : '10.0.0.4', {
          ...{ client_id: id, client_secret: 'guess' },
        }),
      ).to.equal(401);
    }
  });

  it('of e-mail addresses by fresh keys count for who made the first of them', async () => {
    await using app = await limited(3, 0);
    const { email } = await newLogin();
    const hub = await newHub({ admin: 31, other: 31 });
    const { admin, other } = hub.members;
    const create = (token: string, body: object) =>
      from(app, 'user.create', token, hub.id)('10.0.0.1', { firstname: 'Eve', ...body });
    const keyBy = async (by: Pick<Client, 'key'>) =>
      (await by.key.create({ name: 'App', permission: 31 })).key;
    const acting = { name: 'Me', permission: 31, user_id: admin.id };
    const asAdmin = clientOf((await admin.key.create(acting)).key, hub.id);
    const keys = [await keyBy(admin), await keyBy(admin), await keyBy(asAdmin), await keyBy(admin)];
    const statuses = await times(keys.length, (n) => create(keys[n] ?? '', { email }));
    expect([countOf(409, statuses), countOf(429, statuses)]).to.deep.equal([3, 1]);
    expect(await create(await keyBy(admin), { email: newEmail() })).to.equal(429);
    expect(await create(await keyBy(other), { email })).to.equal(409);
    expect(await create(await keyBy(hub.operator), { email: newEmail() })).to.equal(200);
  });
});

describe('createLoginTries', () => {
  const outcomeOf = (begun: Promise<unknown>) =>
    begun.then(
      () => 'begun',
      () => 'refused',
    );

  it('lets tries wait for running ones, which may give back their points', async () => {
    const tries = createLoginTries({ perNetwork: 2, perAccount: 0 });
    const begin = () => tries.begin('ann', 'net', false);
    const [first, second] = [await begin(), await begin()];
    const [third, fourth] = [begin(), begin()];
    await first.end(false);
    const begun = await Promise.race([third, fourth]);
    await second.end(true);
    await begun.end(true);
    expect((await Promise.all([outcomeOf(third), outcomeOf(fourth)])).sort()).to.deep.equal([
      'begun',
      'refused',
    ]);
    expect(await outcomeOf(begin())).to.equal('refused');
    expect(await outcomeOf(tries.begin('ann', 'other', false))).to.equal('begun');
  });

  it('is switched off by 0', async () => {
    const tries = createLoginTries({ perNetwork: 0, perAccount: 0 });
    for (let n = 0; n < 20; n++) await (await tries.begin('ann', 'net', false)).end(true);
    expect(await outcomeOf(tries.begin('ann', 'net', false))).to.equal('begun');
  });
});
