/** What is asked for at the same time is done together. */

/** What is read together at most: the rows of so many take some milliseconds to be handled. */
const gatheredAtOnce = 32;
/** From one read to the next: short reads of one or two keys would cost more than the wait. */
const gatherMs = 20;

/**
 * Returns a function that reads the value of a key. The keys that are asked for while one read is
 * running, or was begun just before, are read together by the next one. `readAll` returns the
 * values in the order of the keys.
 */
export function createGathering<K, V>(
  readAll: (keys: readonly K[]) => Promise<readonly V[]>,
): (key: K) => Promise<V> {
  interface Asked {
    key: K;
    resolve(value: V): void;
    reject(error: unknown): void;
  }
  const enqueue = createBatcher<Asked>(async (asked) => {
    const pause = new Promise<void>((resolve) => setTimeout(resolve, gatherMs));
    try {
      const values = await readAll(asked.map(({ key }) => key));
      asked.forEach(({ resolve }, index) => {
        resolve(values[index] as V);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
    await pause;
  }, gatheredAtOnce);
  return (key) => new Promise((resolve, reject) => enqueue('', { key, resolve, reject }));
}

/**
 * Joins concurrent items into batches. While one batch of a key runs, further items of that key
 * wait and then go together; an item that comes alone starts at once. There is no timer.
 *
 * `run` must not reject: it reports the outcome to each item.
 */
export function createBatcher<T>(
  run: (items: T[]) => Promise<void>,
  size: number,
): (key: string, item: T) => void {
  const queues = new Map<string, T[]>();

  const drain = async (key: string, queue: T[]) => {
    while (queue.length > 0) await run(queue.splice(0, size));
    queues.delete(key);
  };

  return (key, item) => {
    const waiting = queues.get(key);
    if (waiting) {
      waiting.push(item);
      return;
    }
    const queue = [item];
    queues.set(key, queue);
    // At the end of this turn of the event loop, so that calls that arrived together go together.
    setImmediate(() => void drain(key, queue));
  };
}
