import { setTimeout as sleep } from 'node:timers/promises';

/** Callers who each make their next call when the last one is complete. */
export interface Loop {
  callers: number;
  seconds: number;
  warmSeconds: number;
  /** Makes one call of a caller; returns its latency in ms. */
  work(caller: number): Promise<number>;
}

/**
 * Runs a loop, and reads a meter when it is warm and at its end. Only operations that are completed
 * in between count.
 */
export async function runLoop<T>(loop: Loop, readMeter: () => T) {
  let isRunning = true;
  let latencies: number[] = [];
  const runCaller = async (caller: number): Promise<void> => {
    while (isRunning) {
      const latency = await loop.work(caller);
      if (isRunning) latencies.push(latency);
    }
  };
  const callers = Promise.all(Array.from({ length: loop.callers }, (_, n) => runCaller(n)));
  try {
    await Promise.race([sleep(loop.warmSeconds * 1000), callers]);
    latencies = [];
    const before = readMeter();
    const start = performance.now();
    await Promise.race([sleep(loop.seconds * 1000), callers]);
    const seconds = (performance.now() - start) / 1000;
    isRunning = false;
    return { count: latencies.length, seconds, latencies, before, after: readMeter() };
  } finally {
    isRunning = false;
    await callers;
  }
}
