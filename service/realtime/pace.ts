import { setImmediate as nextTurn } from 'node:timers/promises';

/** What is done at once, in milliseconds: calls under way are delayed by that much. */
const sliceMs = 2;

/**
 * Returns a function that resolves when the work after it may be done. Of many that arrive at the
 * same time a few go on in each turn of the event loop, so that other work is done in between.
 */
export function createPace(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    for (let began = performance.now(); ; ) {
      const start = waiting.shift();
      if (!start) break;
      start();
      // Runs when the work has been done, as far as it does not wait for anything.
      await new Promise<void>((resolve) => process.nextTick(resolve));
      if (performance.now() < began + sliceMs) continue;
      await nextTurn();
      began = performance.now();
    }
    isRunning = false;
  }

  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (!isRunning) void run();
    });
}
