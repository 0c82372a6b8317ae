import type { EventData, EventName } from '../../acl/events.ts';
import { receiptAudience } from '../../acl/language/limits.ts';
import { type RoomToMark, roomToMark } from '../../db/access/rooms.ts';
import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import type { VisibleMessage } from '../../db/reading/messages/views.ts';
import type { CountedUnread } from '../../db/reading/rooms/counts.ts';
import { isBlocked } from '../../db/rows/identity/blocks.ts';
import { findLastReadId, findMessageIdAt } from '../../db/rows/messages/messages.ts';
import { peerOf } from '../../db/rows/rooms/direct-key.ts';
import {
  isReceiptDue,
  queueDueReceipt,
  queueNoDueReceipt,
} from '../../db/rows/rooms/due-receipts.ts';
import { type ParticipantRecord, queuePointer } from '../../db/rows/rooms/participants.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import type { Actor, AnyCall } from '../core/call.ts';

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
  /** The locked rows before the move; undefined: the reader is not in the room. */
  from: RoomToMark | undefined;
  /**
   * Keeps how many own messages follow, as they were counted for the same move, and emits the
   * receipt, if one is due. Nothing may be read or locked after it.
   */
  announce(counted: CountedUnread | undefined): Promise<unknown>;
}

/** The message by which a pointer moves. */
type Read = Pick<VisibleMessage, 'id' | 'roomId' | 'directKey' | 'ordinal'>;

const silent = async () => {};

/**
 * Tells whether moving the pointer forward by a message will emit a receipt, unless the reader's
 * row has changed since the message was read.
 */
export const isReceiptExpected = (
  { ordinal, pointer, receiptMs }: Pick<VisibleMessage, 'ordinal' | 'pointer' | 'receiptMs'>,
  now: number,
): boolean => ordinal > pointer && now >= receiptMs + receiptEveryMs;

/**
 * Moves a member's read pointer forward. Its receipt is sent at most once a second for each reader
 * and room: further ones wait in the database, and the last one wins. What is read across a block
 * is hidden from the other side until the next call after the block.
 */
export async function moveReadPointerForward(
  call: Reader<'chat.acknowledge'>,
  { id: messageId, roomId, directKey, ordinal }: Read,
): Promise<MovedPointer> {
  const { hub, user, now } = call;
  const [marked, isClosed] = await Promise.all([
    roomToMark(call, roomId),
    directKey !== null && isBlocked(hub, user.id, [peerOf({ directKey }, user.id)]),
  ]);
  if (!marked) return { pointer: 0, from: marked, announce: silent };
  const { room, mine } = marked;
  const isFurther = ordinal > mine.pointer;
  if (!isFurther && (isClosed || !mine.readHidden))
    return { pointer: mine.pointer, from: marked, announce: silent };
  const moved = {
    pointer: Math.max(ordinal, mine.pointer),
    ownAfter: isFurther ? null : mine.ownAfter,
    readAt: isClosed ? shownPointer(mine) : mine.readAt,
    readHidden: isClosed,
  };
  // If the clock was set back, the last receipt counts as sent now.
  const sentMs = Math.min(mine.receiptMs, now);
  if (mine.receiptMs > 0 && now < sentMs + receiptEveryMs) {
    queuePointer(hub, roomId, user.id, { ...moved, receiptMs: sentMs });
    queueDueReceipt(hub, roomId, user.id, sentMs + receiptEveryMs);
    return {
      pointer: moved.pointer,
      from: marked,
      announce: async (counted) => keepOwnAfter(hub, marked, moved.pointer, counted),
    };
  }
  queuePointer(hub, roomId, user.id, { ...moved, receiptMs: now });
  queueNoDueReceipt(hub, roomId, user.id);
  const newestId = isFurther ? messageId : await findMessageIdAt(hub, roomId, moved.pointer);
  return {
    pointer: moved.pointer,
    from: marked,
    announce(counted) {
      keepOwnAfter(hub, marked, moved.pointer, counted);
      return call.emit(receiptOf(room, { ...mine, ...moved }, newestId));
    },
  };
}

/** Queues how many own messages follow a moved pointer, if nothing has changed since the count. */
function keepOwnAfter(
  hub: Hub,
  { mine }: RoomToMark,
  pointer: number,
  counted: CountedUnread | undefined,
): void {
  if (counted?.pointer !== mine.pointer || counted.postedAt !== mine.postedAt) return;
  queuePointer(hub, mine.roomId, mine.userId, { pointer, ownAfter: counted.ownAfter });
}

/** Returns the pointer that others see. */
const shownPointer = ({ pointer, readAt, readHidden }: ParticipantRecord): number =>
  readHidden ? readAt : Math.max(pointer, readAt);

/**
 * Moves a member's read pointer back before a message. Only the member's own devices are told. For
 * others what was read stays read: `readAt` keeps how far.
 */
export async function moveReadPointerBack(
  call: Reader<'chat.acknowledge' | 'chat.mark_unread'> & Pick<AnyCall, 'lockHubWithNext'>,
  { id: messageId, roomId, ordinal }: Read,
): Promise<MovedPointer> {
  const { hub, user, now } = call;
  call.lockHubWithNext([user.id]);
  const [marked, waits, lastReadId] = await Promise.all([
    roomToMark(call, roomId),
    isReceiptDue(hub, roomId, user.id),
    findLastReadId(hub, roomId, user.id),
  ]);
  if (!marked) return { pointer: 0, from: marked, announce: silent };
  const { room, mine } = marked;
  const pointer = ordinal - 1;
  if (pointer >= mine.pointer) return { pointer: mine.pointer, from: marked, announce: silent };
  // A waiting receipt would be sent with the new pointer, so it is sent now with the old one.
  if (waits) queueNoDueReceipt(hub, roomId, user.id);
  const late = waits ? [receiptOf(room, mine, lastReadId)] : [];
  const readAt = shownPointer(mine);
  const receiptMs = waits ? now : undefined;
  queuePointer(hub, roomId, user.id, { pointer, ownAfter: null, readAt, receiptMs });
  const data = { room_id: roomId, user_id: user.id, ordinal: pointer, message_id: messageId };
  const back = { name: 'chat.mark_unread' as const, about: room, targets: [user.id], data };
  return {
    pointer,
    from: marked,
    announce(counted) {
      keepOwnAfter(hub, marked, pointer, counted);
      return call.emit(...late, back);
    },
  };
}

/**
 * Returns the receipt of a reader's pointer. In small rooms it is for everyone. In large ones, if
 * others know already that the reader has read so far, and if it is hidden from them, it is for the
 * reader's own devices.
 */
export function receiptOf(
  room: LockedRoom,
  { userId, pointer, readAt, readHidden }: ParticipantRecord,
  messageId: string | null,
): Receipt {
  const data: EventData<'chat.acknowledge'> = {
    room_id: room.id,
    user_id: userId,
    ordinal: pointer,
    message_id: messageId,
  };
  return room.memberCount <= receiptAudience && pointer > readAt && !readHidden
    ? { name: 'chat.acknowledge', room, data, actorId: userId }
    : { name: 'chat.acknowledge', about: room, targets: [userId], data, actorId: userId };
}
