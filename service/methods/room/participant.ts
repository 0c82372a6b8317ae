import type { Spec } from '../../../acl/index.ts';
import { groupInSight } from '../../../db/access/groups.ts';
import { findParticipant } from '../../../db/reading/rooms/participants.ts';
import type { Handler } from '../../core/call.ts';
import { presentParticipant } from '../../present/member.ts';

export const participant: Handler<Spec<'room.participant'>> = async (call) => {
  const { hub, input, fail } = call;
  const [{ isInside }, row] = await Promise.all([
    groupInSight(call, input.entity_id),
    findParticipant(hub, input.entity_id, input.user_id),
  ]);
  return row
    ? presentParticipant(row, isInside)
    : fail('INVALID_CONTACT', 'user_id: is not a participant of the room');
};
