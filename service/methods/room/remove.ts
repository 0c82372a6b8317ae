import type { Spec } from '../../../acl/index.ts';
import { groupToChange, groupToManage } from '../../../db/access/groups.ts';
import { lockParticipants } from '../../../db/rows/rooms/participants.ts';
import { removeParticipants } from '../../actions/remove-participants.ts';
import type { Handler } from '../../core/call.ts';
import { userIdsOf } from './user-ids.ts';

export const remove: Handler<Spec<'room.remove'>> = async (call) => {
  const { hub, user, input, emit, revoke } = call;
  const wanted = userIdsOf(call);
  const isLeaving = wanted.length === 1 && wanted[0] === user.id;
  const room = isLeaving
    ? await groupToChange(call, input.entity_id)
    : await groupToManage(call, input.entity_id);
  const participants = await lockParticipants(hub, room.id, wanted);
  const userIds = participants.map((row) => row.userId);
  if (userIds.length > 0) {
    const events = await removeParticipants(hub, [room], userIds);
    revoke({});
    await emit(...events);
  }
  return { entity_id: room.id, user_ids: userIds, member_count: room.memberCount };
};
