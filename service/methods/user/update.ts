import type { Output, Spec } from '../../../acl/index.ts';
import { defined } from '../../../acl/language/defined.ts';
import { refuseNonIssuer } from '../../../db/access/keys.ts';
import { memberToManage } from '../../../db/access/members.ts';
import type { Hub } from '../../../db/connection/transaction.ts';
import { isInOtherHubs } from '../../../db/reading/identity/hubs.ts';
import type { MemberRecord } from '../../../db/reading/identity/members.ts';
import { findUserOfHub } from '../../../db/reading/identity/users.ts';
import { findMemberByExternalId, updateExternalId } from '../../../db/rows/identity/members.ts';
import { findUser, lockUser, updateUser } from '../../../db/rows/identity/users.ts';
import type { Call, Handler } from '../../core/call.ts';
import { presentProfile } from '../../present/member.ts';
import { refuseTakenEmail } from './taken-email.ts';
import { updateOwn } from './update-own.ts';

type Update = Spec<'user.update'>;
type OtherUpdate = Call<Update> & { hub: Hub };

/** A call about the caller, by their own id or without one, is in no hub. */
export const update: Handler<Update> = (call) => {
  const { hub, input } = call;
  return hub && input.user_id !== undefined
    ? updateOther({ ...call, hub }, input.user_id)
    : updateOwn(call);
};

/** Changes a member of the hub, in the name of those who administer it. */
async function updateOther(call: OtherUpdate, userId: string): Promise<Output<Update>> {
  const { hub, input, caller, fail } = call;
  const { firstname, lastname, picture_url: pictureUrl } = input;
  for (const name of ['password', 'current_password'] as const)
    if (input[name] !== undefined)
      fail('PERMISSION_DENIED', `${name}: only the user may set or give it`);
  const [, member] = await Promise.all([lockUser(hub, userId), memberToManage(call, userId)]);
  if (caller.kind !== 'operator' && (await isInOtherHubs(hub, userId)))
    fail('PERMISSION_DENIED', 'user_id: is also in other hubs, so only the user may change it');
  const email = await emailToGive(call, userId);
  await updateUser(hub, userId, defined({ email, firstname, lastname, pictureUrl }));
  if (input.external_id !== undefined) await setExternalId(call, member, input.external_id);
  return presentProfile((await findUser(hub, userId)) ?? fail('INVALID_CONTACT'));
}

/** Returns the address to save, if it changes: only that of a user who has none. */
async function emailToGive(call: OtherUpdate, userId: string): Promise<string | undefined> {
  const { hub, input, fail } = call;
  const { email } = input;
  const before = (await findUser(hub, userId))?.email ?? null;
  if (email === undefined || email === before) return undefined;
  if (before !== null)
    fail('PERMISSION_DENIED', 'email: the user has one, which only they may change');
  await refuseTakenEmail(call, email, (ownerId) => ownerId === userId);
  return email;
}

/** Sets which user of the application a member is. JWTs of the one before end with it. */
async function setExternalId(
  call: OtherUpdate,
  { id, privilege }: MemberRecord,
  externalId: string | null,
): Promise<void> {
  const { hub, revoke, fail } = call;
  await refuseNonIssuer(call, privilege);
  const before = (await findUserOfHub(hub, { id }))?.externalId ?? null;
  if (externalId === before) return;
  if (externalId !== null && (await findMemberByExternalId(hub, externalId)))
    fail('INVALID_INPUT', 'external_id: belongs to another user');
  await updateExternalId(hub, id, externalId);
  if (before !== null) revoke({ hubId: hub.id, userId: id });
}
