import { setImmediate } from 'node:timers/promises';
import { RateLimited } from '../../acl/language/errors.ts';
import { FairQueue, type Owner } from '../../db/connection/fair-queue.ts';
import { networkOf } from './addresses.ts';
import { createCounts } from './counts.ts';

/** Whose body it is: a known caller's, or that of an address whose caller is not known yet. */
export type Sender = Owner | { address: string };

/** The bodies that are received into memory. */
export interface Bodies {
  /**
   * Counts bytes of the sender that are on their way, or have arrived while the rest of the body
   * has not. Returns how to release them. Fails with RATE_LIMITED beyond the limit of the sender.
   */
  reserve(sender: Sender, bytes: number): () => void;
  /**
   * Resolves once the body may be parsed: at once if it is small, else in turn, one of each sender,
   * and with other work of the process in between. Fails with RATE_LIMITED if too many wait.
   */
  turn(sender: Sender, bytes: number): Promise<void>;
}

const maxAnonymousBytes = 2 * 1024 * 1024;
const maxBytes = 16 * 1024 * 1024;
const smallBytes = 64 * 1024;

export function createBodies(): Bodies {
  const underWay = createCounts();
  const large = new FairQueue({
    admits: ({ all }) => all < 1,
    waitingPerUser: 32,
    waitingPerHub: 128,
    waitsAtMostMs: 20_000,
    refuse: () => new RateLimited(1),
  });
  return {
    reserve(sender, bytes) {
      const { hubId, userId } = ownerOf(sender);
      const limit = 'address' in sender ? maxAnonymousBytes : maxBytes;
      const key = `${'address' in sender ? hubId : ''} ${userId}`;
      if (underWay.of(key) + bytes > limit) throw new RateLimited(1);
      return underWay.add(key, bytes);
    },
    async turn(sender, bytes) {
      if (bytes > smallBytes) await large.run(ownerOf(sender), () => setImmediate());
    },
  };
}

/** Addresses share the queue with hubs. */
const ownerOf = (sender: Sender): Owner =>
  'address' in sender ? { hubId: networkOf(sender.address), userId: '' } : sender;
