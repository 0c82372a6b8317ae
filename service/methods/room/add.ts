import type { Spec } from '../../../acl/index.ts';
import { refuseArchived } from '../../../db/access/archived.ts';
import { groupToAddTo } from '../../../db/access/groups.ts';
import { membersToAdd } from '../../../db/access/members.ts';
import { listParticipantIds } from '../../../db/rows/rooms/participants.ts';
import { addParticipants } from '../../actions/add-participants.ts';
import type { Handler } from '../../core/call.ts';
import { userIdsOf } from './user-ids.ts';

export const add: Handler<Spec<'room.add'>> = async (call) => {
  const { hub, input } = call;
  const wanted = userIdsOf(call);
  const [room, inside] = await Promise.all([
    groupToAddTo(call, input.entity_id, wanted),
    listParticipantIds(hub, input.entity_id, wanted),
  ]);
  refuseArchived(call, room);
  const outside = wanted.filter((id) => !inside.includes(id));
  const joining = await membersToAdd(call, outside);
  if (joining.length > 0) await addParticipants(call, room, joining, 'user_ids');
  return {
    entity_id: room.id,
    user_ids: joining,
    member_count: room.memberCount,
  };
};
