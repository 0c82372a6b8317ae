import type { Pool } from '../../db/connection/connect.ts';
import { transact } from '../../db/connection/transaction.ts';
import { type Seen, saveLastSeen } from '../../db/rows/identity/last-seen.ts';

/** Keeps when members were last seen, to the minute. */
export interface LastSeen {
  /** A member has called, or opened a socket. */
  note(hubId: string, userId: string): void;
  /** Writes what is left. */
  stop(): Promise<void>;
}

interface LastSeenDependencies {
  pool: Pool;
  /** Unix milliseconds. */
  clock: () => number;
  report: (error: unknown, where: string) => void;
}

const exactMs = 60_000;
/** Members who come at about the same time share a statement. */
const writeAfterMs = 1000;
const rowsAtOnce = 1000;
const maxKept = 100_000;

/** Creates what notes members without a statement of their own, and none while nobody calls. */
export function createLastSeen({ pool, clock, report }: LastSeenDependencies): LastSeen {
  /** When members were noted last, the longest ago first. */
  const noted = new Map<string, number>();
  let waiting: Seen[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    timer = undefined;
    const rows = waiting;
    waiting = [];
    for (let from = 0; from < rows.length; from += rowsAtOnce)
      await transact(pool, (tx) => saveLastSeen(tx, rows.slice(from, from + rowsAtOnce))).catch(
        (error: unknown) => report(error, 'last seen'),
      );
  }
  const writeInTurn = (): Promise<void> => {
    writing = writing.then(write);
    return writing;
  };

  return {
    note(hubId, userId) {
      const [key, now] = [`${hubId} ${userId}`, clock()];
      if (Math.abs(now - (noted.get(key) ?? 0)) < exactMs) return;
      noted.delete(key);
      noted.set(key, now);
      for (const oldest of noted.keys()) {
        if (noted.size <= maxKept) break;
        noted.delete(oldest);
      }
      waiting.push({ hubId, userId, seenMs: now });
      timer ??= setTimeout(() => void writeInTurn(), writeAfterMs);
    },
    stop() {
      clearTimeout(timer);
      return writeInTurn();
    },
  };
}
