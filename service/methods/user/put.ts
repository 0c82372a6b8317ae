import type { Output, Spec } from '../../../acl/index.ts';
import { defined } from '../../../acl/language/defined.ts';
import { privileges } from '../../../acl/language/permission.ts';
import { makersOfCall } from '../../../db/access/keys.ts';
import { type MemberToPut, memberToPut, privilegeToGrant } from '../../../db/access/members.ts';
import { findMemberByExternalId, insertMember } from '../../../db/rows/identity/members.ts';
import { insertUser, type UserRecord, updateUser } from '../../../db/rows/identity/users.ts';
import { newId } from '../../../db/rows/ids.ts';
import { setPrivilege } from '../../actions/identity/set-privilege.ts';
import type { Call, Handler } from '../../core/call.ts';
import { refuseTakenEmail } from './taken-email.ts';

type Put = Spec<'user.put'>;

export const put: Handler<Put> = async (call) => {
  const { input } = call;
  if (input.privilege !== undefined) privilegeToGrant(call, input.privilege, 'privilege');
  const member = await memberToPut(call, input.external_id);
  return member ? change(call, member) : create(call);
};

/**
 * Makes the user first, as user.create does. Of two calls at once the second waits for the address
 * or the external id, and fails at it. Retried, it finds the first's user.
 */
async function create(call: Call<Put>): Promise<Output<Put>> {
  const { hub, input, now } = call;
  const { external_id: externalId, firstname, lastname = '', email = null } = input;
  const { picture_url: pictureUrl = null, privilege = privileges.member } = input;
  // The first may have made its user since this call looked for it.
  const isSame = async (userId: string) =>
    (await findMemberByExternalId(hub, externalId))?.userId === userId;
  if (email !== null) await refuseTakenEmail({ ...call, tx: hub }, email, isSame);
  const id = newId();
  const [, makerIds] = await Promise.all([
    insertUser(hub, { id, email, firstname, lastname, pictureUrl, createdMs: now }),
    makersOfCall(call),
  ]);
  const given = { userId: id, firstname, lastname, privilege, externalId, makerIds };
  await insertMember(hub, given, now);
  return { user_id: id, created: 1 };
}

async function change(call: Call<Put>, member: MemberToPut): Promise<Output<Put>> {
  const { user, before, isShared } = member;
  if (!isShared) await saveProfile(call, user);
  const privilege = call.input.privilege ?? (before.privilege || privileges.member);
  if (privilege !== before.privilege) await setPrivilege(call, privilege, user, before);
  return { user_id: user.id, created: 0 };
}

/** Saves what the call says of the user, if it differs; an address only of a user who has none. */
async function saveProfile(call: Call<Put>, user: UserRecord): Promise<void> {
  const { hub, input } = call;
  const { firstname, lastname, picture_url: pictureUrl } = input;
  const email = user.email === null ? input.email : undefined;
  const given = defined({ email, firstname, lastname, pictureUrl });
  const names = Object.keys(given) as (keyof typeof given)[];
  if (names.every((name) => given[name] === user[name])) return;
  if (email !== undefined)
    await refuseTakenEmail({ ...call, tx: hub }, email, (ownerId) => ownerId === user.id);
  await updateUser(hub, user.id, given);
}
