import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** After so many pauses of a millisecond the next one goes on although the event loop is busy. */
const mostPauses = 3;

/**
 * Returns a function that resolves when the work after it may be done. What arrives at the same
 * time goes on one by one, each when the event loop has been idle: calls are served before, and
 * the work that follows from the previous one.
 */
export function createPace(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    for (let start = waiting.shift(); start; start = waiting.shift()) {
      start();
      await idleLoop();
    }
    isRunning = false;
  }

  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (!isRunning) void run();
    });
}

/** Resolves once the event loop has waited for something to do, or soon if it is always busy. */
async function idleLoop(): Promise<void> {
  const { idle } = performance.eventLoopUtilization();
  for (let pauses = 0; pauses < mostPauses; pauses++) {
    await sleep(1);
    if (performance.eventLoopUtilization().idle > idle) return;
  }
}
