import { Busy } from '../../acl/language/errors.ts';
import { FairQueue, type Owner } from './fair-queue.ts';
import { joinedAtOnce } from './joined-reads.ts';

/**
 * On whose behalf a transaction uses connections: of a caller in a hub, or to find out who calls.
 * Without it the service itself works: its few jobs do not queue.
 */
export type Share = Owner | 'lookup';

/**
 * What guards the connections of one share: for calls whose reads are joined, for reads by
 * themselves, and for whole transactions.
 */
export interface Lanes {
  joined: FairQueue;
  reads: FairQueue;
  writes: FairQueue;
}

export interface ConnectionShares {
  /** The most connections that are in use at once. */
  total: number;
  /** How many are in use at once for joined reads, of each kind of share. */
  joined: number;
  lanesOf(share: Share): Lanes;
  ownerOf(share: Share): Owner;
}

const forJobs = 4;
/** A few, so that more travel together: they keep one core of the database busy. */
const joined = 3;
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
  const lookups = (atOnce: number): FairQueue =>
    new FairQueue({
      admits: ({ all }) => all < atOnce,
      waitingPerUser: 4096,
      waitingPerHub: 4096,
      waitsAtMostMs,
      refuse: () => new Busy(),
    });
  const quarter = Math.max(1, Math.floor(connections / 4));
  const half = Math.max(2, 2 * quarter);
  const joinedCalls = joined * joinedAtOnce;
  const ofCallers: Lanes = {
    joined: fair(joinedCalls),
    reads: fair(half),
    writes: fair(half),
  };
  const alone = lookups(quarter);
  const ofLookups: Lanes = { joined: lookups(joinedCalls), reads: alone, writes: alone };
  return {
    total: 2 * joined + quarter + 2 * half + forJobs,
    joined,
    lanesOf: (share) => (share === 'lookup' ? ofLookups : ofCallers),
    ownerOf: (share) => (share === 'lookup' ? nobody : share),
  };
}
