/**
 * Joins concurrent work into batches: while one batch is under way the next items wait, then go together. No timer: alone,
 * an item goes at once. `run` settles each item by itself.
 */
export function createBatcher<T>(
  run: (key: string, items: T[]) => Promise<void>,
  size: number,
): (key: string, item: T) => void {
  const queues = new Map<string, T[]>();

  const drain = async (key: string, queue: T[]) => {
    while (queue.length > 0) await run(key, queue.splice(0, size));
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
    // At the end of the turn, so that calls that arrived together go together.
    setImmediate(() => void drain(key, queue));
  };
}
