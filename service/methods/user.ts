import type { Spec } from '../../acl/index.ts';
import { defined } from '../../acl/language/defined.ts';
import { privileges } from '../../acl/language/permission.ts';
import { makersOfCall } from '../../db/access/keys.ts';
import { privilegeToGrant } from '../../db/access/members.ts';
import type { Hub, Transaction } from '../../db/connection/transaction.ts';
import { listUserHubs } from '../../db/reading/identity/hubs.ts';
import { findLogin } from '../../db/reading/identity/logins.ts';
import { findIdentity, insertIdentity, saveIdentity } from '../../db/rows/identity/identities.ts';
import { findFirstMaker, listUserKeys } from '../../db/rows/identity/keys.ts';
import { insertMember, isExternalIdTaken } from '../../db/rows/identity/members.ts';
import { endSessions, listSessionIds } from '../../db/rows/identity/sessions.ts';
import { findUser, insertUser, isEmailTaken, updateUser } from '../../db/rows/identity/users.ts';
import { newId } from '../../db/rows/ids.ts';
import { endUserKeys } from '../actions/identity/end-keys.ts';
import { keepPassword } from '../actions/identity/keep-password.ts';
import { tryGuess, trySecret } from '../actions/identity/try-secret.ts';
import type { Call, Handlers } from '../core/call.ts';
import { presentProfile } from '../present/member.ts';
import { comparePassword, hashPassword } from '../secrets/passwords.ts';

type Create = Call<Spec<'user.create'>>;
type Update = Call<Spec<'user.update'>>;

export const user: Handlers<'user'> = {
  async create(call) {
    const { tx, hub, user, caller, input, origin, confirm, fail, now } = call;
    const { email = null, firstname, lastname, password } = input;
    const joins = caller.kind === 'operator' ? null : hub;
    if (joins) privilegeToGrant(call, privilegeOf(call), 'privilege');
    if (email !== null) await refuseTakenEmail(call, email);
    await refuseTakenExternalId(call, joins);
    // Hashing is slow on purpose: it comes before anything is locked.
    const secretHash =
      password === undefined ? undefined : await hashPassword(password, origin.address);
    const id = newId();
    // The user comes first: who waits for an address holds up no revocation of the makers.
    const inserted = insertUser(tx, { id, email, firstname, lastname, createdMs: now });
    const [makerIds] = await Promise.all([
      joins ? makersOfCall({ hub: joins, user, caller, fail }) : [],
      secretHash !== undefined &&
        saveIdentity(tx, { issuer: 'password', subject: id, userId: id, secretHash }),
      inserted,
    ]);
    // The rights are confirmed last: that locks the hub's row.
    await Promise.all([
      joins ? joinHub(call, joins, id, makerIds) : insertSubject(call, id),
      confirm(),
    ]);
    return { user_id: id };
  },

  async update(call) {
    const { tx, user, caller, input, fail } = call;
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
    if (email !== undefined) await refuseTakenEmail(call, email, user.id);
    const secretHash = password === undefined ? null : await hashPassword(password, user.id);
    if (isProtected) await keepPassword(tx, user.id, { ...login, newHash });
    await updateUser(tx, user.id, defined({ email, firstname, lastname, pictureUrl }));
    if (secretHash !== null) await changePassword(call, secretHash);
    if (isProtected) await endOtherSessions(call);
    return presentProfile((await findUser(tx, user.id)) ?? fail('NOT_AUTHENTICATED'));
  },
};

const privilegeOf = ({ input }: Create): number => input.privilege ?? privileges.member;

/**
 * Fails with EMAIL_TAKEN. It tells who has an account, so it counts as a failed log-in of the
 * caller, but for the operator. Of keys without a user it counts for who made them, who could
 * make new ones without end.
 */
async function refuseTakenEmail(
  call: Create | Update,
  email: string,
  exceptUserId?: string,
): Promise<void> {
  const { tx, caller, fail } = call;
  const findFree = async () => ((await isEmailTaken(tx, email, exceptUserId)) ? undefined : true);
  const isFree =
    caller.kind === 'operator'
      ? await findFree()
      : await tryGuess(call, await guesserOf(tx, caller), findFree);
  if (!isFree) fail('EMAIL_TAKEN', 'email: belongs to another user');
}

async function guesserOf(tx: Transaction, { userId, hubId, keyId }: Create['caller']) {
  if (userId !== null) return `user:${userId}` as const;
  return `maker:${hubId}:${await findFirstMaker(tx, hubId ?? '', keyId ?? '')}` as const;
}

/** Checks the external id of a new member of `hub`; null: of a user whom the operator makes. */
async function refuseTakenExternalId(
  { tx, input, issuer = '', fail }: Create,
  hub: Hub | null,
): Promise<void> {
  const externalId = input.external_id;
  if (externalId === undefined) return;
  if (!hub && issuer === '') fail('INVALID_INPUT', 'external_id: no external issuer is configured');
  const isTaken = hub
    ? await isExternalIdTaken(hub, externalId)
    : (await findIdentity(tx, issuer, externalId)) !== undefined;
  if (isTaken) fail('INVALID_INPUT', 'external_id: belongs to another user');
}

function joinHub(
  call: Create,
  hub: Hub,
  userId: string,
  makerIds: readonly string[],
): Promise<void> {
  const { input, now } = call;
  const { firstname, lastname, external_id: externalId = null } = input;
  const given = { userId, firstname, lastname, privilege: privilegeOf(call), externalId, makerIds };
  return insertMember(hub, given, now);
}

/** Joins a subject of the external issuer to the new user, if the call names one. */
async function insertSubject({ tx, input, issuer = '' }: Create, userId: string): Promise<void> {
  const subject = input.external_id;
  if (subject !== undefined) await insertIdentity(tx, { issuer, subject, userId });
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
