/**
 * Access to keys. Whoever has a key acts with its rights, so what an admin may not do themselves, a
 * key that they make may not do either: act as another member.
 */
import { allows, covers } from '../../acl/language/permission.ts';
import type { Hub } from '../connection/transaction.ts';
import { findKeyKind, type KeyKind, lockKeyToRevoke, lockLiveKey } from '../rows/identity/keys.ts';
import { isStayingMember } from '../rows/identity/members.ts';
import { shareUser } from '../rows/identity/users.ts';
import type { AccessCall } from './call.ts';

const revoked = 'token: revoked';

interface KeyToMake {
  kind: KeyKind;
  user_id?: string | undefined;
}

/**
 * Checks a key to make, and locks the user that it acts as, then its maker: a transaction that
 * takes their rights, or ends all that acts as them, waits for this one and then sees the key.
 */
export async function keyToMake(
  call: AccessCall<'PERMISSION_DENIED'>,
  key: KeyToMake,
): Promise<void> {
  const { hub, user, fail } = call;
  checkMaker(call, key);
  const { user_id: userId } = key;
  const [, isStaying] = await Promise.all([
    userId !== undefined && shareUser(hub, userId),
    user.id === '' || user.id === userId || isStayingMember(hub, user.id),
  ]);
  if (!isStaying) fail('PERMISSION_DENIED');
}

function checkMaker(
  { user, fail }: AccessCall<'PERMISSION_DENIED'>,
  { kind, user_id: userId }: KeyToMake,
): void {
  if (allows(user.privilege, 'owner')) return;
  if (kind === 'braincloud')
    fail('PERMISSION_DENIED', 'kind: only an owner or the operator can make an application');
  if (userId !== undefined && userId !== user.id)
    fail(
      'PERMISSION_DENIED',
      'user_id: only an owner or the operator can make a key that acts as another member',
    );
}

/**
 * Locks a key to revoke. An admin revokes what an admin could have made: no application, and no key
 * with more bits than they have, unless it acts as them. Returns its id and bits.
 */
export async function keyToRevoke(
  { hub, user, fail }: AccessCall<'KEY_NOT_FOUND' | 'PERMISSION_DENIED'>,
  keyId: string,
): Promise<{ id: string; permission: number }> {
  const key =
    (await lockKeyToRevoke(hub, keyId)) ??
    fail('KEY_NOT_FOUND', 'key_id: is not a key of this hub that can still be used');
  const found = { id: keyId, permission: key.permission };
  if (user.id !== '' && key.userId === user.id) return found;
  if (key.kind === 'braincloud' && !allows(user.privilege, 'owner'))
    fail('PERMISSION_DENIED', 'key_id: only an owner or the operator can revoke an application');
  if (!covers(user.privilege, key.permission))
    fail('PERMISSION_DENIED', 'key_id: has more rights than you');
  return found;
}

/**
 * Checks that the key of a call may sign in as a user: its maker, an owner or the operator, must
 * have all rights that the user has, without a break since they made it. Nobody can revoke the key
 * before the transaction ends.
 */
export async function keyToIssueWith(
  hub: Hub,
  keyId: string,
  privilege: number,
  fail: (code: 'NOT_AUTHENTICATED' | 'PERMISSION_DENIED', ...details: string[]) => never,
): Promise<void> {
  const { makerPrivilege } = (await lockLiveKey(hub, keyId)) ?? fail('NOT_AUTHENTICATED', revoked);
  if (!allows(makerPrivilege, 'owner'))
    fail(
      'PERMISSION_DENIED',
      'token: only a key whose maker is an owner or the operator issues tokens',
    );
  if (!covers(makerPrivilege, privilege))
    fail('PERMISSION_DENIED', 'user_id: has more rights than the maker of the key');
}

/**
 * Fails for callers who may not set which user of the application a member is: that user signs in
 * as the member, so it takes the right to issue the member's tokens. An admin could otherwise sign
 * in as anybody, by naming themselves, or with a password that they gave. `why` is the detail for
 * members.
 */
export async function refuseNonIssuer(
  { hub, user, caller, fail }: KeyCall & AccessCall<'NOT_AUTHENTICATED' | 'PERMISSION_DENIED'>,
  privilege: number,
  why = 'external_id: only an owner or the operator may set it',
): Promise<void> {
  if (user.id === '' && caller.keyId !== null)
    await keyToIssueWith(hub, caller.keyId, privilege, fail);
  else if (!allows(user.privilege, 'owner')) fail('PERMISSION_DENIED', why);
}

/** Returns the ids of the user who calls and of the key with which they do, see keyOfCall. */
export async function makersOfCall(call: MakingCall & Pick<AccessCall, 'user'>): Promise<string[]> {
  const keyId = await keyOfCall(call);
  return [call.user.id, keyId ?? ''].filter((id) => id !== '');
}

/** Shows whether a call is made by a key that acts as no member, and by which key. */
export interface KeyCall extends Pick<AccessCall, 'hub' | 'user'> {
  caller: { keyId: string | null };
}

/** Returns whether the caller is the server of a brainCloud application, which may do more. */
export async function isServerOfApplication({ hub, user, caller }: KeyCall): Promise<boolean> {
  if (user.id !== '' || caller.keyId === null) return false;
  return (await findKeyKind(hub, caller.keyId)) === 'braincloud';
}

/** A call that makes keys or members. */
interface MakingCall {
  hub: Hub;
  caller: { viaKeyId: string | null };
  fail: (code: 'NOT_AUTHENTICATED', ...details: string[]) => never;
}

/**
 * Returns the key with which the call is made, directly or by a session that it issued; null
 * without one. Nobody can revoke it before the transaction ends, and then sees what it made.
 */
export async function keyOfCall({
  hub,
  caller: { viaKeyId },
  fail,
}: MakingCall): Promise<string | null> {
  if (viaKeyId !== null && !(await lockLiveKey(hub, viaKeyId))) fail('NOT_AUTHENTICATED', revoked);
  return viaKeyId;
}
