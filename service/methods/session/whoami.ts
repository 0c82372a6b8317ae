import type { Spec } from '../../../acl/index.ts';
import { heldGrants } from '../../../acl/language/permission.ts';
import { listUserHubs } from '../../../db/reading/identity/hubs.ts';
import { findUser } from '../../../db/rows/identity/users.ts';
import type { Handler } from '../../core/call.ts';
import { presentProfile } from '../../present/member.ts';

export const whoami: Handler<Spec<'session.whoami'>> = async ({ tx, user, caller, fail }) => {
  const [found, hubs] = await Promise.all([
    findUser(tx, user.id),
    listUserHubs(tx, user.id, caller.hubId),
  ]);
  return {
    user: presentProfile(found ?? fail('NOT_AUTHENTICATED')),
    hubs: hubs.map((hub) => {
      const privilege = hub.privilege & caller.cap;
      const grants = heldGrants(caller.grants, privilege);
      return { hub_id: hub.hubId, name: hub.name, privilege, grants };
    }),
  };
};
