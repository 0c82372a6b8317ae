import type { Spec } from '../../../acl/index.ts';
import { groupToRead } from '../../../db/access/groups.ts';
import { listOwners } from '../../../db/rows/rooms/participants.ts';
import type { Handler } from '../../core/call.ts';
import { presentRoom } from '../../present/room.ts';

export const info: Handler<Spec<'room.info'>> = async (call) => {
  const { hub, input } = call;
  const [room, owners] = await Promise.all([
    groupToRead(call, input.entity_id),
    listOwners(hub, input.entity_id),
  ]);
  return presentRoom(room, owners);
};
