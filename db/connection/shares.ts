import { Busy } from '../../acl/language/errors.ts';
import { FairQueue, type Owner } from './fair-queue.ts';

/**
 * On whose behalf a transaction uses connections: of a caller in a hub, or to find out who calls.
 * Without it the service itself works: its few jobs do not queue.
 */
export type Share = Owner | 'lookup';

/** What guards the connections of one share: for single reads, and for whole transactions. */
export interface Lanes {
  reads: FairQueue;
  writes: FairQueue;
}

export interface ConnectionShares {
  /** The most connections that are in use at once. */
  total: number;
  lanesOf(share: Share): Lanes;
  ownerOf(share: Share): Owner;
}

const forJobs = 4;
const waitsAtMostMs = 10_000;
const nobody: Owner = { hubId: '', userId: '' };

/**
 * Divides connections between reads and writes, so that neither can hold the other up, and keeps
 * some for finding out who calls. Within a share one user gets at most as many as are free, and one
 * hub twice as many: busy owners always leave some to others, and one alone can use most.
 */
export function createShares(connections: number): ConnectionShares {
  const fair = (atOnce: number): FairQueue =>
    new FairQueue({
      admits({ all, ofHub, ofUser }) {
        const free = atOnce - all;
        return free > 0 && ofUser < free && ofHub < 2 * free;
      },
      waitingPerUser: 256,
      waitingPerHub: 1024,
      waitsAtMostMs,
      refuse: () => new Busy(),
    });
  const quarter = Math.max(1, Math.floor(connections / 4));
  const lookups = new FairQueue({
    admits: ({ all }) => all < quarter,
    waitingPerUser: 4096,
    waitingPerHub: 4096,
    waitsAtMostMs,
    refuse: () => new Busy(),
  });
  const half = Math.max(2, 2 * quarter);
  const ofCallers: Lanes = { reads: fair(half), writes: fair(half) };
  const ofLookups: Lanes = { reads: lookups, writes: lookups };
  return {
    total: quarter + 2 * half + forJobs,
    lanesOf: (share) => (share === 'lookup' ? ofLookups : ofCallers),
    ownerOf: (share) => (share === 'lookup' ? nobody : share),
  };
}
