/**
 * Sums of unread messages of members of many rooms, kept in the memory of this process, which
 * is the only one that writes to the database. A transaction says which rooms it changes; these are
 * read again when their member's total is needed next.
 */
export class UnreadTotals {
  /** Members of fewer rooms are counted each time. */
  leastRooms = 100;
  readonly #hubs = new Map<string, Map<string, KeptTotal>>();
  /** Until when nothing is kept of a hub, in the time of `performance`. */
  readonly #pausedUntil = new Map<string, number>();

  /** Returns the total of a member, if it is kept or shall be. */
  find(hubId: string, userId: string): KeptTotal | undefined {
    const users = this.#hubs.get(hubId);
    const kept = users?.get(userId);
    if (!users || !kept) return undefined;
    kept.usedAt = performance.now();
    if (!kept.isOutdated()) return kept;
    const empty = new KeptTotal(kept.size);
    users.set(userId, empty);
    return empty;
  }

  /** Keeps the total of a member who was found to be in so many rooms. */
  keep(hubId: string, userId: string, rooms: number): void {
    if (rooms < this.leastRooms || this.#isPaused(hubId)) return;
    const users = this.#hubs.get(hubId) ?? new Map<string, KeptTotal>();
    if (users.has(userId)) return;
    this.#hubs.set(hubId, users.set(userId, new KeptTotal(rooms)));
    this.#evict();
  }

  /** Unread counts in a room may have changed: for all participants, or for one. */
  change(hubId: string, roomId: string, userId?: string): void {
    const users = this.#hubs.get(hubId);
    if (!users) return;
    if (userId !== undefined) users.get(userId)?.change(roomId, true);
    else for (const kept of users.values()) kept.change(roomId, false);
  }

  /** It is unknown whether rooms of a hub have changed, or will: nothing is kept for a while. */
  pause(hubId: string): void {
    this.#hubs.delete(hubId);
    this.#pausedUntil.set(hubId, performance.now() + pauseMs);
  }

  #isPaused(hubId: string): boolean {
    const until = this.#pausedUntil.get(hubId);
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.#pausedUntil.delete(hubId);
    return false;
  }

  /** Drops what was not used for longest, while there is too much. */
  #evict(): void {
    const all = [...this.#hubs].flatMap(([hubId, users]) =>
      [...users].map(([userId, kept]) => ({ hubId, userId, kept })),
    );
    let rooms = all.reduce((sum, { kept }) => sum + kept.size, 0);
    if (rooms <= mostRooms && all.length <= mostMembers) return;
    let members = all.length;
    for (const { hubId, userId, kept } of all.sort((a, b) => a.kept.usedAt - b.kept.usedAt)) {
      if (rooms <= mostRooms && members <= mostMembers) return;
      this.#hubs.get(hubId)?.delete(userId);
      rooms -= kept.size;
      members -= 1;
    }
  }
}

/** An entry takes about 120 bytes. */
const mostRooms = 300_000;
const mostMembers = 300;
/** The server ends a transaction whose connection is lost sooner than that. */
const pauseMs = 60_000;
/** `npm run recount --fix` may correct rooms beside the service. */
const lifetimeMs = 600_000;

/** The rooms in which a member's unread messages are to be counted. */
export interface TotalQuestion {
  /** Absent: all rooms of the member. */
  roomIds?: readonly string[];
  /** How many changes had been noticed before they are read, and the last one of each room. */
  changes: number;
  changeOf: ReadonlyMap<string, number>;
}

/** The unread messages of a member in a room, and the sum to which they belong. */
export interface RoomUnread {
  unread: number;
  kind: 'direct' | 'share' | 'archived';
}

/** Numbers of unread messages over conversations. */
export interface UnreadSums {
  /** In direct conversations that are not archived. */
  direct: number;
  /** In groups and channels that are not archived. */
  share: number;
  archived: number;
  /** How many conversations have unread messages. */
  heads: number;
}

const noUnread: UnreadSums = { direct: 0, share: 0, archived: 0, heads: 0 };

/** Adds a room to sums, or takes it out of them. */
function count(sums: UnreadSums, room: RoomUnread | undefined, sign: 1 | -1): void {
  if (!room || room.unread === 0) return;
  sums[room.kind] += sign * room.unread;
  sums.heads += sign;
}

/** The unread messages of one member by room, and their sums. */
export class KeptTotal {
  usedAt = performance.now();
  readonly #madeAt = performance.now();
  readonly #unread = new Map<string, RoomUnread>();
  /** Rooms that are to be read, with the number of their last change. */
  readonly #stale = new Map<string, number>();
  readonly #sums = { ...noUnread };
  #changes = 0;
  #isLoaded = false;
  readonly #expected: number;

  /** `expected`: in how many rooms the member is. */
  constructor(expected: number) {
    this.#expected = expected;
  }

  get size(): number {
    return this.#isLoaded ? this.#unread.size : this.#expected;
  }

  /** It is too old, or it is cheaper to read all rooms again. */
  isOutdated(): boolean {
    const isOld = performance.now() > this.#madeAt + lifetimeMs;
    return isOld || this.#stale.size > 100 + this.size / 4;
  }

  /** A room may have changed, which may be one that the member has joined. */
  change(roomId: string, isOwn: boolean): void {
    this.#changes += 1;
    if (isOwn || !this.#isLoaded || this.#unread.has(roomId))
      this.#stale.set(roomId, this.#changes);
  }

  /** Returns what is to be read now. Another question may be asked before it is answered. */
  ask(): TotalQuestion {
    const asked = { changes: this.#changes, changeOf: new Map(this.#stale) };
    return this.#isLoaded ? { ...asked, roomIds: [...this.#stale.keys()] } : asked;
  }

  /**
   * Takes the answer to a question: the unread messages by room, without rooms that the member is
   * not in. Returns the sums over all rooms but some, as of the moment of the answer.
   */
  answer(
    question: TotalQuestion,
    counts: ReadonlyMap<string, RoomUnread>,
    except: readonly string[] = [],
  ): UnreadSums {
    if (!question.roomIds) return this.#load(question, counts, except);
    /** Rooms that have changed again after they were read. */
    const later = new Map<string, RoomUnread | undefined>();
    for (const roomId of question.roomIds) {
      const change = this.#stale.get(roomId);
      // Without a change it was read by a later question.
      if (change === undefined) continue;
      if (change === question.changeOf.get(roomId)) this.#set(roomId, counts.get(roomId));
      else later.set(roomId, counts.get(roomId));
    }
    const sums = { ...this.#sums };
    for (const [roomId, room] of later) {
      count(sums, this.#unread.get(roomId), -1);
      count(sums, room, 1);
    }
    for (const roomId of new Set(except))
      count(sums, later.has(roomId) ? later.get(roomId) : this.#unread.get(roomId), -1);
    return sums;
  }

  #load(
    { changes }: TotalQuestion,
    counts: ReadonlyMap<string, RoomUnread>,
    except: readonly string[],
  ): UnreadSums {
    const sums = { ...noUnread };
    for (const room of counts.values()) count(sums, room, 1);
    if (!this.#isLoaded) {
      this.#isLoaded = true;
      Object.assign(this.#sums, sums);
      for (const [roomId, room] of counts) this.#unread.set(roomId, room);
      for (const [roomId, change] of this.#stale) if (change <= changes) this.#stale.delete(roomId);
    }
    for (const roomId of new Set(except)) count(sums, counts.get(roomId), -1);
    return sums;
  }

  #set(roomId: string, room: RoomUnread | undefined): void {
    this.#stale.delete(roomId);
    count(this.#sums, this.#unread.get(roomId), -1);
    count(this.#sums, room, 1);
    if (room === undefined) this.#unread.delete(roomId);
    else this.#unread.set(roomId, room);
  }
}
