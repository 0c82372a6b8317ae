import { byDay, isBlank, type Line } from './lines.ts';

export interface ExpectedMessage {
  author: string;
  text: string;
  /** The ordinal of the message that it answers. */
  answers: number | undefined;
}

/** A day's room as it must be at the end. */
export interface ExpectedRoom {
  /** By ordinal, from 1. */
  messages: ExpectedMessage[];
  /** Who is in, with his read pointer: his last own message, or where the room stood when he last came in. */
  pointers: Map<string, number>;
  /** Who was in and is not any more. */
  gone: Set<string>;
}

/** What the file says a chat service must hold; it shares nothing with the import but the parsed lines. */
export function expectRooms(lines: readonly Line[]): Map<string, ExpectedRoom> {
  return new Map([...byDay(lines)].map(([day, its]) => [day, expectRoom(its)]));
}

function expectRoom(lines: readonly Line[]): ExpectedRoom {
  const messages: ExpectedMessage[] = [];
  const pointers = new Map<string, number>();
  const gone = new Set<string>();
  const ordinals = new Map<number, number>();
  for (const line of lines) {
    const { author } = line;
    if (line.event === 'left') {
      if (pointers.delete(author)) gone.add(author);
    } else if (line.event === 'joined') {
      if (!pointers.has(author)) pointers.set(author, messages.length);
      gone.delete(author);
    } else if (!isBlank(line)) {
      const answers = line.replyTo === undefined ? undefined : ordinals.get(line.replyTo);
      messages.push({ author, text: line.text, answers });
      ordinals.set(line.line, messages.length);
      pointers.set(author, messages.length);
      gone.delete(author);
    }
  }
  return { messages, pointers, gone };
}

/** How many messages of others a participant has not read. */
export const expectUnread = ({ messages, pointers }: ExpectedRoom, nickname: string): number =>
  messages.slice(pointers.get(nickname)).filter(({ author }) => author !== nickname).length;
