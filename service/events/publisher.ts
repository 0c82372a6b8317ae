import type { Publication } from './publication.ts';

/** The place of a transaction's events in the order of publication. */
export interface Reservation {
  publish(publication: Publication): void;
  /** The transaction was rolled back: its numbers stay unused. */
  drop(): void;
}

export interface Publisher {
  /** Reserves the place of events from `firstSeq` on. Call it before the commit. */
  reserve(hubId: string, firstSeq: number): Reservation;
  /** Publishes at once what has no number: signals and cuts. */
  publish(publication: Publication): void;
  /**
   * Resolves once everything reserved by now is published or dropped. What the database showed
   * before the call is not published after it resolves.
   */
  drained(hubId: string): Promise<void>;
}

interface Entry {
  seq: number;
  publication?: Publication;
  isDone: boolean;
  whenDone: (() => void)[];
}

/**
 * Publishes the events of a hub in the order of their numbers, in whichever order the commits are
 * confirmed. Numbers are reserved while the hub's row is locked, so a smaller number is always
 * reserved before a greater one can be published.
 */
export function createPublisher(deliver: (publication: Publication) => void): Publisher {
  const pending = new Map<string, Entry[]>();

  const flush = (hubId: string) => {
    const queue = pending.get(hubId) ?? [];
    while (queue[0]?.isDone) {
      const head = queue.shift();
      if (head?.publication) deliver(head.publication);
      for (const resolve of head?.whenDone ?? []) resolve();
    }
    if (queue.length === 0) pending.delete(hubId);
  };

  return {
    reserve(hubId, firstSeq) {
      const entry: Entry = { seq: firstSeq, isDone: false, whenDone: [] };
      const queue = pending.get(hubId) ?? [];
      const place = queue.findIndex((other) => other.seq > firstSeq);
      queue.splice(place < 0 ? queue.length : place, 0, entry);
      pending.set(hubId, queue);
      const finish = (publication?: Publication) => {
        if (publication) entry.publication = publication;
        entry.isDone = true;
        flush(hubId);
      };
      return { publish: finish, drop: () => finish() };
    },
    publish: deliver,
    drained: (hubId) =>
      new Promise((resolve) => {
        const newest = pending.get(hubId)?.at(-1);
        if (newest) newest.whenDone.push(resolve);
        else resolve();
      }),
  };
}
