import type { EventData, EventName } from '../../acl/events.ts';
import { roomToMark } from '../../db/access/rooms.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import {
  deferReceipt,
  dropDueReceipt,
  messageAt,
  savePointer,
  takeDueReceipt,
} from '../../db/rows/rooms/pointers.ts';
import type { LockedRoom, ParticipantRecord } from '../../db/rows/rooms/rooms.ts';
import type { Actor } from '../core/call.ts';

/** Everybody in rooms up to this size hears who has read how far; in larger ones only the reader's own devices do. */
export const receiptAudience = 100;
const receiptEveryMs = 1000;

type Receipt = Draft<'chat.acknowledge'>;

interface Marking<N extends EventName> {
  hub: Hub;
  user: Actor;
  now: number;
  emit(...drafts: Draft<N>[]): Promise<unknown>;
}

export interface Marked {
  /** Where the pointer stands now. */
  pointer: number;
  /** Send the receipt, if one is due: the last thing a call does. */
  announce(): Promise<unknown>;
}

const silent = async () => {};

/**
 * Move a member's read pointer forward. The pointer is exact at once; its receipt goes out at most once a second for a reader
 * and room, the last pointer wins, and one that waits survives a crash.
 */
export async function markRead(
  call: Marking<'chat.acknowledge'>,
  roomId: string,
  ordinal: number,
  messageId: string,
): Promise<Marked> {
  const { hub, user, now } = call;
  const marked = await roomToMark(call, roomId);
  if (!marked) return { pointer: 0, announce: silent };
  const { room, mine } = marked;
  if (ordinal <= mine.pointer) return { pointer: mine.pointer, announce: silent };
  // A clock that was set back must not hold receipts up.
  const sentMs = Math.min(mine.receiptMs, now);
  if (mine.receiptMs > 0 && now < sentMs + receiptEveryMs) {
    await savePointer(hub, roomId, user.id, { pointer: ordinal, receiptMs: sentMs });
    await deferReceipt(hub, roomId, user.id, sentMs + receiptEveryMs);
    return { pointer: ordinal, announce: silent };
  }
  await savePointer(hub, roomId, user.id, { pointer: ordinal, receiptMs: now });
  dropDueReceipt(hub, roomId, user.id);
  return {
    pointer: ordinal,
    announce: () => call.emit(receiptOf(room, { ...mine, pointer: ordinal }, messageId)),
  };
}

/**
 * Move a member's read pointer back before a message. His own devices hear it; to others what he has read stays read: `readAt`
 * keeps how far.
 */
export async function markUnread(
  call: Marking<'chat.acknowledge' | 'chat.mark_unread'>,
  roomId: string,
  ordinal: number,
  messageId: string,
): Promise<Marked> {
  const { hub, user, now } = call;
  const marked = await roomToMark(call, roomId);
  if (!marked) return { pointer: 0, announce: silent };
  const { room, mine } = marked;
  const pointer = ordinal - 1;
  if (pointer >= mine.pointer) return { pointer: mine.pointer, announce: silent };
  // A receipt that waits would tell of the pointer as it is then: it goes out before it.
  const waited = await takeDueReceipt(hub, roomId, user.id, Number.MAX_SAFE_INTEGER);
  const late = waited ? [receiptOf(room, mine, await messageAt(hub, roomId, mine.pointer))] : [];
  const readAt = Math.max(mine.readAt, mine.pointer);
  await savePointer(hub, roomId, user.id, {
    pointer,
    readAt,
    ...(waited ? { receiptMs: now } : {}),
  });
  const data = { room_id: roomId, user_id: user.id, ordinal: pointer, message_id: messageId };
  const back = { name: 'chat.mark_unread' as const, about: room, targets: [user.id], data };
  return { pointer, announce: () => call.emit(...late, back) };
}

/** Everybody hears it in small rooms; only the reader does in large ones, and where he comes again to what others know he has read. */
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
