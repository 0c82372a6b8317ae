import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayMs } from '../../acl/language/time.ts';

/** The time by which jobs delete. */
export interface SteadyClock {
  /**
   * Returns the clock for one run of a job that deletes by the time, in Unix milliseconds. It does
   * not follow the system's clock, which may jump during the run. Undefined: it is not certain what
   * time it is, and the run must be left out.
   */
  forRun(): Promise<(() => number) | undefined>;
}

export interface SteadyClockOptions {
  /** Unix milliseconds. */
  clock: () => number;
  /** The database's clock. */
  databaseClock: () => Promise<number>;
  /** The time that was last certain is kept here, for the next start. */
  dataDir: string;
  warn: (sentence: string) => void;
  /** Milliseconds that pass evenly, whatever happens to the clock. */
  monotonic?: () => number;
}

/** By how much clocks may differ, and the system's clock may be corrected at once. */
const toleratedMs = 60_000;
const steadyForMs = 3_600_000;
/** A service that has not run for longer, by its clock, cannot know whether the clock is right. */
const offForMs = dayMs;
const writtenEveryMs = 3_600_000;

/**
 * Trusts the system's clock only while the database's clock agrees, and after it has run evenly for
 * an hour: since it jumped in either direction, or since a start long after the last run, which may
 * be in the middle of a jump. What is deleted cannot come back; an hour later is soon enough.
 */
export function createSteadyClock({
  clock,
  databaseClock,
  dataDir,
  warn,
  monotonic = () => performance.now(),
}: SteadyClockOptions): SteadyClock {
  const last = createLastTime(join(dataDir, 'last-time'));
  let offsetMs = clock() - monotonic();
  let steadyFromMs = 0;
  let suspicion = '';
  let warned: string | undefined;
  let compared: Promise<void> | undefined;

  function waitBecause(what: string): void {
    suspicion = what;
    steadyFromMs = monotonic() + steadyForMs;
  }

  /** A first start has nothing to compare with, and little to delete. */
  async function compareWithLast(): Promise<void> {
    const offMs = clock() - (await last.read());
    if (offMs < -toleratedMs) waitBecause('By the clock this service last ran in the future');
    if (offMs > offForMs) waitBecause('By the clock this service last ran more than a day ago');
  }

  function lookForJump(nowMs: number, passedMs: number): void {
    const movedMs = Math.abs(nowMs - passedMs - offsetMs);
    offsetMs = nowMs - passedMs;
    if (movedMs > toleratedMs) waitBecause('The clock has jumped');
  }

  /** Logs a reason once, until there is another or none. */
  function leaveOut(reason: string, until: string): undefined {
    if (reason !== warned) warn(`${reason}; jobs that delete wait until ${until}.`);
    warned = reason;
  }

  return {
    async forRun() {
      compared ??= compareWithLast();
      await compared;
      const nowMs = clock();
      const beganMs = monotonic();
      lookForJump(nowMs, beganMs);
      if (beganMs < steadyFromMs) return leaveOut(suspicion, 'it has been steady for an hour');
      const apartMs = (await databaseClock()) - nowMs;
      if (apartMs < -toleratedMs || apartMs > toleratedMs + monotonic() - beganMs)
        return leaveOut("The database's clock differs from this machine's", 'they agree');
      warned = undefined;
      await last.write(nowMs);
      return () => nowMs + monotonic() - beganMs;
    },
  };
}

/** The time that was last certain, in a file; written about once an hour. */
function createLastTime(path: string) {
  let writtenMs = Number.NEGATIVE_INFINITY;
  return {
    /** NaN if there is none. */
    read: async () => Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10),
    async write(ms: number): Promise<void> {
      if (Math.abs(ms - writtenMs) < writtenEveryMs) return;
      writtenMs = ms;
      // A full disk is no reason to stop.
      await writeFile(path, `${Math.floor(ms)}\n`, { mode: 0o600 }).catch(() => {});
    },
  };
}
