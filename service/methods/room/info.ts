import type { Spec } from '../../../acl/index.ts';
import { groupToRead } from '../../../db/access/groups.ts';
import { listOwners } from '../../../db/rows/rooms/participants.ts';
import type { Handler } from '../../core/call.ts';
import { presentRoom } from '../../present/room.ts';

export const info: Handler<Spec<'room.info'>> = async (call) => {
  const room = await groupToRead(call, call.input.entity_id);
  return presentRoom(room, await listOwners(call.hub, room.id));
};
