import { Refusal } from '../errors.ts';

/** The packets of a session, one after the other. */
export interface Turns {
  /** Do it once all before it is done. A packet that is here already is not taken a second time. */
  take<T>(sessionId: string, packetId: number | undefined, work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  const queues = new Map<
    string,
    { last: Promise<unknown>; packetIds: Set<number>; waiting: number }
  >();
  return {
    async take(sessionId, packetId, work) {
      const queue = queues.get(sessionId) ?? {
        last: Promise.resolve(),
        packetIds: new Set(),
        waiting: 0,
      };
      queues.set(sessionId, queue);
      if (packetId !== undefined && queue.packetIds.has(packetId))
        throw new Refusal('PACKET_IN_PROGRESS', 'packetId: is being carried out');
      if (packetId !== undefined) queue.packetIds.add(packetId);
      queue.waiting += 1;
      const turn = queue.last.then(work);
      queue.last = turn.catch(() => {});
      try {
        return await turn;
      } finally {
        if (packetId !== undefined) queue.packetIds.delete(packetId);
        queue.waiting -= 1;
        if (queue.waiting === 0) queues.delete(sessionId);
      }
    },
  };
}
