import type { WakeUps, Work } from '../../db/connection/connect.ts';
import type { JobContext } from './job.ts';

/** When a job runs. */
export interface TimedJob {
  name: string;
  /** Runs it; returns when it is due next, in Unix milliseconds, if that is known. */
  run(): Promise<number | undefined>;
  /** It runs as soon as calls have left it work. Otherwise only the time starts it. */
  wokenBy?: Work;
  /** Runs begin no sooner after the end of the last one, so that they share what waits. */
  pauseMs: number;
  /** It runs after this time at the latest. */
  lookEveryMs: number;
  firstAfterMs: number;
}

export interface TimerContext extends Pick<JobContext, 'clock' | 'report'> {
  wakeUps: WakeUps;
}

/** While the database is away, each failure is a line in the log. */
const afterFailureMs = 5000;

/**
 * Runs a job when it is due, and otherwise asks the database nothing. A wake-up during a run counts
 * for the next one, which reads what the run may have missed. What no wake-up announced, because a
 * process ended or a commit came late, is found by the look at every `lookEveryMs`.
 *
 * Times of work are those of `clock`, which may jump; pauses pass evenly.
 *
 * Returns a function that ends it, which resolves once a run that has begun has ended.
 */
export function runWhenDue(
  { wakeUps, clock, report }: TimerContext,
  { name, run, wokenBy, pauseMs, lookEveryMs, firstAfterMs }: TimedJob,
): () => Promise<void> {
  let dueMs = Number.POSITIVE_INFINITY;
  let lookAt = performance.now() + firstAfterMs;
  let pausedUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;

  function wake(atMs: number): void {
    if (atMs >= dueMs) return;
    dueMs = atMs;
    if (!running) setTimer();
  }

  function setTimer(): void {
    clearTimeout(timer);
    if (isStopped) return;
    const now = performance.now();
    const waitMs = Math.max(pausedUntil - now, Math.min(dueMs - clock(), lookAt - now));
    timer = setTimeout(startIfDue, Math.ceil(waitMs));
  }

  /** The clock may be behind the timer. */
  function startIfDue(): void {
    const isDue = clock() >= dueMs || performance.now() >= lookAt;
    if (isDue) running = runOnce();
    else setTimer();
  }

  async function runOnce(): Promise<void> {
    let pause = pauseMs;
    dueMs = Number.POSITIVE_INFINITY;
    try {
      wake((await run()) ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      report(error, name);
      pause = Math.max(pauseMs, afterFailureMs);
      if (wokenBy) wake(clock());
    }
    pausedUntil = performance.now() + pause;
    lookAt = performance.now() + Math.max(lookEveryMs, pause);
    running = undefined;
    setTimer();
  }

  if (wokenBy) wakeUps.on(wokenBy, wake);
  setTimer();
  return async () => {
    isStopped = true;
    if (wokenBy) wakeUps.off(wokenBy, wake);
    clearTimeout(timer);
    await running;
  };
}
