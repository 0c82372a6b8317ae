import type { Spec } from '../../acl/index.ts';
import { defined } from '../../acl/language/defined.ts';
import { privileges } from '../../acl/language/permission.ts';
import { privilegeToGrant } from '../../db/access/members.ts';
import { listUserHubs } from '../../db/reading/identity/hubs.ts';
import { findLogin, findUserByIdentity } from '../../db/reading/identity/logins.ts';
import { saveIdentity } from '../../db/rows/identity/identities.ts';
import { saveMember } from '../../db/rows/identity/members.ts';
import { deleteSessions, listSessions } from '../../db/rows/identity/sessions.ts';
import { findUser, insertUser, isEmailTaken, updateUser } from '../../db/rows/identity/users.ts';
import { newId } from '../../db/rows/ids.ts';
import type { Call, Handlers } from '../core/call.ts';
import { presentProfile } from '../present/member.ts';
import { hashPassword, isPassword } from '../secrets/passwords.ts';

export const user: Handlers<'user'> = {
  async create(call) {
    const { tx, hub, caller, input, fail, now } = call;
    const { email, firstname, lastname, password, privilege = privileges.member } = input;
    const joins = caller.kind === 'operator' ? null : hub;
    if (joins) privilegeToGrant(call, privilege, 'privilege');
    if (email !== undefined && (await isEmailTaken(tx, email)))
      fail('EMAIL_TAKEN', 'email: belongs to another user');
    const identity = await externalIdentity(call);
    // Hashing is slow on purpose: it comes before anything is locked.
    const secretHash = password === undefined ? undefined : await hashPassword(password);
    const id = newId();
    await insertUser(tx, { id, email: email ?? null, firstname, lastname, createdMs: now });
    if (secretHash !== undefined)
      await saveIdentity(tx, { issuer: 'password', subject: id, userId: id, secretHash });
    if (identity) await saveIdentity(tx, { ...identity, userId: id });
    if (joins) await saveMember(joins, id, privilege, now);
    return { user_id: id };
  },

  async update(call) {
    const { tx, user, caller, input, fail } = call;
    const { email, firstname, lastname, password, picture_url: pictureUrl } = input;
    const login = (await findLogin(tx, { id: user.id })) ?? fail('NOT_AUTHENTICATED');
    const isProtected = password !== undefined || email !== undefined;
    // Otherwise a key of one hub could take over a member, or rename them in other hubs.
    const isOneHub = caller.hubId !== null;
    if (isOneHub && (isProtected || (await listUserHubs(tx, user.id, null)).length > 1))
      fail('PERMISSION_DENIED', 'token: is for one hub, but this change affects all of them');
    if (isProtected && login.passwordHash !== null)
      await checkCurrentPassword(call, login.passwordHash);
    if (email !== undefined && (await isEmailTaken(tx, email, user.id)))
      fail('EMAIL_TAKEN', 'email: belongs to another user');
    await updateUser(tx, user.id, defined({ email, firstname, lastname, pictureUrl }));
    if (password !== undefined) await changePassword(call, password);
    return presentProfile((await findUser(tx, user.id)) ?? fail('NOT_AUTHENTICATED'));
  },
};

/** Returns the JWT subject that the new user logs in as, if the call gives one. */
async function externalIdentity({
  tx,
  input,
  issuer = '',
  fail,
}: Call<Spec<'user.create'>>): Promise<{ issuer: string; subject: string } | undefined> {
  const subject = input.external_id;
  if (subject === undefined) return undefined;
  if (issuer === '') fail('INVALID_INPUT', 'external_id: no external issuer is configured');
  if (await findUserByIdentity(tx, issuer, subject))
    fail('INVALID_INPUT', 'external_id: belongs to another user');
  return { issuer, subject };
}

async function checkCurrentPassword(
  { user, input, origin, limits, fail }: Call<Spec<'user.update'>>,
  passwordHash: string,
): Promise<void> {
  await limits.checkLogins(user.id, origin.address);
  if (await isPassword(passwordHash, input.current_password ?? '')) return;
  await limits.countFailedLogin(user.id, origin.address);
  fail('PERMISSION_DENIED', 'current_password: is missing or wrong');
}

/** Saves a new password and ends the user's other sessions. */
async function changePassword(
  { tx, user, caller, revoke, now }: Call<Spec<'user.update'>>,
  password: string,
): Promise<void> {
  const secretHash = await hashPassword(password);
  await saveIdentity(tx, { issuer: 'password', subject: user.id, userId: user.id, secretHash });
  const sessionIds = (await listSessions(tx, user.id, null, now)).map((session) => session.id);
  const others = sessionIds.filter((id) => id !== caller.sessionId);
  await deleteSessions(tx, user.id, others);
  revoke({ sessionIds: others });
}
