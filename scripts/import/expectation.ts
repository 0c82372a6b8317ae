import { byDay, isBlank, type Line } from './lines.ts';

export interface ExpectedMessage {
  author: string;
  text: string;
  /** The ordinal of the message to which it replies. */
  replyTo: number | undefined;
}

/** The expected state of a day's room after the import. */
export interface ExpectedRoom {
  /** By ordinal, from 1. */
  messages: ExpectedMessage[];
  /**
   * The read pointer of each member by nickname: the ordinal of their own last message, or of the
   * room's last message when they last joined.
   */
  pointers: Map<string, number>;
  /** Nicknames of former members. */
  left: Set<string>;
}

/**
 * Derives the rooms that the hub must have from the lines alone. It shares no code with the import,
 * so that a fault of the import shows as a difference.
 */
export function expectRooms(lines: readonly Line[]): Map<string, ExpectedRoom> {
  return new Map([...byDay(lines)].map(([day, ofDay]) => [day, expectRoom(ofDay)]));
}

function expectRoom(lines: readonly Line[]): ExpectedRoom {
  const messages: ExpectedMessage[] = [];
  const pointers = new Map<string, number>();
  const left = new Set<string>();
  const ordinals = new Map<number, number>();
  for (const line of lines) {
    const { author } = line;
    if (line.event === 'left') {
      if (pointers.delete(author)) left.add(author);
    } else if (line.event === 'joined') {
      if (!pointers.has(author)) pointers.set(author, messages.length);
      left.delete(author);
    } else if (!isBlank(line)) {
      const replyTo = line.replyTo === undefined ? undefined : ordinals.get(line.replyTo);
      messages.push({ author, text: line.text, replyTo });
      ordinals.set(line.line, messages.length);
      pointers.set(author, messages.length);
      left.delete(author);
    }
  }
  return { messages, pointers, left };
}

/** Returns how many messages of others a member has not read. */
export const expectUnread = ({ messages, pointers }: ExpectedRoom, nickname: string): number =>
  messages.slice(pointers.get(nickname)).filter(({ author }) => author !== nickname).length;
