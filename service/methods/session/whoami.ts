import type { Spec } from '../../../acl/index.ts';
import { heldGrants } from '../../../acl/language/permission.ts';
import { listUserHubs } from '../../../db/reading/identity/hubs.ts';
import { findUser } from '../../../db/rows/identity/users.ts';
import type { Handler } from '../../core/call.ts';
import { presentProfile } from '../../present/member.ts';

export const whoami: Handler<Spec<'session.whoami'>> = async ({ tx, user, caller, fail }) => {
  const [found, all] = await Promise.all([findUser(tx, user.id), listUserHubs(tx, user.id)]);
  const hubs = all.filter(({ hubId }) => caller.hubId === null || hubId === caller.hubId);
  // The address belongs to the user, not to one of several hubs.
  const isShared = caller.hubId !== null && all.length > 1;
  const profile = presentProfile(found ?? fail('NOT_AUTHENTICATED'));
  return {
    user: isShared ? { ...profile, email: null } : profile,
    hubs: hubs.map((hub) => {
      const privilege = hub.privilege & caller.cap;
      const grants = heldGrants(caller.grants, privilege);
      return { hub_id: hub.hubId, name: hub.name, privilege, grants };
    }),
  };
};
