import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../measure/sample.ts';

/** What a receiver gets, one message at a time. */
export interface Deliveries {
  /** Notes that the message has come. */
  note(): void;
  /** Resolves when it has come; rejects after some seconds. */
  next(): Promise<void>;
}

/** A sender and a receiver. */
export interface Conversation {
  delivered: Deliveries;
  /** Resolves when the message is answered. */
  send(): Promise<void>;
  close(): void;
}

const lostAfterMs = 10_000;

export function deliveries(): Deliveries {
  let resolve: (() => void) | undefined;
  return {
    note: () => resolve?.(),
    next: () =>
      new Promise((done, reject) => {
        const timer = setTimeout(() => reject(new Error('a message was lost')), lostAfterMs);
        resolve = () => {
          clearTimeout(timer);
          resolve = undefined;
          done();
        };
      }),
  };
}

/** Lets conversations go on while they are measured; the latency is that of answer and delivery. */
export async function measureConversations(
  callers: number,
  open: (caller: number) => Promise<Conversation>,
  measure: (work: (caller: number) => Promise<number>) => Promise<Sample>,
): Promise<Sample> {
  const all = await Promise.all(Array.from({ length: callers }, (_, n) => open(n)));
  try {
    return await measure(async (caller) => {
      const one = all[caller] as Conversation;
      const start = performance.now();
      await Promise.all([one.delivered.next(), one.send()]);
      return performance.now() - start;
    });
  } finally {
    for (const one of all) one.close();
    // The server notices that they have gone, before the next one is measured.
    await sleep(200);
  }
}
