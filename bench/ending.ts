/** Stops what the benchmark has started, however it ends. */
export class Ending {
  readonly #stops: (() => Promise<void>)[] = [];
  readonly #report: (error: Error) => void;
  #hasBegun = false;

  constructor(report: (error: Error) => void) {
    this.#report = report;
  }

  /** Notes how to stop something. Throws if the end has begun, so that nothing else is started. */
  readonly add = (stop: () => Promise<void>): void => {
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
