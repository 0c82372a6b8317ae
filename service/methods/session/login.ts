import type { Spec } from '../../../acl/index.ts';
import { privileges } from '../../../acl/language/permission.ts';
import { findLogin } from '../../../db/reading/identity/logins.ts';
import { keepPassword } from '../../actions/identity/keep-password.ts';
import { trySecret } from '../../actions/identity/try-secret.ts';
import type { Handler } from '../../core/call.ts';
import { presentCard } from '../../present/member.ts';
import { comparePassword } from '../../secrets/passwords.ts';
import { insertNewSession } from './new-session.ts';

const lifetimeSeconds = 30 * 86_400;

export const login: Handler<Spec<'session.login'>> = async (call) => {
  const { tx, input, fail } = call;
  const { email, hub_id: hubId = null } = input;
  const found = await findLogin(tx, { email });
  const tried = found ? (`user:${found.id}` as const) : (`email:${email}` as const);
  const right = await trySecret(call, tried, () =>
    comparePassword(found?.passwordHash, input.password, call.origin.address),
  );
  if (!right || !found)
    return fail('NOT_AUTHENTICATED', 'email: the account does not exist or the password is wrong');
  await keepPassword(tx, found.id, { ...found, ...right });
  const session = await insertNewSession(call, {
    kind: 'password',
    userId: found.id,
    hubId,
    cap: privileges.owner,
    ttl: lifetimeSeconds,
  });
  return session
    ? { ...session, user: presentCard(found) }
    : fail('PERMISSION_DENIED', 'hub_id: you are not a member of this hub');
};
