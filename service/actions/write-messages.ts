import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft, EventNumbers } from '../../db/log/append.ts';
import type { Quiet } from '../../db/rows/hubs/settings.ts';
import type { Person } from '../../db/rows/identity/members.ts';
import type { MessageView } from '../../db/rows/messages/messages.ts';
import { type PlacedMessage, queueMessages } from '../../db/rows/messages/posts.ts';
import type { LockedRoom } from '../../db/rows/rooms/rooms.ts';
import { expireUpTo } from '../../db/upkeep/retention.ts';
import { alertOfMessage } from '../events/notify.ts';
import { presentMessage } from '../present/message.ts';

/** A new message with its place in its room: what chat.post and chat.forward write. */
export interface Writing {
  room: LockedRoom;
  message: PlacedMessage;
  view: MessageView;
  /** The author is no participant of the room: he does not hear of it. */
  isFromOutside?: boolean;
}

export function writingOf(
  room: LockedRoom,
  message: PlacedMessage,
  author: Person,
  thread: MessageView['thread'],
): Writing {
  const view: MessageView = {
    ...message,
    seq: 0,
    author,
    thread,
    attachmentCount: message.attachmentIds.length,
    reactionCount: 0,
    echoId: message.echoId ?? null,
    version: 1,
    editedMs: null,
    deletedMs: null,
  };
  return { room, message, view };
}

type Telling = Omit<Draft<'chat.post' | 'chat.forward'>, 'name'>;

/** Tell new messages and queue their rows; answers them with the numbers of their events. `quietIn`: who of a room wants fewer alerts. */
export async function write<W extends Writing>(
  hub: Hub,
  writings: readonly W[],
  quietIn: (roomId: string) => readonly Quiet[],
  tell: (events: Telling[], purges: Draft<'room.purge'>[]) => Promise<EventNumbers[]>,
): Promise<W[]> {
  const purges = await roll(hub, new Set(writings.map(({ room }) => room)));
  const emitted = await tell(
    writings.map(({ room, message, view, isFromOutside }) => {
      const { authorId, mentionIds, echoId } = message;
      const isDirect = room.directKey !== null;
      return {
        room,
        data: presentMessage(view),
        actorId: authorId,
        alert: alertOfMessage(
          { kind: 'message', authorId, mentionIds, isDirect },
          quietIn(room.id),
          isFromOutside ? [] : [authorId],
        ),
        isMessage: true,
        ...(echoId === undefined ? {} : { echoId }),
      };
    }),
    purges,
  );
  const numbered = writings.map((writing, index) => {
    const numbers = emitted[index];
    if (!numbers) throw new Error('a message has no event');
    return { ...writing, view: { ...writing.view, seq: numbers.seq }, prev: numbers.prev };
  });
  queueMessages(
    hub,
    numbered.map(({ message, view, prev }) => ({ ...message, seq: view.seq, prevSeq: prev })),
  );
  return numbered;
}

/** Let the oldest messages of channels go where there are more than they keep. */
async function roll(hub: Hub, rooms: ReadonlySet<LockedRoom>): Promise<Draft<'room.purge'>[]> {
  const purges: Draft<'room.purge'>[] = [];
  for (const room of rooms) {
    const last = room.historyLimit === null ? 0 : room.lastOrdinal - room.historyLimit;
    if (last <= room.expiredAt) continue;
    await expireUpTo(hub, room, last);
    purges.push({ name: 'room.purge', room, data: { room_id: room.id, ordinal: last } });
  }
  return purges;
}
