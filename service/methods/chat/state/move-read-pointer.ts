import type { Output, Spec } from '../../../../acl/index.ts';
import { messageToRead } from '../../../../db/access/messages.ts';
import type { RoomToMark } from '../../../../db/access/rooms.ts';
import type { VisibleMessage } from '../../../../db/reading/messages/views.ts';
import { type CountedUnread, countUnreadAfter } from '../../../../db/reading/rooms/counts.ts';
import { countOwnAfter } from '../../../../db/reading/rooms/own-messages.ts';
import { entityOf } from '../../../../db/rows/rooms/direct-key.ts';
import type { MovedPointer } from '../../../actions/read-marks.ts';
import type { Call } from '../../../core/call.ts';

type Acknowledge = Spec<'chat.acknowledge'>;
type MarkUnread = Spec<'chat.mark_unread'>;

type Bound = Parameters<typeof countUnreadAfter>[3];

/** How a read pointer moves by a message. */
interface Move<C> {
  /** Returns the bound of the pointer that the message at an ordinal sets. */
  bound(ordinal: number): Bound;
  /** Asks for all locks in the turn in which it is called. */
  move(call: C, message: VisibleMessage): Promise<MovedPointer>;
}

/** Moves the caller's read pointer by a message that they can see, and returns where it is now. */
export async function moveReadPointer<C extends Call<Acknowledge> | Call<MarkUnread>>(
  call: C,
  { move, bound }: Move<C>,
): Promise<Output<Acknowledge>> {
  const { hub, input } = call;
  const message = await messageToRead(call, input.message_id, 'MESSAGE_NOT_FOUND');
  const { id, roomId, directKey, ordinal, lastOrdinal } = message;
  const isFar = lastOrdinal - ordinal > longCount;
  const to = bound(ordinal);
  const own = isFar ? await countOwn(call, message, to) : undefined;
  const count = () => countUnreadAfter(hub, call.user.id, roomId, to, own);
  const { pointer, announce, counted } = isFar
    ? await countThenMove(count, () => move(call, message))
    : await moveThenCount(count, () => move(call, message));
  await announce(counted);
  return {
    message_id: id,
    entity_id: entityOf({ id: roomId, directKey }, call.user.id),
    room_id: roomId,
    user_id: call.user.id,
    ordinal: pointer,
    unread: counted?.unread ?? 0,
  };
}

/** Counts the caller's own messages beyond a bound, before anything is locked. */
async function countOwn(
  { hub, user }: Call<Acknowledge> | Call<MarkUnread>,
  { roomId, postedAt }: VisibleMessage,
  to: Bound,
): Promise<{ postedAt: number; count: number } | undefined> {
  const ordinal = 'atLeast' in to ? to.atLeast : to.atMost;
  if (postedAt <= ordinal) return undefined;
  return { postedAt, count: await countOwnAfter(hub, roomId, user.id, ordinal) };
}

/** Counting more messages than this takes too long for others to wait. */
const longCount = 1000;

type Count = () => Promise<CountedUnread | undefined>;
type MoveAndCount = (
  count: Count,
  move: () => Promise<MovedPointer>,
) => Promise<MovedPointer & { counted: CountedUnread | undefined }>;

/** Counts while the room is locked. */
const moveThenCount: MoveAndCount = async (count, move) => {
  const [moved, counted] = await Promise.all([move(), count()]);
  return { ...moved, counted };
};

/**
 * Counts before anything is locked, so that nobody waits; and again if the room, or how far its
 * participant has read, was changed before both were locked.
 */
const countThenMove: MoveAndCount = async (count, move) => {
  const [counted, moved] = await Promise.all([count(), move()]);
  const { from } = moved;
  const isCurrent = !from || (counted && holdsFor(counted, from));
  return { ...moved, counted: isCurrent ? counted : await count() };
};

const holdsFor = (counted: CountedUnread, { room, mine }: RoomToMark): boolean =>
  counted.lastSeq === room.lastSeq &&
  (['pointer', 'hiddenAt', 'postedAt'] as const).every((name) => counted[name] === mine[name]);
