import type { Spec } from '../../../acl/index.ts';
import { groupInSight } from '../../../db/access/groups.ts';
import { listParticipants } from '../../../db/reading/rooms/participants.ts';
import type { Handler } from '../../core/call.ts';
import { listStart, readCursor } from '../../present/cursors.ts';
import { presentParticipant } from '../../present/member.ts';

export const participants: Handler<Spec<'room.participants'>> = async (call) => {
  const { hub, input, fail, now } = call;
  const { entity_id: roomId, limit } = input;
  const onlyNotified = input.notify === 1;
  const after = input.after === undefined ? listStart : readCursor(input.after);
  const [{ isInside }, rows] = await Promise.all([
    groupInSight(call, roomId),
    after ? listParticipants(hub, roomId, after, limit, onlyNotified ? now : undefined) : [],
  ]);
  if (onlyNotified && !isInside)
    fail('PERMISSION_DENIED', 'notify: only participants and admins may ask for it');
  if (!after) return fail('INVALID_INPUT', 'after: is not a cursor of this list');
  return rows.map((row) => presentParticipant(row, isInside));
};
