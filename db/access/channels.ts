/**
 * The doors to channels. A member may read and write a global or dynamic one without being a participant, a group's only as one of
 * it. The system (a call without a user that has the admin's bit: of a key or the operator) may everything, and has channels of its own.
 */

import type { ChannelType } from '../../acl/entities/channel.ts';
import { allows } from '../../acl/language/permission.ts';
import { lockMessages, type MessageView } from '../reading/messages/views.ts';
import { findChannel, findMessageIn } from '../reading/rooms/channels.ts';
import { listParticipantIds } from '../rows/rooms/due-receipts.ts';
import { findRoom, type LockedRoom, lockRooms, type RoomRecord } from '../rows/rooms/rooms.ts';
import type { Asking } from './rooms.ts';

type Unknown = 'CHANNEL_NOT_FOUND' | 'PERMISSION_DENIED';

export const isSystem = ({ user }: Pick<Asking, 'user'>): boolean =>
  user.id === '' && allows(user.privilege, 'admin');

/** A key that acts as nobody and may less than an admin is neither a member nor the system. */
export function refuseNobody(asking: Pick<Asking<'PERMISSION_DENIED'>, 'user' | 'fail'>): void {
  if (asking.user.id === '' && !isSystem(asking))
    asking.fail('PERMISSION_DENIED', 'user: only a member or an admin may');
}

const noChannel = (parameter: string) => `${parameter}: names no channel that you may read`;

/** The parts of a channel's id, where it is one of this hub's. */
export function partsOf(
  hubId: string,
  channelId: string,
): { type: ChannelType; subId: string } | undefined {
  const [, hub, type, subId] =
    /^([^:]{1,64}):(gl|gr|dy|sy):([A-Za-z0-9_-]{1,100})$/.exec(channelId) ?? [];
  return hub === hubId && type && subId ? { type: type as ChannelType, subId } : undefined;
}

/** A channel to read. */
export async function channelToRead(
  asking: Asking<Unknown>,
  channelId: string,
  parameter = 'channel_id',
): Promise<RoomRecord> {
  refuseNobody(asking);
  const { hub, user, fail } = asking;
  const parts = partsOf(hub.id, channelId);
  if (!parts) return fail('CHANNEL_NOT_FOUND', noChannel(parameter));
  const { type, subId } = parts;
  if (type !== 'gr') {
    const room =
      type === 'sy' && !isSystem(asking) ? undefined : await findChannel(hub, `${type}:${subId}`);
    return room ?? fail('CHANNEL_NOT_FOUND', noChannel(parameter));
  }
  const room = await findRoom(hub, subId);
  const isVisible =
    room?.kind === 'group' &&
    (isSystem(asking) || (await listParticipantIds(hub, room.id, [user.id])).length > 0);
  return room && isVisible ? room : fail('CHANNEL_NOT_FOUND', noChannel(parameter));
}

/** A channel to change, locked: asked for once more under the lock, for it may have been deleted, or the caller removed. */
export async function channelToChange(
  asking: Asking<Unknown>,
  channelId: string,
): Promise<LockedRoom> {
  const { hub, fail } = asking;
  const { id } = await channelToRead(asking, channelId);
  const room = (await lockRooms(hub, [id])).get(id);
  await channelToRead(asking, channelId);
  return room ?? fail('CHANNEL_NOT_FOUND', noChannel('channel_id'));
}

/** A message of a channel that one may read. */
export async function channelMessageToRead<C extends Unknown | 'MESSAGE_NOT_FOUND'>(
  asking: Asking<C | Unknown | 'MESSAGE_NOT_FOUND'>,
  channelId: string,
  messageId: string,
): Promise<{ room: RoomRecord; message: MessageView }> {
  const room = await channelToRead(asking as Asking<Unknown>, channelId);
  const message = await findMessageIn(asking.hub, asking.user.id, room.id, messageId);
  return message
    ? { room, message }
    : asking.fail(
        'MESSAGE_NOT_FOUND',
        'message_id: names no message of this channel that you can see',
      );
}

/** A message of a channel to change or delete, with its room locked: one's own, by the system any. Undefined: it is not there. */
export async function channelMessageToChange(
  asking: Asking<Unknown | 'PERMISSION_DENIED' | 'VERSION_MISMATCH'>,
  channelId: string,
  messageId: string,
  version: number,
): Promise<{ room: LockedRoom; message: MessageView | undefined }> {
  const { hub, user, fail } = asking;
  const room = await channelToChange(asking, channelId);
  await lockMessages(hub, [messageId]);
  const message = await findMessageIn(hub, user.id, room.id, messageId);
  if (message && !isSystem(asking) && message.authorId !== user.id)
    return fail('PERMISSION_DENIED', 'message_id: only its author or the system may');
  if (message && version >= 0 && version !== message.version)
    return fail('VERSION_MISMATCH', `version: is ${message.version} by now`);
  return { room, message };
}
