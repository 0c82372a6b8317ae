import type { CallByName } from '../calls/client.ts';
import { CallError } from '../calls/errors.ts';
import type { Rows } from './messages.ts';
import type { RoomRow, ShownMessage } from './types.ts';

/** Where a window shows a conversation. */
export type Place = 'unread' | 'newest' | { messageId: string };

/** A part of a conversation's history without gaps, oldest first. */
export interface Stretch {
  rows: Rows;
  hasOlder: boolean;
  hasNewer: boolean;
}

export const rowsOfPage = 45;
/** A window has so many rows at most. */
export const mostRows = 6 * rowsOfPage;
/** As many as one call returns. */
const rowsOfCall = 100;
/** Above the first unread message there are so many, for the reader to find their place. */
const readRows = 10;
/** Above a message that is jumped to. */
const rowsAbove = 20;

/** Reads parts of a conversation's history. What each returns takes a fixed number of calls. */
export class History {
  readonly #call: CallByName;
  readonly #entityId: string;

  constructor(call: CallByName, entityId: string) {
    this.#call = call;
    this.#entityId = entityId;
  }

  async newest(): Promise<Stretch> {
    const rows = await this.#page({ limit: rowsOfPage });
    return { rows, hasOlder: rows.length === rowsOfPage, hasNewer: false };
  }

  /** Reads the messages around the read pointer; the newest if all are read. */
  unread({ unread_count, pointer }: RoomRow): Promise<Stretch> {
    return unread_count === 0 ? this.newest() : this.#around(pointer, pointer + 1, readRows);
  }

  /** Fails with MESSAGE_NOT_FOUND if the caller cannot see the message in this conversation. */
  async around(messageId: string): Promise<Stretch> {
    const params = { message_ids: [messageId] };
    const [[row], { rows, ...ends }] = await Promise.all([
      this.#call('chat.get', params) as Promise<[ShownMessage]>,
      this.#around(messageId, messageId, rowsAbove),
    ]);
    const above = rows.filter(({ ordinal }) => ordinal < row.ordinal);
    return { ...ends, rows: [...above, row, ...rows.slice(above.length)] };
  }

  /** Reads the same part again, and what follows if it ended with the newest message. */
  async again({ rows: before, hasOlder, hasNewer }: Stretch): Promise<Stretch> {
    const [first, last] = [before[0], before.at(-1)];
    if (!first || !last) return this.newest();
    const rows: ShownMessage[] = [];
    let isEnd = false;
    for (let after = first.ordinal - 1; !isEnd && rows.length < mostRows; ) {
      const page = await this.#page({ after: String(after), limit: rowsOfCall });
      rows.push(...page);
      after = page.at(-1)?.ordinal ?? after;
      if (hasNewer && after >= last.ordinal) break;
      isEnd = page.length < rowsOfCall;
    }
    const isAll = isEnd && rows.length <= mostRows;
    return { rows: rows.slice(0, mostRows), hasOlder, hasNewer: !isAll };
  }

  older = ({ ordinal }: ShownMessage): Promise<ShownMessage[]> =>
    this.#page({ before: String(ordinal), limit: rowsOfPage });

  newer = ({ ordinal }: ShownMessage): Promise<ShownMessage[]> =>
    this.#page({ after: String(ordinal), limit: rowsOfPage });

  /** Returns those of the messages that the member still sees. */
  async get(messageIds: readonly string[]): Promise<Rows> {
    try {
      return (await this.#call('chat.get', { message_ids: messageIds })) as Rows;
    } catch (error) {
      if (error instanceof CallError && error.code === 'MESSAGE_NOT_FOUND') return [];
      throw error;
    }
  }

  /** Reads the messages after one place, and some before another. */
  async #around(after: string | number, before: string | number, rowsBefore: number) {
    const [above, below] = await Promise.all([
      this.#page({ before: String(before), limit: rowsBefore }),
      this.#page({ after: String(after), limit: rowsOfPage }),
    ]);
    return {
      rows: [...above, ...below],
      hasOlder: above.length === rowsBefore,
      hasNewer: below.length === rowsOfPage,
    };
  }

  /** Reads up to `limit` messages next to a message or an ordinal, oldest first. */
  async #page(place: { before?: string; after?: string; limit: number }): Promise<ShownMessage[]> {
    const params = { entity_id: this.#entityId, mark_read: 0, ...place };
    return ((await this.#call('chat.messages', params)) as ShownMessage[]).reverse();
  }
}
