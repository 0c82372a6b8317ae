import type { Recorded } from '../db/record.ts';
import type { Cut } from './call.ts';

/** What a committed call tells: its events, and whom to cut. */
export interface Publication {
  hubId: string;
  events: readonly Recorded[];
  cuts: readonly Cut[];
}

export interface Publisher {
  /** Before the commit: these numbers are taken. Answers how to say what became of them. */
  reserve(hubId: string, firstSeq: number): { publish(publication: Publication): void; drop(): void };
  /** For what has no number. */
  publish(publication: Publication): void;
}

/**
 * Publishes a hub's events in the order of their seqs, whichever connection heard of its commit first. Numbers are reserved while
 * the hub's row is locked, so a smaller one is always reserved before a greater one can be published.
 */
export function createPublisher(deliver: (publication: Publication) => void): Publisher {
  const pending = new Map<string, { seq: number; publication?: Publication; settled: boolean }[]>();

  const flush = (hubId: string) => {
    const queue = pending.get(hubId) ?? [];
    while (queue[0]?.settled) {
      const head = queue.shift();
      if (head?.publication) deliver(head.publication);
    }
    if (queue.length === 0) pending.delete(hubId);
  };

  return {
    reserve(hubId, firstSeq) {
      const entry: { seq: number; publication?: Publication; settled: boolean } = { seq: firstSeq, settled: false };
      const queue = pending.get(hubId) ?? [];
      const place = queue.findIndex((other) => other.seq > firstSeq);
      queue.splice(place < 0 ? queue.length : place, 0, entry);
      pending.set(hubId, queue);
      const settle = (publication?: Publication) => {
        if (publication) entry.publication = publication;
        entry.settled = true;
        flush(hubId);
      };
      return { publish: settle, drop: () => settle() };
    },
    publish: deliver,
  };
}
