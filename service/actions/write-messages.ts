import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft, EventNumbers } from '../../db/log/append.ts';
import type { Quiet } from '../../db/reading/identity/quiet.ts';
import type { MessageView } from '../../db/reading/messages/views.ts';
import type { Person } from '../../db/rows/identity/users.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import { expireUpTo } from '../../db/upkeep/retention.ts';
import {
  type NewMessage,
  type PlacedMessage,
  place,
  queuePosts,
  viewOfPlaced,
} from '../../db/writing/posts.ts';
import { notifiedByMessage } from '../events/notify.ts';
import { presentForEvent } from '../present/message.ts';

/** A new message that has its ordinal in a locked room, and how readers will see it. */
export interface MessageInRoom {
  room: LockedRoom;
  message: PlacedMessage;
  view: MessageView;
  /** The participants who hid the message that it answers. */
  quoteHiders?: readonly string[];
}

/** Gives a new message the next ordinal of its locked room. Its event's seq is not known yet. */
export function placeMessage(
  room: LockedRoom,
  message: NewMessage,
  { author, thread, now }: { author: Person; thread: MessageView['thread']; now: number },
): MessageInRoom {
  const placed = place(room, message, now);
  return { room, message: placed, view: viewOfPlaced(placed, author, thread) };
}

type PostEvent = 'chat.post' | 'chat.forward';

interface Writer {
  hub: Hub;
  /** Members of a room who want fewer notifications than by default. */
  quietIn: (roomId: string) => readonly Quiet[];
  /** The caller's emit; it must allow `eventName` and `room.purge`. */
  emit(...drafts: Draft<PostEvent | 'room.purge'>[]): Promise<EventNumbers[]>;
}

/**
 * Emits one event for each new message and queues the messages' rows for the commit. Channels that
 * keep a limited number of messages lose their oldest ones. Returns the messages with their seqs.
 */
export async function writeMessages<M extends MessageInRoom>(
  { hub, quietIn, emit }: Writer,
  eventName: PostEvent,
  messages: readonly (M & { isAuthorOutside?: boolean })[],
): Promise<M[]> {
  const purges = await dropOldest(hub, new Set(messages.map(({ room }) => room)));
  const events = messages.map(({ room, message, view, quoteHiders, isAuthorOutside }) => {
    const { authorId, mentionIds, echoId } = message;
    const isDirect = room.directKey !== null;
    return {
      name: eventName,
      room,
      ...presentForEvent(view, undefined, quoteHiders),
      actorId: authorId,
      notify: notifiedByMessage(
        { kind: 'message', authorId, mentionIds, isDirect },
        quietIn(room.id),
        // An author who is no participant of the room does not receive the event at all.
        isAuthorOutside ? [] : [authorId],
      ),
      isMessage: true as const,
      echoId,
    };
  });
  const emitted = await emit(...events, ...purges);
  const numbered = messages.map((one, index) => {
    const numbers = emitted[index];
    if (!numbers) throw new Error('a message has no event');
    one.view.seq = numbers.seq;
    return Object.assign({}, one, { prev: numbers.prev });
  });
  queuePosts(
    hub,
    numbered.map(({ message, view, prev }) =>
      Object.assign({}, message, { seq: view.seq, prevSeq: prev }),
    ),
  );
  return numbered;
}

/** Expires the oldest messages of rooms that hold more than they keep. */
async function dropOldest(
  hub: Hub,
  rooms: ReadonlySet<LockedRoom>,
): Promise<Draft<'room.purge'>[]> {
  const purges: Draft<'room.purge'>[] = [];
  for (const room of rooms) {
    const last = room.historyLimit === null ? 0 : room.lastOrdinal - room.historyLimit;
    if (last <= room.expiredAt) continue;
    await expireUpTo(hub, room, last);
    purges.push({ name: 'room.purge', room, data: { room_id: room.id, ordinal: last } });
  }
  return purges;
}
