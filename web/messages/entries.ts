import type { ChatMessage } from '../../client/index.ts';

/** What the log shows, from top to bottom. */
export type Entry =
  | { kind: 'day'; key: string; ms: number }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: ChatMessage; isFirst: boolean };

/** Messages of one author within so long after each other stand together, in milliseconds. */
const togetherMs = 5 * 60_000;

/** Returns when a message was written, in Unix milliseconds. */
export const timeOfMessage = ({ row, item }: ChatMessage): number =>
  row?.ctime_ms ?? item?.createdMs ?? 0;

/** Returns who wrote a message: its author, or the name that the system posted it under. */
const authorKey = ({ row }: ChatMessage, me: string): string =>
  row ? `${row.author_id} ${row.from?.name ?? ''}` : `${me} `;

/** Returns the messages with a line before each day and before the first unread one. */
export function entriesOf(
  messages: readonly ChatMessage[],
  me: string,
  firstUnreadId: string | undefined,
): Entry[] {
  const entries: Entry[] = [];
  let before: ChatMessage | undefined;
  for (const message of messages) {
    const ms = timeOfMessage(message);
    const isNewDay = !before || !isSameDay(timeOfMessage(before), ms);
    const isFirstUnread = firstUnreadId !== undefined && message.row?.message_id === firstUnreadId;
    if (isNewDay) entries.push({ kind: 'day', key: `day ${message.key}`, ms });
    if (isFirstUnread) entries.push({ kind: 'new', key: 'new' });
    const isFirst = isNewDay || isFirstUnread || !before || !areTogether(before, message, me);
    entries.push({ kind: 'message', key: message.key, message, isFirst });
    before = message;
  }
  return entries;
}

const isSameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();

const areTogether = (a: ChatMessage, b: ChatMessage, me: string): boolean =>
  authorKey(a, me) === authorKey(b, me) && timeOfMessage(b) - timeOfMessage(a) < togetherMs;
