/** Has something stopped at the end, the last first. Throws if the benchmark is already ending. */
export type AtEnd = (stop: () => Promise<void>) => void;

/** Stops what the benchmark has started, however it ends. */
export class Ending {
  readonly #stops: (() => Promise<void>)[] = [];
  readonly #report: (error: Error) => void;
  #hasBegun = false;

  constructor(report: (error: Error) => void) {
    this.#report = report;
  }

  readonly add: AtEnd = (stop) => {
    this.#stops.push(stop);
    if (this.#hasBegun) throw new Error('the benchmark is ending');
  };

  /** Stops what was added, the last first. */
  async run(): Promise<void> {
    this.#hasBegun = true;
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop())
      await stop().catch(this.#report);
  }
}
