import type { MethodName } from '../../acl/index.ts';
import { RateLimited } from '../../acl/language/errors.ts';
import { FairQueue } from '../../db/connection/fair-queue.ts';

/** The lines in which expensive work waits: one at a time of each user, few of each hub. */
export interface Queues {
  /** Returns the queue of calls of a method with these parameters, if they have one. */
  of(method: string, input: unknown): FairQueue | undefined;
  /** Sockets whose caller is looked up. */
  handshakes: FairQueue;
  /** Pages of events that sockets are sent when they catch up. */
  replays: FairQueue;
  /** Bodies of files that are received. */
  uploads: FairQueue;
  /** Pictures that are decoded. */
  pictures: FairQueue;
}

interface Bounds {
  atOnce: number;
  perHub: number;
  perUser?: number;
  waitsAtMostMs: number;
  waitingPerUser?: number;
  waitingPerHub?: number;
}

const retryAfterSeconds = 2;
/** Sockets wait until it is their turn: a refused one would come back and wait again. */
const socketsWaitMs = 600_000;
const any = Number.POSITIVE_INFINITY;

const fair = ({
  atOnce,
  perHub,
  perUser = 1,
  waitsAtMostMs,
  waitingPerUser = 32,
  waitingPerHub = 128,
}: Bounds): FairQueue =>
  new FairQueue({
    admits: ({ all, ofHub, ofUser }) => all < atOnce && ofHub < perHub && ofUser < perUser,
    waitingPerUser,
    waitingPerHub,
    waitsAtMostMs,
    refuse: () => new RateLimited(retryAfterSeconds),
  });

/** Methods that search by a client's criteria. */
const criteriaSearches: readonly MethodName[] = [
  'messaging.page',
  'messaging.page_offset',
  'messaging.sys_page',
  'messaging.sys_page_offset',
];
/** Methods that search when their parameter `key` is not empty. */
const nameSearches: readonly MethodName[] = [
  'chat.chat_rooms',
  'chat.contact_rooms',
  'chat.share_rooms',
  'contact.list',
  'hub.members',
  'room.list',
];

/** Numbered pages after this one queue as well: they skip the rows before them one by one. */
const lastCheapPage = 20;

const isIn = (names: readonly string[], name: string): boolean => names.includes(name);

export function createQueues(): Queues {
  const searches = fair({ atOnce: 4, perHub: 2, waitsAtMostMs: 20_000 });
  const forwards = fair({ atOnce: 4, perHub: 2, waitsAtMostMs: 20_000 });
  // All members of a hub may come back at the same time.
  const pages = { atOnce: 4, perHub: 2, waitingPerHub: 10_000 };
  const syncs = fair({ ...pages, waitsAtMostMs: 20_000 });
  return {
    of(method, input) {
      if (method === 'chat.sync') return syncs;
      if (method === 'chat.forward') return forwards;
      const { key = '', page = 0 } = input as { key?: string; page?: unknown };
      const isSearch = isIn(criteriaSearches, method) || (key !== '' && isIn(nameSearches, method));
      const isDeep = typeof page === 'number' && page > lastCheapPage;
      return isSearch || isDeep ? searches : undefined;
    },
    // Each that waits has an open connection, which bounds them: thousands may come back at once.
    handshakes: fair({
      atOnce: 64,
      perHub: any,
      perUser: any,
      waitsAtMostMs: socketsWaitMs,
      waitingPerUser: any,
      waitingPerHub: any,
    }),
    replays: fair({ ...pages, waitsAtMostMs: socketsWaitMs, waitingPerUser: 100 }),
    uploads: fair({ atOnce: any, perHub: any, perUser: 4, waitsAtMostMs: 20_000 }),
    pictures: fair({ atOnce: 2, perHub: 2, waitsAtMostMs: 60_000 }),
  };
}
