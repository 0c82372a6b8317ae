import { mkdtemp, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Has something stopped at the end, the last first. Throws if the benchmark is already ending. */
export type AtEnd = (stop: () => Promise<void>) => void;

/** Stops what the benchmark has started, however it ends. */
class Ending {
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

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const exitCodeOfSignal = 130;
/** The longest wait for a start that an interrupted benchmark has begun. */
const mostStartMs = 20_000;

/**
 * Runs a benchmark in a new folder, whose path begins with `prefix`. Stops what it has started and
 * removes the folder, also when a signal interrupts it. Resolves to the exit code.
 */
export async function runInFolder(
  prefix: string,
  work: (folder: string, atEnd: AtEnd) => Promise<void>,
  report: (error: Error) => void,
): Promise<number> {
  // A terminal's signal comes twice, from the terminal and from npm, and more do no harm.
  const interrupted = new Promise<number>((resolve) => {
    for (const name of signals) process.on(name, () => resolve(exitCodeOfSignal));
  });
  const folder = await mkdtemp(prefix);
  const ending = new Ending(report);
  const done = work(folder, ending.add).then(() => 0);
  try {
    return await Promise.race([done, interrupted]);
  } finally {
    await ending.run();
    // An interrupted benchmark may have been starting something.
    await Promise.race([done.catch(() => {}), sleep(mostStartMs)]);
    await ending.run();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ends the process with the exit code that a benchmark resolves to. */
export const exitWith = (code: Promise<number>): Promise<never> =>
  code.then(process.exit, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
    process.exit(1);
  });
