/**
 * Access to members. Nobody grants a privilege beyond their own, or changes a member who has one.
 * A hub always keeps an owner.
 */
import { allows, covers } from '../../acl/language/permission.ts';
import { isInOtherHubs } from '../reading/identity/hubs.ts';
import { findMember, type MemberRecord } from '../reading/identity/members.ts';
import { isBlocked } from '../rows/identity/blocks.ts';
import {
  findMemberByExternalId,
  lockMember,
  lockMembers,
  lockOwners,
  type MemberState,
} from '../rows/identity/members.ts';
import {
  findUser,
  findUserToAdd,
  lockUser,
  type Person,
  type UserRecord,
} from '../rows/identity/users.ts';
import type { AccessCall } from './call.ts';

/** The full privilege. */
const ownerPrivilege = 63;

/** Who makes a call. */
interface CallBy {
  caller: { kind: string; grants: readonly string[] | null };
}

/** Checks a privilege to grant: it must not exceed the caller's. */
export function privilegeToGrant(
  { user, fail }: Pick<AccessCall<'PERMISSION_DENIED'>, 'user' | 'fail'>,
  privilege: number,
  parameter: string,
): void {
  if (!covers(user.privilege, privilege))
    fail('PERMISSION_DENIED', `${parameter}: exceeds your own privilege`);
}

/** Locks a member to change or remove. */
export async function memberToManage(
  { hub, user, fail }: AccessCall<'INVALID_CONTACT' | 'PERMISSION_DENIED'>,
  userId: string,
): Promise<MemberRecord> {
  const [, found] = await Promise.all([lockMember(hub, userId), findMember(hub, userId)]);
  const member = found ?? fail('INVALID_CONTACT', noMember);
  return covers(user.privilege, member.privilege)
    ? member
    : fail('PERMISSION_DENIED', tooPrivileged);
}

const noMember = 'user_id: is not a member';
const tooPrivileged = 'user_id: has a privilege beyond your own';

/** Narrow tokens with one of these grants may see or change settings of other members. */
const settingsGrants = {
  view: [
    'chat:usersettings:view',
    'chat:usersettings:edit',
    'chat:setting:view',
    'chat:setting:edit',
  ],
  edit: ['chat:usersettings:edit', 'chat:setting:edit'],
} as const;

/**
 * Returns the member whose settings to view, or to edit (then locked): the caller, or for an admin
 * a member whom they may manage.
 */
export async function memberToConfigure(
  { hub, user, caller, fail }: AccessCall<'INVALID_CONTACT' | 'PERMISSION_DENIED'> & CallBy,
  userId: string | undefined,
  purpose: keyof typeof settingsGrants,
): Promise<string> {
  const lock = async (id: string) => void (purpose === 'edit' && (await lockMember(hub, id)));
  if (userId === undefined || userId === user.id) {
    await lock(user.id);
    return user.id;
  }
  const isNarrow =
    caller.grants !== null &&
    !settingsGrants[purpose].some((grant) => caller.grants?.includes(grant));
  if (isNarrow || !allows(user.privilege, 'admin'))
    return fail('PERMISSION_DENIED', 'user_id: only an admin may name another member');
  await lock(userId);
  const member = (await findMember(hub, userId)) ?? fail('INVALID_CONTACT', noMember);
  return covers(user.privilege, member.privilege)
    ? member.id
    : fail('PERMISSION_DENIED', tooPrivileged);
}

/** A user, and what they are or were in the hub, if anything. */
export type UserToAdd = Person & { before: MemberState | undefined };

/**
 * Returns a user to add to the hub: a member whom the caller may manage, a former member, or by the
 * operator any user. Locks the user's row, against new names, and the member's.
 */
export async function userToAdd(
  call: AccessCall<'INVALID_CONTACT' | 'PERMISSION_DENIED'> & CallBy,
  userId: string,
): Promise<UserToAdd> {
  const { hub, caller, fail } = call;
  const [user, before] = await Promise.all([findUserToAdd(hub, userId), lockMember(hub, userId)]);
  if (before && before.privilege > 0) await memberToManage(call, userId);
  if (!user || !(before || caller.kind === 'operator'))
    return fail('INVALID_CONTACT', 'user_id: is not a user whom you may add');
  return { ...user, before };
}

/** A member, or a former one (privilege 0), whose row and user are locked. */
export interface MemberToPut {
  user: UserRecord;
  before: MemberState;
  /** The user is a member of other hubs too. */
  isShared: boolean;
}

/** Returns the member or former member who has an external id, to change, if anybody has it. */
export async function memberToPut(
  { hub, user: caller, fail }: AccessCall<'PERMISSION_DENIED'>,
  externalId: string,
): Promise<MemberToPut | undefined> {
  const found = await findMemberByExternalId(hub, externalId);
  if (!found) return undefined;
  const { userId } = found;
  const [, before, user, isShared] = await Promise.all([
    lockUser(hub, userId),
    lockMember(hub, userId),
    findUser(hub, userId),
    isInOtherHubs(hub, userId),
  ]);
  if (!before || !user) return undefined;
  return covers(caller.privilege, before.privilege)
    ? { user, before, isShared }
    : fail('PERMISSION_DENIED', 'external_id: its user has a privilege beyond your own');
}

/**
 * Locks members to bring into a room: those without a block between them and the caller. Returns
 * their ids.
 */
export async function membersToAdd(
  { hub, user, fail }: AccessCall<'INVALID_CONTACT'>,
  userIds: readonly string[],
): Promise<string[]> {
  const wanted = [...new Set(userIds)];
  const [members, isClosed] = await Promise.all([
    lockMembers(hub, wanted),
    isBlocked(hub, user.id, wanted),
  ]);
  return members.length < wanted.length || isClosed
    ? fail('INVALID_CONTACT', 'user_ids: one of them is not a member whom you may add')
    : members;
}

/** Fails if a change to `privilege` would leave the hub without an owner. */
export async function refuseLastOwner(
  { hub, fail }: AccessCall<'PERMISSION_DENIED'>,
  member: Pick<MemberRecord, 'privilege'>,
  privilege = 0,
): Promise<void> {
  if (member.privilege !== ownerPrivilege || privilege === ownerPrivilege) return;
  if ((await lockOwners(hub)).length <= 1)
    fail('PERMISSION_DENIED', 'user_id: the hub must keep an owner');
}

/** Checks that the caller may set host names, by which strangers find a hub. */
export function hostsToSet({
  caller,
  fail,
}: CallBy & { fail: (code: 'PERMISSION_DENIED', ...details: string[]) => never }): void {
  if (caller.kind !== 'operator')
    fail('PERMISSION_DENIED', 'hosts: only the operator may set host names');
}
