import type { Source } from './source.ts';
import type { AnyEvent, CallResultOf, Ready } from './types.ts';

/** What a feed reports, in this order for each change. */
export interface FeedListener {
  /** Events in the order of their seq, each once and none left out. */
  onEvents(events: readonly AnyEvent[]): void;
  onSignal(name: string, payload: SignalPayload): void;
  /** What happened before is not known: everything must be loaded again. */
  onReset(): void;
  /** There is a connection, again. */
  onReady(): void;
  /** The feed is complete up to this seq. */
  onComplete(seq: number): void;
}

export interface SignalPayload {
  entity_id: string;
  actor_id: string;
  data: object;
}

/** The events of a connection without gaps: what it has missed is read by `chat.sync`. */
export class Feed {
  /** All events up to this one have been reported. */
  #seq = 0;
  /** Up to here no event of any stream is missing, also of streams that are not in `#last`. */
  #base = 0;
  /** The last event of each stream since then. */
  readonly #last = new Map<string, number>();
  /** Events that wait for those before them. */
  #waiting: AnyEvent[] = [];
  #isSyncing = false;
  #hasBegun = false;
  readonly #source: Source;
  readonly #listener: FeedListener;

  constructor(source: Source, listener: FeedListener) {
    this.#source = source;
    this.#listener = listener;
  }

  get seq(): number {
    return this.#seq;
  }

  /** The connection is complete up to this seq, and events follow. */
  begin({ seq, recovered }: Pick<Ready, 'seq' | 'recovered'>): void {
    if (!recovered || !this.#hasBegun) {
      this.#hasBegun = true;
      this.#waiting = [];
      this.#reset(seq);
    } else if (this.#isSyncing || this.#waiting.length > 0) void this.#sync();
    else this.#seq = Math.max(this.#seq, seq);
    this.#listener.onReady();
    this.#listener.onComplete(this.#seq);
  }

  /** The same, of another tab's connection, whose events may have been missed here. */
  beginRelayed(ready: Pick<Ready, 'seq' | 'recovered'>): void {
    if (!ready.recovered || !this.#hasBegun) this.begin(ready);
    else if (ready.seq > this.#seq) void this.#sync();
  }

  signal(name: string, payload: SignalPayload): void {
    this.#listener.onSignal(name, payload);
  }

  #reset(seq: number): void {
    this.#seq = seq;
    this.#base = seq;
    this.#last.clear();
    this.#listener.onReset();
  }

  /** Takes an event. Those that come twice, or before the connection has begun, are left out. */
  receive(event: AnyEvent): void {
    if (!this.#hasBegun || event.seq <= this.#seq) return;
    if (this.#isSyncing || this.#waiting.length > 0 || this.#isAfterGap(event)) {
      this.#waiting.push(event);
      void this.#sync();
      return;
    }
    this.#report([event]);
  }

  /** Whether an event of the same stream before this one is missing. */
  #isAfterGap({ name, stream, prev, data }: AnyEvent): boolean {
    // While the member was away from a room, they got nothing of its stream.
    const { user_ids: userIds = [] } = data as { user_ids?: string[] };
    if ((name === 'room.add' || name === 'room.remove') && userIds.includes(this.#source.userId))
      return false;
    const last = this.#last.get(stream);
    return last === undefined ? prev > this.#base : prev !== last;
  }

  #report(events: readonly AnyEvent[]): void {
    for (const { stream, seq } of events) {
      this.#last.set(stream, seq);
      this.#seq = seq;
    }
    if (events.length > 0) this.#listener.onEvents(events);
    this.#listener.onComplete(this.#seq);
  }

  /** Reads what is missing, then what has waited for it.  */
  async #sync(): Promise<void> {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    try {
      for (let more = true; more; ) {
        const page = (await this.#source.call('chat.sync', {
          since: this.#seq,
        })) as CallResultOf<'chat.sync'>;
        if (!page.recovered) this.#reset(page.seq);
        this.#report(page.events.filter(({ seq }) => seq > this.#seq));
        this.#seq = Math.max(this.#seq, page.seq);
        more = page.more;
      }
      const later = this.#waiting.filter(({ seq }) => seq > this.#seq);
      this.#waiting = [];
      this.#isSyncing = false;
      for (const event of later) this.receive(event);
    } catch {
      this.#isSyncing = false;
      this.#source.failed();
    }
  }

  /** Reads again what is missing, if that failed. */
  retry(): void {
    if (this.#waiting.length > 0) void this.#sync();
  }
}
