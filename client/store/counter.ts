import { createSubject } from './observable.ts';
import type { Source } from './source.ts';
import type { Counters } from './types.ts';

/** Events that come within this time are counted together, in milliseconds. */
const pauseMs = 100;

/** The member's unread messages, read from the service once events may have changed them. */
export class Counter {
  readonly #source: Source;
  readonly view = createSubject<Counters | undefined>(undefined);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isReading = false;
  #isStale = false;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Shows what was known at an earlier time. */
  restore(counters: Counters | undefined): void {
    this.view.set(counters);
  }

  get isSettled(): boolean {
    return this.#timer === undefined && !this.#isReading && !this.#isStale;
  }

  /** Counts again soon. */
  change(): void {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#timer ??= setTimeout(() => void this.#read(), pauseMs);
  }

  /** Counts again if that failed. */
  retry(): void {
    if (this.#isStale) this.change();
  }

  async #read(): Promise<void> {
    this.#timer = undefined;
    this.#isReading = true;
    this.#isStale = false;
    try {
      this.view.set((await this.#source.call('chat.count_all')) as Counters);
    } catch {
      this.#isStale = true;
      this.#isReading = false;
      return this.#source.failed();
    }
    this.#isReading = false;
    if (this.#isStale) this.change();
  }
}
