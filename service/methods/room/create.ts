import type { Spec } from '../../../acl/index.ts';
import { isEchoKey } from '../../../acl/language/fields.ts';
import {
  groupInSight,
  groupsToList,
  groupToAddTo,
  groupToChange,
  groupToManage,
  groupToRead,
  membersToAdd,
  messagesToPin,
} from '../../../db/access/rooms.ts';
import type { Hub } from '../../../db/connection/transaction.ts';
import type { Draft } from '../../../db/log/append.ts';
import { listMembers } from '../../../db/rows/identity/members.ts';
import { newId } from '../../../db/rows/ids.ts';
import { digestOf, insertEcho, listEchoes } from '../../../db/rows/messages/echoes.ts';
import { listPins, queuePin, queueUnpin } from '../../../db/rows/messages/pins.ts';
import {
  findParticipant,
  leaveRooms,
  listParticipants,
  type ParticipantView,
  queueJoins,
  replaceOwners,
} from '../../../db/rows/rooms/participants.ts';
import { listParticipantIds } from '../../../db/rows/rooms/pointers.ts';
import {
  findRoom,
  insertRoom,
  type LockedRoom,
  listOwners,
  lockParticipants,
} from '../../../db/rows/rooms/rooms.ts';
import type { Call, Handlers } from '../../core/call.ts';
import { cursorOf, readCursor } from '../../present/cursors.ts';
import { presentCard, presentRoom, toSeconds } from '../../present/message.ts';
import { pin, unpinned } from '../chat/write/pin.ts';

export const room: Handlers<'room'> = {
  async create(call) {
    const { hub, user, input, emit, fail, now } = call;
    const key = isEchoKey(input.echoId)
      ? { authorId: user.id, roomId: '', key: input.echoId }
      : undefined;
    const isPublic = input.visibility === 'public';
    const asked = digestOf(
      ...[input.name, input.description, [...new Set(input.user_ids)].sort()],
      ...(isPublic ? ['public'] : []),
    );
    const [echo] = key ? await listEchoes(hub, [key]) : [];
    if (echo && echo.digest !== asked)
      fail('ECHO_ID_CONFLICT', 'echoId: was used for another room');
    if (echo) return replay(call, echo.madeId);

    const others = await membersToAdd(
      call,
      input.user_ids.filter((id) => id !== user.id),
    );
    const people = [...(await listMembers(hub, [user.id])), ...others];
    const userIds = people.map((person) => person.id);
    refuseFull(call, userIds.length);
    const made = await insertRoom(hub, {
      hubId: hub.id,
      id: newId(),
      kind: 'group',
      directKey: null,
      channelKey: null,
      historyLimit: null,
      expireDays: null,
      name: input.name,
      description: input.description,
      isPublic,
      archived: false,
      lastOrdinal: 0,
      lastAtMs: now,
      removedAt: 0,
      expiredAt: 0,
      purgedAt: 0,
      lastSeq: 0,
      memberCount: userIds.length,
      createdBy: user.id,
      createdMs: now,
    });
    // Two calls with one key at once: the second waits here for the first, fails, and is answered as a replay when done anew.
    if (key) await insertEcho(hub, { ...key, digest: asked, madeId: made.id });
    const data = {
      ...presentRoom(made, [user.id]),
      user_ids: userIds,
      users: people.map(presentCard),
    };
    const [event] = await emit({
      name: 'room.create',
      room: made,
      data,
      ...(input.echoId === undefined ? {} : { echoId: input.echoId }),
    });
    queueJoins(hub, made, userIds, event?.seq ?? 0, now, user.id);
    return data;
  },

  async info(call) {
    const found = await groupToRead(call, call.input.entity_id);
    return presentRoom(found, await listOwners(call.hub, found.id));
  },

  async update(call) {
    const { hub, input, emit, fail } = call;
    const found = await roomToUpdate(call);
    if (found.archived) fail('ROOM_ARCHIVED', 'entity_id: the room is archived for all');
    const { name = found.name, description = found.description } = input;
    const isPublic =
      input.visibility === undefined ? found.isPublic : input.visibility === 'public';
    const isDescribed =
      name !== found.name || description !== found.description || isPublic !== found.isPublic;
    const isOwned = await setOwners(call, found);
    const { events, save } = await setPins(call, found);
    if (isDescribed) found.change({ name, description, isPublic });
    const data = presentRoom(found, await listOwners(hub, found.id));
    const update = { name: 'room.update' as const, room: found, data };
    await emit(...(isDescribed || isOwned ? [update] : []), ...events);
    save();
    return data;
  },

  async participants(call) {
    const { hub, input, fail } = call;
    const { room: found, isInside } = await groupInSight(call, input.entity_id);
    if (input.notify === 1 && !isInside)
      fail('PERMISSION_DENIED', 'notify: only who is in the room may ask');
    const after =
      input.after === undefined
        ? { ms: -1, id: '' }
        : (readCursor(input.after) ?? fail('INVALID_INPUT', 'after: not a cursor of this list'));
    const rows = await listParticipants(hub, found.id, after, input.limit, input.notify === 1);
    return rows.map((row) => presentParticipant(row, isInside));
  },

  async participant(call) {
    const { hub, input, fail } = call;
    const { room: found, isInside } = await groupInSight(call, input.entity_id);
    const row = await findParticipant(hub, found.id, input.user_id);
    return row
      ? presentParticipant(row, isInside)
      : fail('INVALID_CONTACT', 'user_id: names no participant of the room');
  },

  async list(call) {
    const { input } = call;
    const rows = await groupsToList(call, input.all === 1, {
      isPublic: input.public === 1,
      ids: input.entity_ids,
      key: input.key,
      after: input.after ?? '',
      limit: input.limit,
    });
    return rows.map((row) => ({
      ...presentRoom(row, row.ownerIds?.split(',') ?? []),
      cursor: row.id,
    }));
  },

  async add(call) {
    const { hub, input, emit, fail, now } = call;
    const wanted = usersOf(call);
    const found = await groupToAddTo(call, input.entity_id, wanted);
    if (found.archived) fail('ROOM_ARCHIVED', 'entity_id: the room is archived for all');
    const present = new Set(await listParticipantIds(hub, found.id, wanted));
    const joining = await membersToAdd(
      call,
      wanted.filter((id) => !present.has(id)),
    );
    const userIds = joining.map((member) => member.id);
    if (userIds.length > 0) {
      found.change({ memberCount: found.memberCount + userIds.length });
      refuseFull(call, found.memberCount);
      const owners = await listOwners(hub, found.id);
      // Whoever comes into a public room that everybody had left.
      const newOwner = owners.length === 0 ? userIds[0] : undefined;
      const data = {
        room_id: found.id,
        user_ids: userIds,
        users: joining.map(presentCard),
        owner_ids: newOwner === undefined ? owners : [newOwner],
        member_count: found.memberCount,
      };
      const [event] = await emit({ name: 'room.add', room: found, targets: userIds, data });
      queueJoins(hub, found, userIds, event?.seq ?? 0, now, newOwner);
    }
    return { entity_id: found.id, user_ids: userIds, member_count: found.memberCount };
  },

  async remove(call) {
    const { hub, user, input, emit, revoke } = call;
    const wanted = usersOf(call);
    const isLeaving = wanted.length === 1 && wanted[0] === user.id;
    const found = await (isLeaving
      ? groupToChange(call, input.entity_id)
      : groupToManage(call, input.entity_id));
    const leaving = await lockParticipants(hub, found.id, wanted);
    const userIds = leaving.map((row) => row.userId);
    if (userIds.length > 0) {
      const told = await leave(hub, [found], userIds);
      revoke({});
      await emit(...told);
    }
    return { entity_id: found.id, user_ids: userIds, member_count: found.memberCount };
  },
};

type Update = Call<Spec<'room.update'>>;

/** Its owner or an admin for what only they may; a participant for the rest. An admin from outside may not open it to himself. */
async function roomToUpdate(call: Update): Promise<LockedRoom> {
  const {
    entity_id: entityId,
    name,
    description,
    pinned_ids: pinnedIds,
    owner_ids: ownerIds,
    visibility,
  } = call.input;
  const isManaged = ownerIds !== undefined || visibility !== undefined;
  const isOpened = visibility === 'public';
  const isChanged = isOpened || [name, description, pinnedIds].some((one) => one !== undefined);
  const managed = isManaged ? await groupToManage(call, entityId) : undefined;
  return managed && !isChanged ? managed : groupToChange(call, entityId);
}

/** True when the room has other owners now. */
async function setOwners({ hub, input, fail }: Update, found: LockedRoom): Promise<boolean> {
  if (input.owner_ids === undefined) return false;
  const wanted = [...new Set(input.owner_ids)];
  const present = await lockParticipants(hub, found.id, wanted);
  if (present.length < wanted.length)
    fail('INVALID_CONTACT', 'owner_ids: one of them is not in the room');
  const owners = await listOwners(hub, found.id);
  if (owners.length === wanted.length && owners.every((id) => wanted.includes(id))) return false;
  await replaceOwners(hub, found.id, wanted);
  return true;
}

/** What is to be told of the pins that come and go, and how to save them after it. */
async function setPins(call: Update, found: LockedRoom) {
  const { hub, user, input } = call;
  const events: Draft<'chat.pin' | 'chat.unpin'>[] = [];
  if (input.pinned_ids === undefined) return { events, save: () => {} };
  const messages = await messagesToPin(call, found, [...new Set(input.pinned_ids)]);
  const pinned = await listPins(hub, found.id);
  const gone = pinned.filter((one) => !messages.some((message) => message.id === one.messageId));
  const added = messages.filter((message) => !pinned.some((one) => one.messageId === message.id));
  const pinnings = await pin(call, found, added, pinned);
  events.push(
    ...gone.map((one) => unpinned(found, one.messageId, user.id)),
    ...pinnings.map((one) => one.event),
  );
  const save = () => {
    for (const one of gone) queueUnpin(hub, found.id, one.messageId);
    for (const one of pinnings) queuePin(hub, found.id, one.record);
  };
  return { events, save };
}

function refuseFull(
  { limits, fail }: Call<Spec<'room.create'>> | Call<Spec<'room.add'>>,
  participants: number,
): void {
  const most = limits.participants;
  if (most > 0 && participants > most)
    fail('ROOM_FULL', `user_ids: a room has at most ${most} participants`);
}

/** How far he has read is told to those who are in the room with him. */
const presentParticipant = (row: ParticipantView, isInside: boolean) => {
  const { id, ...card } = presentCard(row);
  return {
    user_id: id,
    ...card,
    is_owner: row.isOwner,
    pointer: isInside ? row.pointer : 0,
    ctime: toSeconds(row.joinedMs),
    cursor: cursorOf({ ms: row.joinedMs, id }),
  };
};

/** Take members out of locked rooms; answers what each room is to be told. */
export async function leave(hub: Hub, rooms: readonly LockedRoom[], userIds: string[]) {
  const users = (await listMembers(hub, userIds)).map(presentCard);
  const owners = await leaveRooms(hub, rooms, userIds);
  return rooms.map((room) => {
    room.change({ memberCount: room.memberCount - userIds.length });
    const data = {
      room_id: room.id,
      user_ids: userIds,
      users,
      owner_ids: owners.get(room.id) ?? [],
      member_count: room.memberCount,
    };
    return { name: 'room.remove' as const, room, targets: userIds, data };
  });
}

async function replay({ hub, user, fail }: Call<Spec<'room.create'>>, roomId: string) {
  const isInside = (await listParticipantIds(hub, roomId, [user.id])).length > 0;
  const found =
    (isInside && (await findRoom(hub, roomId))) ||
    fail('ECHO_ID_CONFLICT', 'echoId: you left its room');
  const users = await listParticipants(hub, roomId, { ms: -1, id: '' }, 1001);
  return {
    ...presentRoom(
      found,
      users.filter((row) => row.isOwner).map((row) => row.id),
    ),
    user_ids: users.map((row) => row.id),
    users: users.map(presentCard),
  };
}

function usersOf({ input, fail }: Call<Spec<'room.add'>> | Call<Spec<'room.remove'>>): string[] {
  const users = [
    ...new Set([
      ...(input.user_ids ?? []),
      ...(input.user_id === undefined ? [] : [input.user_id]),
    ]),
  ];
  return users.length > 0 ? users : fail('INVALID_INPUT', 'user_id: missing, and no user_ids');
}
