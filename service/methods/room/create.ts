import type { Output, Spec } from '../../../acl/index.ts';
import { isEchoKey } from '../../../acl/language/fields.ts';
import { maxUserIds } from '../../../acl/language/limits.ts';
import { membersToAdd } from '../../../db/access/members.ts';
import { listMembers } from '../../../db/reading/identity/members.ts';
import { listParticipants } from '../../../db/reading/rooms/participants.ts';
import { digestOf, insertEcho, listEchoes } from '../../../db/rows/messages/echoes.ts';
import { listParticipantIds, queueJoins } from '../../../db/rows/rooms/participants.ts';
import { findRoom, insertRoom, newRoom } from '../../../db/rows/rooms/rooms.ts';
import { refuseFullRoom } from '../../actions/add-participants.ts';
import type { Call, Handler } from '../../core/call.ts';
import { listStart } from '../../present/cursors.ts';
import { presentCard } from '../../present/member.ts';
import { presentRoom } from '../../present/room.ts';

type Create = Spec<'room.create'>;

export const create: Handler<Create> = async (call) => {
  const { hub, user, input, emit, fail, now } = call;
  const isPublic = input.visibility === 'public';
  const key = isEchoKey(input.echoId)
    ? { authorId: user.id, roomId: '', echoKey: input.echoId }
    : undefined;
  const digest = digestOf(
    input.name,
    input.description,
    [...new Set(input.user_ids)].sort(),
    ...(isPublic ? ['public'] : []),
  );
  const [echo] = key ? await listEchoes(hub, [key]) : [];
  if (echo && echo.digest !== digest)
    fail('ECHO_ID_CONFLICT', 'echoId: was used for a different room');
  if (echo) return replay(call, echo.madeId);

  const otherIds = input.user_ids.filter((id) => id !== user.id);
  const userIds = [user.id, ...(await membersToAdd(call, otherIds))];
  const people = await listMembers(hub, userIds);
  refuseFullRoom(call, userIds.length, 'user_ids');
  const row = newRoom(
    {
      hubId: hub.id,
      kind: 'group',
      name: input.name,
      description: input.description,
      isPublic,
      memberCount: userIds.length,
      createdBy: user.id,
    },
    now,
  );
  const room = await insertRoom(hub, row);
  if (key) await insertEcho(hub, { ...key, digest, madeId: room.id });
  const data = { ...presentRoom(room, [user.id]), user_ids: userIds };
  const [event] = await emit({ name: 'room.create', room, data, echoId: input.echoId });
  queueJoins(hub, room, userIds, event?.seq ?? 0, now, user.id);
  return { ...data, users: people.map(presentCard) };
};

/** Returns the room that an earlier call with the same echoId created, as it is now. */
async function replay({ hub, user, fail }: Call<Create>, roomId: string): Promise<Output<Create>> {
  const isInside = (await listParticipantIds(hub, roomId, [user.id])).length > 0;
  const room = isInside ? await findRoom(hub, roomId) : undefined;
  if (!room) return fail('ECHO_ID_CONFLICT', 'echoId: you are no longer in its room');
  // As many as one call may add, and the caller.
  const participants = await listParticipants(hub, roomId, listStart, maxUserIds + 1);
  const owners = participants.filter((row) => row.isOwner);
  return {
    ...presentRoom(
      room,
      owners.map((row) => row.id),
    ),
    user_ids: participants.map((row) => row.id),
    users: participants.map(presentCard),
  };
}
