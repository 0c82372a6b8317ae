import type { Spec } from '../../../acl/index.ts';
import { privileges } from '../../../acl/language/permission.ts';
import { makersOfCall, refuseNonIssuer } from '../../../db/access/keys.ts';
import { privilegeToGrant } from '../../../db/access/members.ts';
import type { Hub } from '../../../db/connection/transaction.ts';
import {
  findIdentity,
  insertIdentity,
  saveIdentity,
} from '../../../db/rows/identity/identities.ts';
import { findMemberByExternalId, insertMember } from '../../../db/rows/identity/members.ts';
import { insertUser } from '../../../db/rows/identity/users.ts';
import { newId } from '../../../db/rows/ids.ts';
import type { Call, Handler } from '../../core/call.ts';
import { hashPassword } from '../../secrets/passwords.ts';
import { refuseTakenEmail } from './taken-email.ts';

type Create = Call<Spec<'user.create'>>;

export const create: Handler<Spec<'user.create'>> = async (call) => {
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
    joins && refuseKnownPassword(call, joins),
    secretHash !== undefined &&
      saveIdentity(tx, { issuer: 'password', subject: id, userId: id, secretHash }),
    inserted,
  ]);
  // The rights are confirmed last: that locks the hub's row.
  await Promise.all([
    joins ? insertNewMember(call, joins, id, makerIds) : insertSubject(call, id),
    confirm(),
  ]);
  return { user_id: id };
};

const privilegeOf = ({ input }: Create): number => input.privilege ?? privileges.member;

/** Checks the external id of a new member of `hub`; null: of a user whom the operator makes. */
async function refuseTakenExternalId(
  { tx, input, issuer = '', fail }: Create,
  hub: Hub | null,
): Promise<void> {
  const externalId = input.external_id;
  if (externalId === undefined) return;
  if (!hub && issuer === '') fail('INVALID_INPUT', 'external_id: no external issuer is configured');
  const other = hub
    ? await findMemberByExternalId(hub, externalId)
    : await findIdentity(tx, issuer, externalId);
  if (other) fail('INVALID_INPUT', 'external_id: belongs to another user');
}

/**
 * Fails for admins who give a password together with an external id: the user whom the application
 * signs in by that id would have an account that the admin can enter too.
 */
async function refuseKnownPassword(call: Create, hub: Hub): Promise<void> {
  const { user, caller, input, fail } = call;
  if (input.external_id === undefined || input.password === undefined) return;
  const why = 'password: with an external_id only an owner or the operator may give one';
  await refuseNonIssuer({ hub, user, caller, fail }, privilegeOf(call), why);
}

function insertNewMember(
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
