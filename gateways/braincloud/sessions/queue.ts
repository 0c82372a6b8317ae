import { Refusal } from '../errors.ts';

/** Runs the work of each session one piece after the other. */
export interface SessionQueue {
  /**
   * Runs `work` after all earlier work of the session. Throws PACKET_IN_PROGRESS if a packet with
   * the same number is running or waiting; work without a number never conflicts.
   */
  run<T>(sessionId: string, packetId: number | undefined, work: () => Promise<T>): Promise<T>;
}

interface Queue {
  /** Settles when the work added last has ended. */
  last: Promise<unknown>;
  packetIds: Set<number>;
  length: number;
}

export function createSessionQueue(): SessionQueue {
  const queues = new Map<string, Queue>();
  return {
    async run(sessionId, packetId, work) {
      const queue = queues.get(sessionId) ?? {
        last: Promise.resolve(),
        packetIds: new Set(),
        length: 0,
      };
      queues.set(sessionId, queue);
      if (packetId !== undefined && queue.packetIds.has(packetId))
        throw new Refusal('PACKET_IN_PROGRESS', 'packetId: this packet is being processed');
      if (packetId !== undefined) queue.packetIds.add(packetId);
      queue.length += 1;
      const result = queue.last.then(work);
      queue.last = result.catch(() => {});
      try {
        return await result;
      } finally {
        if (packetId !== undefined) queue.packetIds.delete(packetId);
        queue.length -= 1;
        if (queue.length === 0) queues.delete(sessionId);
      }
    },
  };
}
