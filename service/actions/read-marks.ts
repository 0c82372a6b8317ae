import type { EventData, EventName } from '../../acl/events.ts';
import { receiptAudience } from '../../acl/language/limits.ts';
import { roomToMark } from '../../db/access/rooms.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import { findMessageIdAt } from '../../db/rows/messages/messages.ts';
import {
  deleteDueReceipt,
  insertDueReceipt,
  queueNoDueReceipt,
} from '../../db/rows/rooms/due-receipts.ts';
import { type ParticipantRecord, updatePointer } from '../../db/rows/rooms/participants.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import type { Actor } from '../core/call.ts';

const receiptEveryMs = 1000;

type Receipt = Draft<'chat.acknowledge'>;

interface Reader<N extends EventName> {
  hub: Hub;
  user: Actor;
  now: number;
  emit(...drafts: Draft<N>[]): Promise<unknown>;
}

export interface MovedPointer {
  /** The ordinal up to which the reader has read now. */
  pointer: number;
  /** Emits the receipt, if one is due. Nothing may be read or locked after it. */
  announce(): Promise<unknown>;
}

const silent = async () => {};

/**
 * Moves a member's read pointer forward. The pointer is saved at once. Its receipt is sent at most
 * once a second for each reader and room: further ones wait in the database, and the last one wins.
 */
export async function moveReadPointerForward(
  call: Reader<'chat.acknowledge'>,
  roomId: string,
  ordinal: number,
  messageId: string,
): Promise<MovedPointer> {
  const { hub, user, now } = call;
  const marked = await roomToMark(call, roomId);
  if (!marked) return { pointer: 0, announce: silent };
  const { room, mine } = marked;
  if (ordinal <= mine.pointer) return { pointer: mine.pointer, announce: silent };
  // If the clock was set back, the last receipt counts as sent now.
  const sentMs = Math.min(mine.receiptMs, now);
  if (mine.receiptMs > 0 && now < sentMs + receiptEveryMs) {
    await updatePointer(hub, roomId, user.id, { pointer: ordinal, receiptMs: sentMs });
    await insertDueReceipt(hub, roomId, user.id, sentMs + receiptEveryMs);
    return { pointer: ordinal, announce: silent };
  }
  await updatePointer(hub, roomId, user.id, { pointer: ordinal, receiptMs: now });
  queueNoDueReceipt(hub, roomId, user.id);
  return {
    pointer: ordinal,
    announce: () => call.emit(receiptOf(room, { ...mine, pointer: ordinal }, messageId)),
  };
}

/**
 * Moves a member's read pointer back before a message. Only the member's own devices are told. For
 * others what was read stays read: `readAt` keeps how far.
 */
export async function moveReadPointerBack(
  call: Reader<'chat.acknowledge' | 'chat.mark_unread'>,
  roomId: string,
  ordinal: number,
  messageId: string,
): Promise<MovedPointer> {
  const { hub, user, now } = call;
  const marked = await roomToMark(call, roomId);
  if (!marked) return { pointer: 0, announce: silent };
  const { room, mine } = marked;
  const pointer = ordinal - 1;
  if (pointer >= mine.pointer) return { pointer: mine.pointer, announce: silent };
  // A waiting receipt would be sent with the new pointer, so it is sent now with the old one.
  const waited = await deleteDueReceipt(hub, roomId, user.id, Number.MAX_SAFE_INTEGER);
  const late = waited
    ? [receiptOf(room, mine, await findMessageIdAt(hub, roomId, mine.pointer))]
    : [];
  const readAt = Math.max(mine.readAt, mine.pointer);
  const receiptMs = waited ? now : undefined;
  await updatePointer(hub, roomId, user.id, { pointer, readAt, receiptMs });
  const data = { room_id: roomId, user_id: user.id, ordinal: pointer, message_id: messageId };
  const back = { name: 'chat.mark_unread' as const, about: room, targets: [user.id], data };
  return { pointer, announce: () => call.emit(...late, back) };
}

/**
 * Returns the receipt of a reader's pointer. In small rooms it is for everyone. In large ones, and
 * if others know already that the reader has read so far, it is for the reader's own devices.
 */
export function receiptOf(
  room: LockedRoom,
  { userId, pointer, readAt }: ParticipantRecord,
  messageId: string | null,
): Receipt {
  const data: EventData<'chat.acknowledge'> = {
    room_id: room.id,
    user_id: userId,
    ordinal: pointer,
    message_id: messageId,
  };
  return room.memberCount <= receiptAudience && pointer > readAt
    ? { name: 'chat.acknowledge', room, data, actorId: userId }
    : { name: 'chat.acknowledge', about: room, targets: [userId], data, actorId: userId };
}
