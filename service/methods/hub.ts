import type { Spec } from '../../acl/index.ts';
import {
  hostsToSet,
  memberToAdd,
  memberToManage,
  privilegeToGrant,
  refuseLastOwner,
} from '../../db/access/members.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import {
  findHub,
  insertHub,
  listKeysBeyond,
  listTakenHosts,
  replaceHosts,
  revokeKey,
  updateHub,
} from '../../db/rows/hubs/hubs.ts';
import {
  findMember,
  findUser,
  listMemberPage,
  type MemberRecord,
  saveMember,
} from '../../db/rows/identity/members.ts';
import { endKeySessions } from '../../db/rows/identity/sessions.ts';
import { newId } from '../../db/rows/ids.ts';
import { listGroupIds } from '../../db/rows/rooms/participants.ts';
import { lockRooms } from '../../db/rows/rooms/rooms.ts';
import type { Call, Handlers } from '../core/call.ts';
import { presentCard, presentHubSettings, toSeconds } from '../present/message.ts';
import { leave } from './room/create.ts';

export const hub: Handlers<'hub'> = {
  async create({ tx, input, fail, now }) {
    if (input.host !== undefined && (await listTakenHosts(tx, [input.host])).length > 0)
      fail('HOST_TAKEN', 'host: belongs to another hub');
    const id = newId();
    await insertHub(tx, { id, name: input.name, host: input.host }, now);
    return { hub_id: id };
  },

  info: (call) => present(call),

  async update(call) {
    const { hub, input, fail } = call;
    const { name, origins, hosts } = input;
    if (hosts !== undefined) {
      hostsToSet(call);
      if ((await listTakenHosts(hub, hosts, hub.id)).length > 0)
        fail('HOST_TAKEN', 'hosts: one belongs to another hub');
      await replaceHosts(hub, [...new Set(hosts)]);
    }
    await updateHub(hub, {
      ...(name === undefined ? {} : { name }),
      ...(origins === undefined ? {} : { origins }),
    });
    return present(call);
  },

  async members({ hub, user, input }) {
    const { key, limit, after, page, user_ids: ids } = input;
    const rows = await listMemberPage(hub, user.id, {
      key,
      ids,
      limit,
      ...(after === undefined ? { offset: (page - 1) * limit } : { after }),
    });
    return rows.map((row) => ({ ...presentMember(row), cursor: row.id }));
  },

  async add_member(call) {
    const { input } = call;
    privilegeToGrant(call, input.privilege, 'privilege');
    await memberToAdd(call, input.user_id);
    return setPrivilege(call, input.user_id, input.privilege);
  },

  async set_privilege(call) {
    const { input } = call;
    privilegeToGrant(call, input.privilege, 'privilege');
    await memberToManage(call, input.user_id);
    return setPrivilege(call, input.user_id, input.privilege);
  },

  async remove_member(call) {
    const { hub, input, emit, revoke, now } = call;
    const member = await memberToManage(call, input.user_id);
    await refuseLastOwner(call, member);
    const rooms = await lockRooms(hub, await listGroupIds(hub, member.id));
    const left = await leave(hub, [...rooms.values()], [member.id]);
    await saveMember(hub, member.id, 0, now);
    const ended = await endKeysBeyond(hub, member.id, 0, now);
    revoke({ hubId: hub.id, userId: member.id, sessionIds: ended });
    await emit(...left, {
      name: 'hub.remove_member',
      targets: [member.id],
      data: { user_id: member.id },
    });
    return { ok: 1 };
  },
};

/** Save what a member may; less than before cuts what lived on it. Nothing changed, nothing told. */
async function setPrivilege(
  call: Call<Spec<'hub.set_privilege'>> | Call<Spec<'hub.add_member'>>,
  userId: string,
  privilege: number,
) {
  const { hub, emit, revoke, now, fail } = call;
  const before = await findMember(hub, userId);
  const person = before ?? (await findUser(hub, userId)) ?? fail('INVALID_CONTACT');
  if (before?.privilege !== privilege) {
    if (before) await refuseLastOwner(call, before, privilege);
    await saveMember(hub, userId, privilege, now);
    // Who was no member had no right that anything could still rest on.
    const ended = before ? await endKeysBeyond(hub, userId, privilege, now) : [];
    if (before)
      revoke(privilege < before.privilege ? { hubId: hub.id, userId, sessionIds: ended } : {});
    await emit({
      name: 'hub.set_privilege',
      targets: [userId],
      data: { user_id: userId, privilege },
    });
  }
  return presentMember({ ...person, privilege, joinedMs: before?.joinedMs ?? now });
}

/** A key never outlives the rights of who made it: else he would keep them by it. Answers what sockets may have lived on. */
async function endKeysBeyond(
  hub: Hub,
  userId: string,
  privilege: number,
  now: number,
): Promise<string[]> {
  const ended: string[] = [];
  for (const keyId of await listKeysBeyond(hub, userId, privilege)) {
    ended.push(keyId, ...(await endKeySessions(hub, keyId)));
    await revokeKey(hub, keyId, now);
  }
  return ended;
}

const presentMember = (member: MemberRecord) => {
  const { id, ...card } = presentCard(member);
  return { user_id: id, ...card, privilege: member.privilege, ctime: toSeconds(member.joinedMs) };
};

async function present({ hub, fail }: Call<Spec<'hub.info'>> | Call<Spec<'hub.update'>>) {
  const found = (await findHub(hub)) ?? fail('PERMISSION_DENIED');
  return {
    hub_id: found.id,
    name: found.name,
    hosts: found.hosts,
    origins: found.origins,
    member_count: found.memberCount,
    settings: presentHubSettings(found),
  };
}
