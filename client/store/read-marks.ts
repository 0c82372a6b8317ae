import type { CallByName } from '../calls/client.ts';
import type { EventData } from '../contract.ts';
import type { Rows } from './messages.ts';
import type { AnyEvent, Participant, RoomRow, ShownMessage } from './types.ts';

/** The service sends read receipts to everyone in rooms of up to this many participants. */
const mostReaders = 100;

/** How far the others have read a conversation: which of the member's messages all have seen. */
export class ReadMarks {
  readonly #userId: string;
  /**
   * The last ordinal that each other participant has read, the same map until one of them reads on;
   * empty: receipts are not shown.
   */
  readers: ReadonlyMap<string, number> = new Map();
  #hasReceipts = false;
  /** No message that has come has a greater ordinal. */
  lastOrdinal: number;

  constructor(userId: string, lastOrdinal = 0) {
    this.#userId = userId;
    this.lastOrdinal = lastOrdinal;
  }

  /** Reads the pointers of a group. In a direct conversation rows and events are enough. */
  async load(call: CallByName, room: RoomRow): Promise<void> {
    const { entity_id, flag, member_count, last_ordinal } = room;
    this.lastOrdinal = last_ordinal;
    this.#hasReceipts = flag === 'contact' || member_count <= mostReaders;
    if (flag === 'contact') this.readers = new Map([[entity_id, 0]]);
    else if (this.#hasReceipts) {
      const params = { entity_id, limit: mostReaders };
      const people = (await call('room.participants', params)) as Participant[];
      const others = people.filter(({ user_id }) => user_id !== this.#userId);
      this.readers = new Map(others.map(({ user_id, pointer }) => [user_id, pointer]));
    }
  }

  apply({ name, actor_id, data }: AnyEvent): void {
    if (name === 'chat.acknowledge') {
      const { user_id, ordinal } = data as EventData['chat.acknowledge'];
      this.#raise([user_id], ordinal);
    }
    if (name === 'chat.post' || name === 'chat.forward') {
      const { ordinal = 0 } = data as { ordinal?: number };
      this.lastOrdinal = Math.max(this.lastOrdinal, ordinal);
      this.#raise([actor_id], ordinal);
    }
    if (name === 'room.add') this.#raise(userIdsOf(data), this.lastOrdinal);
    if (name === 'room.remove') {
      const left = new Set(userIdsOf(data));
      this.readers = new Map([...this.readers].filter(([userId]) => !left.has(userId)));
    }
  }

  #raise(userIds: Iterable<string>, ordinal: number): void {
    if (!this.#hasReceipts) return;
    const behind = [...userIds].filter(
      (id) => id !== this.#userId && (this.readers.get(id) ?? -1) < ordinal,
    );
    if (behind.length > 0)
      this.readers = new Map([...this.readers, ...behind.map((id) => [id, ordinal] as const)]);
  }

  /** Returns the rows with `is_seen` by what is known; the same array if none changes. */
  seen(rows: Rows): Rows {
    const me = this.#userId;
    // What the service says of own messages, it says of all readers.
    const lastSeen = rows.findLast((row) => row.author_id === me && row.is_seen === 1);
    if (lastSeen) this.#raise(this.readers.keys(), lastSeen.ordinal);
    const pointers = [...this.readers.values()];
    const upTo = pointers.length === 0 ? 0 : Math.min(...pointers);
    const isNew = (row: ShownMessage): boolean =>
      row.is_seen === 0 && row.author_id === me && row.ordinal <= upTo;
    return rows.some(isNew) ? rows.map((row) => (isNew(row) ? { ...row, is_seen: 1 } : row)) : rows;
  }
}

const userIdsOf = (data: object): string[] => (data as EventData['room.add']).user_ids;
