/** Rights over members: nobody grants more than he has, or touches one who has more; a hub keeps its last owner. */
import { allows, covers } from '../../acl/language/permission.ts';
import {
  findMember,
  findUser,
  lockMember,
  lockOwners,
  type MemberRecord,
} from '../rows/identity/members.ts';
import type { Asking } from './rooms.ts';

const owner = 63;

interface ByWhom {
  caller: { kind: string; grants: readonly string[] | null };
}

export function privilegeToGrant(
  { user, fail }: Pick<Asking<'PERMISSION_DENIED'>, 'user' | 'fail'>,
  privilege: number,
  parameter: string,
): void {
  if (!covers(user.privilege, privilege))
    fail('PERMISSION_DENIED', `${parameter}: more than you have`);
}

/** A member of the hub to change or remove, his row locked. */
export async function memberToManage(
  { hub, user, fail }: Asking<'INVALID_CONTACT' | 'PERMISSION_DENIED'>,
  userId: string,
): Promise<MemberRecord> {
  await lockMember(hub, userId);
  const member =
    (await findMember(hub, userId)) ?? fail('INVALID_CONTACT', 'user_id: names no member');
  return covers(user.privilege, member.privilege)
    ? member
    : fail('PERMISSION_DENIED', 'user_id: has more than you');
}

const settling = {
  view: [
    'chat:usersettings:view',
    'chat:usersettings:edit',
    'chat:setting:view',
    'chat:setting:edit',
  ],
  edit: ['chat:usersettings:edit', 'chat:setting:edit'],
} as const;

/** Whose settings to see, or to change, locked: one's own, or as an admin those of whom one may manage. */
export async function memberToSettle(
  { hub, user, caller, fail }: Asking<'INVALID_CONTACT' | 'PERMISSION_DENIED'> & ByWhom,
  userId: string | undefined,
  what: keyof typeof settling,
): Promise<string> {
  const lock = async (id: string) => void (what === 'edit' && (await lockMember(hub, id)));
  if (userId === undefined || userId === user.id) {
    await lock(user.id);
    return user.id;
  }
  const isNarrow =
    caller.grants !== null && !settling[what].some((grant) => caller.grants?.includes(grant));
  if (isNarrow || !allows(user.privilege, 'admin'))
    return fail('PERMISSION_DENIED', 'user_id: only an admin may ask for another');
  await lock(userId);
  const member =
    (await findMember(hub, userId)) ?? fail('INVALID_CONTACT', 'user_id: names no member');
  return covers(user.privilege, member.privilege)
    ? member.id
    : fail('PERMISSION_DENIED', 'user_id: has more than you');
}

/** Who may be put in: a member (whom one may manage), a former one, and by the operator any user. */
export async function memberToAdd(
  asking: Asking<'INVALID_CONTACT' | 'PERMISSION_DENIED'> & ByWhom,
  userId: string,
): Promise<void> {
  const { hub, caller, fail } = asking;
  const row = await lockMember(hub, userId);
  if (row && row.privilege > 0) await memberToManage(asking, userId);
  else if (!row && !(caller.kind === 'operator' && (await findUser(hub, userId))))
    fail('INVALID_CONTACT', 'user_id: names nobody whom you may add');
}

/** Fails when the change would leave the hub without an owner. */
export async function refuseLastOwner(
  { hub, fail }: Asking<'PERMISSION_DENIED'>,
  member: MemberRecord,
  privilege = 0,
): Promise<void> {
  if (member.privilege !== owner || privilege === owner) return;
  if ((await lockOwners(hub)).length <= 1)
    fail('PERMISSION_DENIED', 'user_id: the last owner stays');
}

/** Host names lead strangers to a hub: only the operator gives them out. */
export function hostsToSet({
  caller,
  fail,
}: ByWhom & { fail: (code: 'PERMISSION_DENIED', ...details: string[]) => never }): void {
  if (caller.kind !== 'operator') fail('PERMISSION_DENIED', 'hosts: only the operator may');
}
