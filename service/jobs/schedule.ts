import type { Pool } from '../../db/connection/connect.ts';
import { inHub, transact } from '../../db/connection/transaction.ts';
import { forgetEvents, listHubsWithOldEvents } from '../../db/log/read.ts';
import { forgetExpired } from '../../db/rows/identity/sessions.ts';
import type { ByteStore } from '../../uploads/store.ts';
import { removeFreed, sweep } from '../../uploads/sweep.ts';
import { closeStale } from '../actions/close-channel.ts';
import { expireOld, forgetTombstones, purgeExpired } from '../actions/expire-messages.ts';
import { sendDueReceipts } from '../actions/read-marks.ts';
import type { Publisher } from '../events/publisher.ts';
import type { Logger } from '../log.ts';
import { sendBulk } from './bulk-mail.ts';

export interface JobDependencies {
  pool: Pool;
  publisher: Publisher;
  clock: () => number;
  eventsDays: number;
  store: ByteStore;
  temporary: string;
  log: Pick<Logger, 'info'>;
  report: (error: unknown, where: string) => void;
}

const receiptsEveryMs = 200;
const freeingEveryMs = 1000;
const bulkEveryMs = 1000;
const retentionEveryMs = 60_000;
const cleaningEveryMs = 3_600_000;
/** Also where the service seldom runs for an hour. */
const cleaningFirstAfterMs = 60_000;
const retentionFirstAfterMs = 5000;
const batch = 1000;

/** What runs by the clock: waiting receipts, the bytes of deleted files, old messages, old events, expired sessions, files that nobody sent. */
export function startJobs({
  pool,
  publisher,
  clock,
  eventsDays,
  store,
  temporary,
  log,
  report,
}: JobDependencies): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const jobs = [
    every(receiptsEveryMs, 'receipts', () => sendDueReceipts(pool, publisher, clock(), report)),
    every(freeingEveryMs, 'freed files', () => removeFreed({ pool, store }, stopping.signal)),
    every(bulkEveryMs, 'messages to everybody', () =>
      sendBulk(pool, publisher, clock(), stopping.signal, report),
    ),
    every(retentionEveryMs, 'retention', retain, retentionFirstAfterMs),
    every(
      cleaningEveryMs,
      'cleaning',
      () => clean(pool, clock(), eventsDays, stopping.signal),
      cleaningFirstAfterMs,
    ),
    every(cleaningEveryMs, 'sweep', sweepFiles, cleaningFirstAfterMs),
  ];

  async function retain(): Promise<void> {
    await expireOld(pool, publisher, clock(), { signal: stopping.signal, report });
    await closeStale(pool, publisher, clock(), report);
    await purgeExpired(pool, clock(), stopping.signal, report);
  }

  async function sweepFiles(): Promise<void> {
    log.info(await sweep({ pool, store, temporary }, clock(), stopping.signal), 'files swept');
  }

  function every(ms: number, name: string, work: () => Promise<unknown>, firstAfterMs = ms) {
    let running = Promise.resolve();
    let timer = setTimeout(run, firstAfterMs);
    function run() {
      running = work()
        .catch((error: unknown) => report(error, name))
        .then(() => {
          if (!stopping.signal.aborted) timer = setTimeout(run, ms);
        });
    }
    return async () => {
      clearTimeout(timer);
      await running;
    };
  }

  return {
    async stop() {
      stopping.abort();
      await Promise.all(jobs.map((stop) => stop()));
    },
  };
}

/** Forget events beyond the log's reach, what is left of purged messages there, and sessions that have expired. */
export async function clean(
  pool: Pool,
  now: number,
  eventsDays: number,
  signal?: AbortSignal,
): Promise<void> {
  const before = now - eventsDays * 86_400_000;
  for (const hubId of await transact(pool, (tx) => listHubsWithOldEvents(tx, before))) {
    while ((await transact(pool, (tx) => forgetEvents(inHub(tx, hubId), before, batch))) === batch);
  }
  await forgetTombstones(pool, signal);
  while ((await transact(pool, (tx) => forgetExpired(tx, now))) === batch);
}
