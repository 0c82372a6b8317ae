import type { Spec } from '../../../acl/index.ts';
import { refuseArchived } from '../../../db/access/archived.ts';
import { isSystem } from '../../../db/access/channels.ts';
import { groupToChange, groupToManage, groupToOpen } from '../../../db/access/groups.ts';
import { messagesToPin } from '../../../db/access/messages.ts';
import { listPins } from '../../../db/rows/messages/pins.ts';
import {
  listOwners,
  lockParticipants,
  replaceOwners,
} from '../../../db/rows/rooms/participants.ts';
import type { LockedRoom } from '../../../db/rows/rooms/rooms.ts';
import {
  listPinDetails,
  type PinChange,
  pinMessages,
  unpinMessage,
} from '../../actions/pin-messages.ts';
import type { Call, Handler } from '../../core/call.ts';
import { presentRoom } from '../../present/room.ts';

type Update = Spec<'room.update'>;

export const update: Handler<Update> = async (call) => {
  const { hub, input, emit } = call;
  const room = await roomToUpdate(call);
  refuseArchived(call, room);
  const { name = room.name, description = room.description } = input;
  const isPublic = input.visibility === undefined ? room.isPublic : input.visibility === 'public';
  const systemAccessAt = systemAccessOf(room, input.system_access);
  const isChanged =
    name !== room.name ||
    description !== room.description ||
    isPublic !== room.isPublic ||
    systemAccessAt !== room.systemAccessAt;
  const hasNewOwners = await changeOwners(call, room);
  const pins = await changePins(call, room);
  if (isChanged) room.change({ name, description, isPublic, systemAccessAt });
  const data = presentRoom(room, await listOwners(hub, room.id));
  const updates = isChanged || hasNewOwners ? [{ name: 'room.update' as const, room, data }] : [];
  await emit(...updates, ...pins.map((change) => change.event));
  for (const change of pins) change.queue();
  return data;
};

/** Access begins after the present messages; it does not begin again when it is set twice. */
function systemAccessOf(room: LockedRoom, access: 0 | 1 | undefined): number | null {
  if (access === undefined) return room.systemAccessAt;
  return access === 1 ? (room.systemAccessAt ?? room.lastOrdinal) : null;
}

/**
 * Loads the room by the right that each given field needs. Owners and visibility need its owner or
 * an admin, access by the system an owner who is in it, the rest a participant, or the system where
 * it made the room. Making it public needs both: no admin from outside may open a room to
 * themselves.
 */
async function roomToUpdate(call: Call<Update>): Promise<LockedRoom> {
  const { entity_id: entityId, owner_ids: ownerIds, visibility } = call.input;
  const { name, description, pinned_ids: pinnedIds } = call.input;
  if (pinnedIds !== undefined && isSystem(call))
    call.fail('PERMISSION_DENIED', 'pinned_ids: only participants pin messages');
  if (call.input.system_access !== undefined) await groupToOpen(call, entityId);
  const isManaged = ownerIds !== undefined || visibility !== undefined;
  const needsParticipant =
    visibility === 'public' || [name, description, pinnedIds].some((one) => one !== undefined);
  const managed = isManaged ? await groupToManage(call, entityId) : undefined;
  return managed && !needsParticipant ? managed : groupToChange(call, entityId);
}

/** Replaces the room's owners by participants; returns whether they differ from those before. */
async function changeOwners(
  { hub, input, fail }: Call<Update>,
  room: LockedRoom,
): Promise<boolean> {
  if (input.owner_ids === undefined) return false;
  const wanted = [...new Set(input.owner_ids)];
  const participants = await lockParticipants(hub, room.id, wanted);
  if (participants.length < wanted.length)
    fail('INVALID_CONTACT', 'owner_ids: one of them is not in the room');
  const owners = await listOwners(hub, room.id);
  if (owners.length === wanted.length && owners.every((id) => wanted.includes(id))) return false;
  await replaceOwners(hub, room.id, wanted);
  return true;
}

/** Replaces the room's pins: those that stay keep their place. */
async function changePins(call: Call<Update>, room: LockedRoom): Promise<PinChange[]> {
  const { hub, user, input } = call;
  if (input.pinned_ids === undefined) return [];
  const wanted = [...new Set(input.pinned_ids)];
  const pinned = await listPins(hub, room.id);
  const removed = pinned.filter((pin) => !wanted.includes(pin.messageId));
  // What is pinned stays so, also what the caller hid.
  const addedIds = wanted.filter((id) => !pinned.some((pin) => pin.messageId === id));
  const added = await messagesToPin(call, room, addedIds);
  return [
    ...removed.map((pin) => unpinMessage(hub, room, pin.messageId, user.id)),
    ...pinMessages(call, room, added, pinned, await listPinDetails(hub, added)),
  ];
}
