import type { Spec } from '../../acl/index.ts';
import { defined } from '../../acl/language/defined.ts';
import {
  hostsToSet,
  memberToManage,
  privilegeToGrant,
  refuseLastOwner,
  userToAdd,
} from '../../db/access/members.ts';
import { usedStorage } from '../../db/access/storage.ts';
import { findHub } from '../../db/reading/identity/hubs.ts';
import { listMemberPage } from '../../db/reading/identity/members.ts';
import { listGroupIds } from '../../db/reading/rooms/groups.ts';
import { insertHosts, listTakenHosts, replaceHosts } from '../../db/rows/hubs/hosts.ts';
import { insertHub, updateHub } from '../../db/rows/hubs/hubs.ts';
import { removeMember } from '../../db/rows/identity/members.ts';
import { endHubSessions } from '../../db/rows/identity/sessions.ts';
import { newId } from '../../db/rows/ids.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import { endKeysBeyond } from '../actions/identity/end-keys.ts';
import { setPrivilege } from '../actions/identity/set-privilege.ts';
import { numberedPage } from '../actions/numbered-page.ts';
import { removeParticipants } from '../actions/remove-participants.ts';
import type { Call, Handlers } from '../core/call.ts';
import { presentHub } from '../present/hub.ts';
import { presentMember } from '../present/member.ts';

export const hub: Handlers<'hub'> = {
  async create({ tx, input, fail, now }) {
    if (input.host !== undefined && (await listTakenHosts(tx, [input.host])).length > 0)
      fail('HOST_TAKEN', 'host: belongs to another hub');
    const id = newId();
    await insertHub(tx, { id, name: input.name }, now);
    if (input.host !== undefined) await insertHosts(tx, id, [input.host]);
    return { hub_id: id };
  },

  info: hubInfo,

  async update(call) {
    const { hub, input, fail } = call;
    const { name, origins, hosts } = input;
    if (hosts !== undefined) {
      hostsToSet(call);
      if ((await listTakenHosts(hub, hosts, hub.id)).length > 0)
        fail('HOST_TAKEN', 'hosts: one of them belongs to another hub');
      await replaceHosts(hub, [...new Set(hosts)]);
    }
    await updateHub(hub, defined({ name, origins }));
    return hubInfo(call);
  },

  async members({ hub, user, input }) {
    const { key, limit, after, page, user_ids: ids } = input;
    const offset = after === undefined ? (page - 1) * limit : 0;
    const rows = await numberedPage({ key, ids, limit, after, offset }, 'after', (part) =>
      listMemberPage(hub, user.id, part),
    );
    return rows.map((row) => ({ ...presentMember(row), cursor: row.id }));
  },

  async add_member(call) {
    const { input } = call;
    privilegeToGrant(call, input.privilege, 'privilege');
    const { before, ...user } = await userToAdd(call, input.user_id);
    return presentMember(await setPrivilege(call, input.privilege, user, before));
  },

  async set_privilege(call) {
    const { input } = call;
    privilegeToGrant(call, input.privilege, 'privilege');
    const member = await memberToManage(call, input.user_id);
    return presentMember(await setPrivilege(call, input.privilege, member, member));
  },

  async remove_member(call) {
    const { hub, input, emit, revoke, now } = call;
    const member = await memberToManage(call, input.user_id);
    await refuseLastOwner(call, member);
    const rooms = await lockRooms(hub, await listGroupIds(hub, member.id));
    const left = await removeParticipants(hub, [...rooms.values()], [member.id]);
    await removeMember(hub, member.id, now);
    await endHubSessions(hub, member.id);
    const sessionIds = await endKeysBeyond(hub, member.id, 0, now);
    revoke({ hubId: hub.id, userId: member.id, sessionIds });
    const data = { user_id: member.id };
    await emit(...left, { name: 'hub.remove_member', targets: [member.id], data });
    return { ok: 1 };
  },
};

async function hubInfo(call: Call<Spec<'hub.info'>> | Call<Spec<'hub.update'>>) {
  const { hub, limits, fail } = call;
  const found = (await findHub(hub)) ?? fail('PERMISSION_DENIED');
  const used = await usedStorage(call);
  const limit = Number.isFinite(limits.maxStorage.hub) ? limits.maxStorage.hub : null;
  return presentHub(found, limits, used === undefined ? undefined : { used, limit });
}
