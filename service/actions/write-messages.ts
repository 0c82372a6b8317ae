import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft, EventNumbers } from '../../db/log/append.ts';
import type { Preferences } from '../../db/reading/identity/quiet.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import { queueExpiry } from '../../db/upkeep/retention.ts';
import { type PlacedMessage, queuePosts } from '../../db/writing/posts.ts';
import { notifiedByMessage } from '../events/notify.ts';
import { presentForEvent } from '../present/message.ts';

/** A new message that has its ordinal in a locked room. */
export interface MessageInRoom {
  room: LockedRoom;
  message: PlacedMessage;
  /** The participants who hid the message that it answers. */
  quoteHiders?: readonly string[];
}

type PostEvent = 'chat.post' | 'chat.forward';

interface Writer {
  hub: Hub;
  /** Members of a room who want fewer notifications than by default. */
  quietIn: (roomId: string) => readonly Preferences[];
  /** The caller's emit; it must allow `eventName` and `room.purge`. */
  emit(...drafts: Draft<PostEvent | 'room.purge'>[]): Promise<EventNumbers[]>;
}

/**
 * Emits one event for each new message, gives the messages their seqs and queues their rows for the
 * commit. Channels that keep a limited number of messages lose their oldest ones.
 */
export async function writeMessages(
  { hub, quietIn, emit }: Writer,
  eventName: PostEvent,
  messages: readonly (MessageInRoom & { isAuthorOutside?: boolean })[],
): Promise<void> {
  const purges = dropOldest(hub, new Set(messages.map(({ room }) => room)));
  const events = messages.map(({ room, message, quoteHiders, isAuthorOutside }) => {
    const { authorId, mentionIds, echoId } = message;
    const isDirect = room.directKey !== null;
    return {
      name: eventName,
      room,
      ...presentForEvent(message, undefined, quoteHiders),
      actorId: authorId,
      notify: notifiedByMessage(
        { kind: 'message', authorId, mentionIds, isDirect },
        quietIn(room.id),
        // An author who is no participant of the room does not receive the event at all.
        isAuthorOutside ? [] : [authorId],
      ),
      isMessage: true as const,
      echoId: echoId ?? undefined,
    };
  });
  const emitted = await emit(...events, ...purges);
  for (const [index, { message }] of messages.entries()) {
    const numbers = emitted[index];
    if (!numbers) throw new Error('a message has no event');
    message.seq = numbers.seq;
    message.prevSeq = numbers.prev;
  }
  queuePosts(
    hub,
    messages.map(({ message }) => message),
  );
}

/** Queues that the oldest messages expire of rooms that hold more than they keep. */
function dropOldest(hub: Hub, rooms: ReadonlySet<LockedRoom>): Draft<'room.purge'>[] {
  const purges: Draft<'room.purge'>[] = [];
  for (const room of rooms) {
    const last = room.historyLimit === null ? 0 : room.lastOrdinal - room.historyLimit;
    if (last <= room.expiredAt) continue;
    queueExpiry(hub, room, last);
    purges.push({ name: 'room.purge', room, data: { room_id: room.id, ordinal: last } });
  }
  return purges;
}
