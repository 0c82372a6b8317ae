import type { Spec } from '../../../../acl/index.ts';
import { isOver } from '../../../../acl/language/time.ts';
import { roomToMark, roomToRead } from '../../../../db/access/rooms.ts';
import { choiceAt } from '../../../../db/reading/identity/quiet.ts';
import { queueNotifyLevel } from '../../../../db/rows/rooms/participants.ts';
import type { Handler } from '../../../core/call.ts';
import { presentChoice } from '../../../present/room.ts';

export const notify: Handler<Spec<'chat.notify'>> = async (call) => {
  const { hub, user, input, emit, lockHubWithNext, fail, now } = call;
  const { level, until_ms: untilMs } = input;
  if (isOver(untilMs, now)) fail('INVALID_INPUT', 'until_ms: must be in the future');
  if (level === 'default' && untilMs !== null)
    fail('INVALID_INPUT', 'until_ms: the level default holds for good');
  const { entityId, room } = await roomToRead(call, input.entity_id, 'ROOM_NOT_FOUND');
  if (room) lockHubWithNext([user.id]);
  const marked = room && (await roomToMark(call, room.id));
  if (!marked) return fail('ROOM_NOT_FOUND', 'entity_id: the conversation has no messages yet');
  const choice = { notifyLevel: level === 'default' ? null : level, notifyUntilMs: untilMs };
  const reply = { entity_id: entityId, ...presentChoice(choice) };
  const before = choiceAt(now, marked.mine);
  if (before.notifyLevel === choice.notifyLevel && before.notifyUntilMs === untilMs) return reply;
  queueNotifyLevel(hub, marked.room.id, user.id, choice);
  await emit({ name: 'chat.notify', about: marked.room, targets: [user.id], data: reply });
  return reply;
};
