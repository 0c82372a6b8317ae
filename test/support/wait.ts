import { expect } from 'chai';

/**
 * How long tests wait for what must happen, in ms. Waits end by event, so only a failing test takes that long;
 * it is meant for a machine on which much else runs.
 */
export const patienceMs = 30_000;

/** Waits until it holds, for what happens a moment after the reply. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  ms = patienceMs,
): Promise<void> {
  const end = Date.now() + ms;
  for (let pause = 1; !(await holds()); pause = Math.min(pause * 2, 20)) {
    if (Date.now() > end) expect.fail(`did not come true within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
