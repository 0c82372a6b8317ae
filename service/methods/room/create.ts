import type { Output, Spec } from '../../../acl/index.ts';
import { isEchoKey } from '../../../acl/language/fields.ts';
import { maxUserIds } from '../../../acl/language/limits.ts';
import { isSystem } from '../../../db/access/channels.ts';
import { membersToAdd } from '../../../db/access/members.ts';
import { listMembers } from '../../../db/reading/identity/members.ts';
import { listParticipants } from '../../../db/reading/rooms/participants.ts';
import { digestOf, insertEcho, listEchoes } from '../../../db/rows/messages/echoes.ts';
import { listParticipantIds, queueJoins } from '../../../db/rows/rooms/participants.ts';
import {
  findRoom,
  findRoomByExternalId,
  insertRoom,
  type LockedRoom,
  newRoom,
} from '../../../db/rows/rooms/rooms.ts';
import { refuseFullRoom } from '../../actions/add-participants.ts';
import type { Call, Handler } from '../../core/call.ts';
import { listStart } from '../../present/cursors.ts';
import { presentCard } from '../../present/member.ts';
import { presentRoom } from '../../present/room.ts';

type Create = Spec<'room.create'>;

export const create: Handler<Create> = async (call) => {
  const { hub, user, input, emit, fail, now } = call;
  const ownerIds = ownersOf(call);
  const key = isEchoKey(input.echoId)
    ? { authorId: user.id, roomId: '', echoKey: input.echoId }
    : undefined;
  const digest = digestOfRoom(call);
  // In this order: a call that took the external id meanwhile has left its key too.
  const [namesake, [echo]] = await Promise.all([
    input.external_id === undefined ? undefined : findRoomByExternalId(hub, input.external_id),
    key ? listEchoes(hub, [key]) : [],
  ]);
  if (echo && echo.digest !== digest)
    fail('ECHO_ID_CONFLICT', 'echoId: was used for a different room');
  if (echo) return replay(call, echo.madeId);
  if (namesake) fail('INVALID_INPUT', 'external_id: belongs to another room');

  const userIds = await usersToJoin(call, ownerIds);
  const people = await listMembers(hub, userIds);
  refuseFullRoom(call, userIds.length, 'user_ids');
  const room = await insertGroup(call, userIds.length);
  if (key) await insertEcho(hub, { ...key, digest, madeId: room.id });
  const data = { ...presentRoom(room, ownerIds), user_ids: userIds };
  const [event] = await emit({ name: 'room.create', room, data, echoId: input.echoId });
  queueJoins(hub, room, userIds, event?.seq ?? 0, now, ownerIds);
  return { ...data, users: people.map(presentCard) };
};

/** Returns the owners: the member who calls, or whom the system names. */
function ownersOf(call: Call<Create>): string[] {
  const { user, input, fail } = call;
  const { owner_ids: ownerIds } = input;
  if (isSystem(call))
    return [
      ...new Set(
        ownerIds ?? fail('INVALID_INPUT', 'owner_ids: required, as the caller is no user'),
      ),
    ].sort();
  for (const name of ['owner_ids', 'external_id', 'system_access'] as const)
    if (input[name] !== undefined)
      fail('PERMISSION_DENIED', `${name}: only keys and the operator may give it`);
  return [user.id];
}

/** By the names and owners that are stored, in any order. */
function digestOfRoom({ input }: Call<Create>): string {
  const { owner_ids: ownerIds, external_id: externalId, system_access: systemAccess } = input;
  return digestOf(
    input.name,
    input.description,
    [...new Set(input.user_ids)].sort(),
    ...(input.visibility === 'public' ? ['public'] : []),
    ...(ownerIds ? [[...new Set(ownerIds)].sort(), externalId ?? null, systemAccess ?? 0] : []),
  );
}

/** Locks those who are in the room from the beginning; returns their ids, the owners first. */
async function usersToJoin(call: Call<Create>, ownerIds: readonly string[]): Promise<string[]> {
  const otherIds = call.input.user_ids.filter((id) => !ownerIds.includes(id));
  // A member who calls is the owner.
  const addedIds = isSystem(call) ? [...ownerIds, ...otherIds] : otherIds;
  const added = await membersToAdd(call, addedIds);
  return [...ownerIds, ...added.filter((id) => !ownerIds.includes(id))];
}

const insertGroup = (
  { hub, user, input, now }: Call<Create>,
  memberCount: number,
): Promise<LockedRoom> =>
  insertRoom(
    hub,
    newRoom(
      {
        hubId: hub.id,
        kind: 'group',
        name: input.name,
        description: input.description,
        externalId: input.external_id ?? null,
        isPublic: input.visibility === 'public',
        systemAccessAt: input.system_access === 1 ? 0 : null,
        memberCount,
        createdBy: user.id,
      },
      now,
    ),
  );

/** Returns the room that an earlier call with the same echoId created, as it is now. */
async function replay(call: Call<Create>, roomId: string): Promise<Output<Create>> {
  const { hub, user, fail } = call;
  const isInside = isSystem(call) || (await listParticipantIds(hub, roomId, [user.id])).length > 0;
  const room = isInside ? await findRoom(hub, roomId) : undefined;
  if (!room) return fail('ECHO_ID_CONFLICT', 'echoId: you are no longer in its room');
  // As many as one call may name.
  const participants = await listParticipants(hub, roomId, listStart, 2 * maxUserIds);
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
