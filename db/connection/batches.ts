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
  const enqueue = createBatcher<Asked>(
    async (asked) => {
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
    },
    { size: gatheredAtOnce },
  );
  return (key) => new Promise((resolve, reject) => enqueue('', { key, resolve, reject }));
}

/**
 * Joins concurrent items into batches. While as many batches of a key run as may, further items of
 * that key wait and then go together; an item that comes alone starts at once. There is no timer.
 *
 * `run` must not reject: it reports the outcome to each item.
 */
export function createBatcher<T>(
  run: (items: T[]) => Promise<void>,
  { size, atOnce = 1 }: { size: number; atOnce?: number },
): (key: string, item: T) => void {
  interface Line {
    waiting: T[];
    running: number;
    isStarting: boolean;
  }
  const lines = new Map<string, Line>();

  function start(key: string, line: Line): void {
    line.isStarting = false;
    while (line.waiting.length > 0 && line.running < atOnce) {
      line.running += 1;
      void run(line.waiting.splice(0, size)).then(() => {
        line.running -= 1;
        startSoon(key, line);
      });
    }
    if (line.running === 0) lines.delete(key);
  }

  /** At the end of this turn of the event loop, so that what arrives together goes together. */
  function startSoon(key: string, line: Line): void {
    if (line.isStarting) return;
    line.isStarting = true;
    setImmediate(() => start(key, line));
  }

  return (key, item) => {
    const line = lines.get(key) ?? { waiting: [], running: 0, isStarting: false };
    lines.set(key, line);
    line.waiting.push(item);
    if (line.running < atOnce) startSoon(key, line);
  };
}
