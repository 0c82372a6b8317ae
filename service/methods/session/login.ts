import type { Spec } from '../../../acl/index.ts';
import { privileges } from '../../../acl/language/permission.ts';
import { findEntry } from '../../../db/reading/identity/entries.ts';
import { findLogin } from '../../../db/reading/identity/logins.ts';
import type { Handler } from '../../core/call.ts';
import { presentCard } from '../../present/member.ts';
import { isPassword } from '../../secrets/passwords.ts';
import { insertNewSession } from './new-session.ts';

const lifetimeSeconds = 30 * 86_400;

export const login: Handler<Spec<'session.login'>> = async (call) => {
  const { tx, input, origin, limits, fail, now } = call;
  const { email, hub_id: hubId } = input;
  await limits.checkLogins(email, origin.address);
  const account = await findLogin(tx, { email });
  const isRight = await isPassword(account?.passwordHash, input.password);
  // Checked again: concurrent guesses all passed the first check before any of them had failed.
  await limits.checkLogins(email, origin.address);
  if (!isRight || !account) {
    await limits.countFailedLogin(email, origin.address);
    return fail('NOT_AUTHENTICATED', 'email: the account does not exist or the password is wrong');
  }
  const entry = hubId === undefined ? null : await findEntry(tx, account.id, { id: hubId }, null);
  if (hubId !== undefined && !entry?.privilege)
    fail('PERMISSION_DENIED', 'hub_id: you are not a member of this hub');
  const session = await insertNewSession(
    tx,
    {
      kind: 'password',
      userId: account.id,
      hubId: hubId ?? null,
      cap: privileges.owner,
      ttl: lifetimeSeconds,
      userAgent: origin.userAgent,
    },
    now,
  );
  return { ...session, user: presentCard(account) };
};
