import type { Spec } from '../../../acl/index.ts';
import { groupToRead } from '../../../db/access/groups.ts';
import { listOwners } from '../../../db/rows/rooms/participants.ts';
import { findRoomByExternalId } from '../../../db/rows/rooms/rooms.ts';
import type { Call, Handler } from '../../core/call.ts';
import { presentRoom } from '../../present/room.ts';

type Info = Spec<'room.info'>;

export const info: Handler<Info> = async (call) => {
  const roomId = await roomIdOf(call);
  const [room, owners] = await Promise.all([
    groupToRead(call, roomId),
    listOwners(call.hub, roomId),
  ]);
  return presentRoom(room, owners);
};

/** Returns the id of the room that a call names by one of its two ids. */
async function roomIdOf({ hub, input, fail }: Call<Info>): Promise<string> {
  const { entity_id: entityId, external_id: externalId } = input;
  if ((entityId === undefined) === (externalId === undefined))
    fail('INVALID_INPUT', 'entity_id: either entity_id or external_id is required');
  if (externalId === undefined) return entityId ?? '';
  return (await findRoomByExternalId(hub, externalId))?.id ?? '';
}
