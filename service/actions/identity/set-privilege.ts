import type { Spec } from '../../../acl/index.ts';
import { makersOfCall } from '../../../db/access/keys.ts';
import { refuseLastOwner } from '../../../db/access/members.ts';
import type { Hub } from '../../../db/connection/transaction.ts';
import type { MemberRecord } from '../../../db/reading/identity/members.ts';
import { insertMember, type MemberState, updateMember } from '../../../db/rows/identity/members.ts';
import type { Person } from '../../../db/rows/identity/users.ts';
import type { Call } from '../../core/call.ts';
import { endKeysBeyond } from './end-keys.ts';

type Setting = Pick<
  Call<Spec<'hub.set_privilege'>>,
  'user' | 'caller' | 'emit' | 'revoke' | 'now'
> & {
  hub: Hub;
  fail(code: 'PERMISSION_DENIED' | 'NOT_AUTHENTICATED', ...details: string[]): never;
};

/**
 * Saves what a member, or a user who becomes one, may do, and emits the event; `before`: what a
 * member, or a former one, is. Having fewer rights than before ends the keys and cuts the sockets
 * that rest on them. Returns the member.
 */
export async function setPrivilege(
  call: Setting,
  privilege: number,
  user: Person,
  before: MemberState | undefined,
): Promise<MemberRecord> {
  const { hub, emit, revoke, now } = call;
  const isMember = before !== undefined && before.privilege > 0;
  if (before?.privilege !== privilege) {
    if (isMember) await refuseLastOwner(call, before, privilege);
    const given = { ...user, userId: user.id, privilege, makerIds: await makersOfCall(call) };
    if (before) await updateMember(hub, { ...given, isFormer: !isMember }, now);
    else await insertMember(hub, given, now);
    if (isMember) {
      const sessionIds = await endKeysBeyond(hub, user.id, privilege, now);
      const isLess = privilege < before.privilege;
      revoke(isLess ? { hubId: hub.id, userId: user.id, sessionIds } : {});
    }
    const data = { user_id: user.id, privilege };
    await emit({ name: 'hub.set_privilege', targets: [user.id], data });
  }
  return { ...user, privilege, joinedMs: isMember ? before.joinedMs : now };
}
