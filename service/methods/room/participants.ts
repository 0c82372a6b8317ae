import type { Spec } from '../../../acl/index.ts';
import { groupInSight } from '../../../db/access/groups.ts';
import { listParticipants } from '../../../db/reading/rooms/participants.ts';
import type { Handler } from '../../core/call.ts';
import { listStart, readCursor } from '../../present/cursors.ts';
import { presentParticipant } from '../../present/member.ts';

export const participants: Handler<Spec<'room.participants'>> = async (call) => {
  const { hub, input, fail } = call;
  const { room, isInside } = await groupInSight(call, input.entity_id);
  const onlyNotified = input.notify === 1;
  if (onlyNotified && !isInside)
    fail('PERMISSION_DENIED', 'notify: only participants and admins may ask for it');
  const after = input.after === undefined ? listStart : readCursor(input.after);
  if (!after) return fail('INVALID_INPUT', 'after: is not a cursor of this list');
  const rows = await listParticipants(hub, room.id, after, input.limit, onlyNotified);
  return rows.map((row) => presentParticipant(row, isInside));
};
