import { expect } from 'chai';

/**
 * The longest wait of a test for an event, in ms. Waits end by event, so only a failing test takes
 * that long; it suits a busy machine.
 */
export const patienceMs = 30_000;

/** Waits until the condition holds, for effects shortly after the reply. */
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

/** Starts the work at the first call; every call returns its promise. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
