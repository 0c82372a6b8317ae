import type { Person } from '../../db/members.ts';
import type { MessageView } from '../../db/messages.ts';
import { type PlacedMessage, queueMessages } from '../../db/posts.ts';
import type { LockedRoom } from '../../db/rooms.ts';
import type { Quiet } from '../../db/settings.ts';
import type { Hub } from '../../db/transaction.ts';
import { alertOfMessage } from '../alerting.ts';
import type { Emission, Emitted } from '../call.ts';
import { presentMessage } from '../present.ts';

/** A new message with its place in its room: what chat.post and chat.forward write. */
export interface Writing {
  room: LockedRoom;
  message: PlacedMessage;
  view: MessageView;
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

type Telling = Omit<Emission<'chat.post' | 'chat.forward'>, 'name'>;

/** Tell new messages and queue their rows; answers them with the numbers of their events. `quietIn`: who of a room wants fewer alerts. */
export async function write<W extends Writing>(
  hub: Hub,
  writings: readonly W[],
  quietIn: (roomId: string) => readonly Quiet[],
  tell: (events: Telling[]) => Promise<Emitted[]>,
): Promise<W[]> {
  const emitted = await tell(
    writings.map(({ room, message, view }) => {
      const { authorId, mentionIds, echoId } = message;
      const isDirect = room.directKey !== null;
      return {
        room,
        data: presentMessage(view),
        actorId: authorId,
        alert: alertOfMessage({ kind: 'message', authorId, mentionIds, isDirect }, quietIn(room.id)),
        isMessage: true,
        ...(echoId === undefined ? {} : { echoId }),
      };
    }),
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
