import type { Recorded } from '../../db/log/append.ts';
import type { Cut, Signal } from '../core/call.ts';

/** What a committed call tells: its events, whom to cut, and what has no number. */
export interface Publication {
  hubId: string;
  events: readonly Recorded[];
  cuts: readonly Cut[];
  signals?: readonly Signal[];
}

export interface Publisher {
  /** Before the commit: these numbers are taken. Answers how to say what became of them. */
  reserve(
    hubId: string,
    firstSeq: number,
  ): { publish(publication: Publication): void; drop(): void };
  /** For what has no number. */
  publish(publication: Publication): void;
  /** Resolves once all that is reserved by now has been told or dropped: what the database showed before is not told after. */
  told(hubId: string): Promise<void>;
}

interface Entry {
  seq: number;
  publication?: Publication;
  settled: boolean;
  /** Who waits for it to be told. */
  hear: (() => void)[];
}

/**
 * Publishes a hub's events in the order of their seqs, whichever connection heard of its commit first. Numbers are reserved while
 * the hub's row is locked, so a smaller one is always reserved before a greater one can be published.
 */
export function createPublisher(deliver: (publication: Publication) => void): Publisher {
  const pending = new Map<string, Entry[]>();

  const flush = (hubId: string) => {
    const queue = pending.get(hubId) ?? [];
    while (queue[0]?.settled) {
      const head = queue.shift();
      if (head?.publication) deliver(head.publication);
      for (const hear of head?.hear ?? []) hear();
    }
    if (queue.length === 0) pending.delete(hubId);
  };

  return {
    reserve(hubId, firstSeq) {
      const entry: Entry = { seq: firstSeq, settled: false, hear: [] };
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
    told: (hubId) =>
      new Promise((resolve) => {
        const newest = pending.get(hubId)?.at(-1);
        if (newest) newest.hear.push(resolve);
        else resolve();
      }),
  };
}
