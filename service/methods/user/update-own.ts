import type { Output, Spec } from '../../../acl/index.ts';
import { defined } from '../../../acl/language/defined.ts';
import { listUserHubs } from '../../../db/reading/identity/hubs.ts';
import { findLogin } from '../../../db/reading/identity/logins.ts';
import { saveIdentity } from '../../../db/rows/identity/identities.ts';
import { listUserKeys } from '../../../db/rows/identity/keys.ts';
import { endSessions, listSessionIds } from '../../../db/rows/identity/sessions.ts';
import { findUser, updateUser } from '../../../db/rows/identity/users.ts';
import { endUserKeys } from '../../actions/identity/end-keys.ts';
import { keepPassword } from '../../actions/identity/keep-password.ts';
import { trySecret } from '../../actions/identity/try-secret.ts';
import type { Call } from '../../core/call.ts';
import { presentProfile } from '../../present/member.ts';
import { comparePassword, hashPassword } from '../../secrets/passwords.ts';
import { refuseTakenEmail } from './taken-email.ts';

type Update = Call<Spec<'user.update'>>;

/** Changes the caller. */
export async function updateOwn(call: Update): Promise<Output<Spec<'user.update'>>> {
  const { tx, user, caller, input, fail } = call;
  if (input.external_id !== undefined)
    fail('PERMISSION_DENIED', 'external_id: is set of another member, named by user_id');
  const { email, firstname, lastname, password, picture_url: pictureUrl } = input;
  const login = (await findLogin(tx, { id: user.id })) ?? fail('NOT_AUTHENTICATED');
  const isProtected = password !== undefined || email !== undefined;
  // Otherwise a key of one hub could take over a member, or rename them in other hubs.
  const isOneHub = caller.hubId !== null;
  if (isOneHub && (isProtected || (await listUserHubs(tx, user.id)).length > 1))
    fail('PERMISSION_DENIED', 'token: is for one hub, but this change affects all of them');
  const newHash =
    isProtected && login.passwordHash !== null
      ? await checkCurrentPassword(call, login.passwordHash)
      : null;
  if (email !== undefined) await refuseTakenEmail(call, email, (ownerId) => ownerId === user.id);
  const secretHash = password === undefined ? null : await hashPassword(password, user.id);
  if (isProtected) await keepPassword(tx, user.id, { ...login, newHash });
  await updateUser(tx, user.id, defined({ email, firstname, lastname, pictureUrl }));
  if (secretHash !== null) await changePassword(call, secretHash);
  if (isProtected) await endOtherSessions(call);
  return presentProfile((await findUser(tx, user.id)) ?? fail('NOT_AUTHENTICATED'));
}

/** Returns the hash that replaces the stored one, if any does. */
async function checkCurrentPassword(call: Update, passwordHash: string): Promise<string | null> {
  const { user, input, fail } = call;
  const given = input.current_password ?? fail('PERMISSION_DENIED', wrongPassword);
  const compare = () => comparePassword(passwordHash, given, user.id);
  const right = await trySecret(call, `user:${user.id}`, compare);
  return (right ?? fail('PERMISSION_DENIED', wrongPassword)).newHash;
}
const wrongPassword = 'current_password: is missing or wrong';

/** Saves a new password, and revokes the keys that act as the user. */
async function changePassword(call: Update, secretHash: string): Promise<void> {
  const { tx, user, revoke, now } = call;
  await saveIdentity(tx, { issuer: 'password', subject: user.id, userId: user.id, secretHash });
  const keys = await listUserKeys(tx, user.id, null);
  revoke({ sessionIds: await endUserKeys(tx, user.id, keys, now) });
}

async function endOtherSessions({ tx, user, caller, revoke, now }: Update): Promise<void> {
  const ids = await listSessionIds(tx, user.id, null, now);
  const others = ids.filter((id) => id !== caller.sessionId);
  await endSessions(tx, user.id, others, 'revoked');
  revoke({ sessionIds: others });
}
