import type { Spec } from '../../acl/index.ts';
import { listOwners, queueJoins } from '../../db/rows/rooms/participants.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import type { Call } from '../core/call.ts';

interface RoomLimit {
  limits: Pick<Call<Spec<'room.add'>>['limits'], 'maxParticipants'>;
  fail(code: 'ROOM_FULL', ...details: string[]): never;
}

type Adder = RoomLimit & Pick<Call<Spec<'room.add'>>, 'hub' | 'emit' | 'lockHubWithNext' | 'now'>;

/**
 * Adds members to a locked room that they are not in. If a group room has no owner, as after
 * everyone left a public one, the first of them becomes it; channels have no owners. Fails with
 * ROOM_FULL, whose detail names `parameter`.
 */
export async function addParticipants(
  call: Adder,
  room: LockedRoom,
  userIds: readonly string[],
  parameter: string,
): Promise<void> {
  const { hub, emit, lockHubWithNext, now } = call;
  const memberCount = room.memberCount + userIds.length;
  refuseFullRoom(call, memberCount, parameter);
  lockHubWithNext();
  const owners = await listOwners(hub, room.id);
  const newOwner = owners.length === 0 && room.kind === 'group' ? userIds[0] : undefined;
  room.change({ memberCount });
  const [event] = await emit({
    name: 'room.add',
    room,
    targets: userIds,
    data: {
      room_id: room.id,
      user_ids: [...userIds],
      owner_ids: newOwner === undefined ? owners : [newOwner],
      member_count: memberCount,
    },
  });
  queueJoins(hub, room, userIds, event?.seq ?? 0, now, newOwner === undefined ? [] : [newOwner]);
}

/** Fails with ROOM_FULL if a room would have more participants than this service allows. */
export function refuseFullRoom(
  { limits, fail }: RoomLimit,
  memberCount: number,
  parameter: string,
): void {
  const max = limits.maxParticipants;
  if (memberCount > max) fail('ROOM_FULL', `${parameter}: a room has at most ${max} participants`);
}
