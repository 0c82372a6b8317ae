import { hash } from '@node-rs/argon2';
import { expect } from 'chai';
import type { Grant } from '../../acl/language/permission.ts';
import type { Client } from '../../client/index.ts';
import { transact } from '../../db/connection/transaction.ts';
import { saveIdentity } from '../../db/rows/identity/identities.ts';
import type { App } from '../../service/app.ts';
import { operatorToken, app as sharedApp } from './app.ts';
import { createClient } from './client.ts';
import { type Member, raw } from './hub.ts';
import { call } from './request.ts';

/** The client of the holder of this token. */
export const clientOf = (token: string, hubId?: string, url = sharedApp().url): Client =>
  createClient({ url, token, ...(hubId === undefined ? {} : { hubId }) });

/** The operator, without a hub. */
export const platform = (url = sharedApp().url): Client => clientOf(operatorToken, undefined, url);

/** The member's client with a session that is narrowed to these grants. */
export async function narrowed({ id, hubId }: Member, ...grants: Grant[]): Promise<Client> {
  const { token } = await platform().session.issue({ user_id: id, grants });
  return clientOf(token, hubId);
}

let count = 0;
export const newEmail = (): string => `user${process.pid}x${++count}@example.com`;

/** A user with a password, member of no hub. */
export async function newLogin(
  password = 'a good password',
  app: App = sharedApp(),
): Promise<{ id: string; email: string; password: string }> {
  const email = newEmail();
  const { user_id: id } = await platform(app.url).user.create({
    email,
    firstname: 'Ada',
    lastname: 'Lovelace',
  });
  await storePassword(id, password, app);
  return { id, email, password };
}

/**
 * Gives a user a password. Its hash states the least cost, so that neither this nor a login takes
 * the time of a real one; user.create and user.update store those.
 */
async function storePassword(userId: string, password: string, { pool }: App): Promise<void> {
  const secretHash = await hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 });
  const identity = { issuer: 'password', subject: userId, userId, secretHash };
  await transact(pool, (tx) => saveIdentity(tx, identity));
}

/**
 * Asserts that each body fails with INVALID_INPUT (or the code) and that the details name its
 * parameter.
 */
export async function refusedInputs(
  { token, hubId }: { token?: string; hubId?: string },
  method: string,
  bodies: readonly (readonly [parameter: string, body: unknown])[],
  code = 'INVALID_INPUT',
): Promise<void> {
  for (const [parameter, body] of bodies) {
    const { body: answer } = await raw(method, {
      body,
      ...(token === undefined ? {} : { token }),
      ...(hubId === undefined ? {} : { hubId }),
    });
    expect(answer.error, JSON.stringify(body)?.slice(0, 100)).to.equal(code);
    expect(answer.details.join('; '), JSON.stringify(body)?.slice(0, 100)).to.contain(
      `${parameter}`,
    );
  }
}

/** The cookie that a login sets. */
export async function cookieOf(member: Member, url?: string): Promise<{ cookie: string }> {
  const email = `${member.id}@example.com`;
  await clientOf(member.token, undefined, url).user.update({ email });
  await storePassword(member.id, 'a good password', sharedApp());
  const reply = await call(
    'session.login',
    { body: JSON.stringify({ email, password: 'a good password' }) },
    url,
  );
  return { cookie: reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
}
