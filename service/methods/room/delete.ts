import type { Spec } from '../../../acl/index.ts';
import { groupToClose } from '../../../db/access/groups.ts';
import { deleteRoom } from '../../actions/delete-room.ts';
import type { Handler } from '../../core/call.ts';

export const deleteGroup: Handler<Spec<'room.delete'>> = async (call) => {
  const { hub, input, bill, emit, revoke, now } = call;
  const room = await groupToClose(call, input.entity_id);
  await bill.members(room.memberCount);
  const event = await deleteRoom(hub, room, now);
  revoke({});
  await emit(event);
  return { ok: 1 };
};
