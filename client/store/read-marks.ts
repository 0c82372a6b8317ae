import type { CallByName } from '../calls/client.ts';
import type { EventData } from '../contract.ts';
import type { Rows } from './messages.ts';
import type { AnyEvent, Participant, RoomRow, ShownMessage } from './types.ts';

/** The service sends read receipts to everyone in rooms of up to this many participants. */
const mostReaders = 100;

/** How far the others have read a conversation: which of the member's messages all have seen. */
export class ReadMarks {
  readonly #call: CallByName;
  readonly #userId: () => string;
  /** The last ordinal that each other participant has read; undefined: receipts are not shown. */
  #pointers: Map<string, number> | undefined;
  #lastOrdinal = 0;

  constructor(call: CallByName, userId: () => string) {
    this.#call = call;
    this.#userId = userId;
  }

  /** Reads the pointers of a group. In a direct conversation rows and events are enough. */
  async load({ entity_id, flag, member_count, last_ordinal }: RoomRow): Promise<void> {
    this.#lastOrdinal = last_ordinal;
    this.#pointers = undefined;
    if (flag === 'contact') this.#pointers = new Map([[entity_id, 0]]);
    else if (member_count <= mostReaders) {
      const params = { entity_id, limit: mostReaders };
      const people = (await this.#call('room.participants', params)) as Participant[];
      const others = people.filter(({ user_id }) => user_id !== this.#userId());
      this.#pointers = new Map(others.map(({ user_id, pointer }) => [user_id, pointer]));
    }
  }

  /** Takes note of an event; returns whether it may change what is seen. */
  apply({ name, actor_id, data }: AnyEvent): boolean {
    if (name === 'chat.acknowledge') {
      const { user_id, ordinal } = data as EventData['chat.acknowledge'];
      return this.#read(user_id, ordinal);
    }
    if (name === 'chat.post' || name === 'chat.forward') {
      const { ordinal = 0 } = data as { ordinal?: number };
      this.#lastOrdinal = Math.max(this.#lastOrdinal, ordinal);
      return this.#read(actor_id, ordinal);
    }
    if (name === 'room.add')
      for (const id of userIdsOf(data)) this.#pointers?.set(id, this.#lastOrdinal);
    if (name === 'room.remove') for (const id of userIdsOf(data)) this.#pointers?.delete(id);
    return name === 'room.remove';
  }

  #read(userId: string, ordinal: number): boolean {
    if (!this.#pointers || userId === this.#userId()) return false;
    this.#pointers.set(userId, Math.max(this.#pointers.get(userId) ?? 0, ordinal));
    return true;
  }

  /** Returns the rows with `is_seen` by what is known; the same array if none changes. */
  seen(rows: Rows): ShownMessage[] {
    const pointers = [...(this.#pointers?.values() ?? [])];
    const upTo = pointers.length === 0 ? 0 : Math.min(...pointers);
    const me = this.#userId();
    return rows.map((row) => {
      const isSeen = row.is_seen === 1 || (row.author_id === me && row.ordinal <= upTo);
      return isSeen === (row.is_seen === 1) ? row : { ...row, is_seen: 1 };
    });
  }
}

const userIdsOf = (data: object): string[] => (data as EventData['room.add']).user_ids;
