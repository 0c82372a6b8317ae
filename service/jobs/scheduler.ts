import type { ByteStore } from '../../uploads/store.ts';
import { removeFreed, sweep } from '../../uploads/sweep.ts';
import type { Logger } from '../log.ts';
import { deliverBulkMail } from './bulk-mail.ts';
import { closeStaleChannels } from './channels.ts';
import { clean } from './cleaning.ts';
import type { JobContext } from './job.ts';
import { sendDueReceipts } from './receipts.ts';
import { expireMessages, purgeMessages } from './retention.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface SchedulerDependencies extends Omit<JobContext, 'signal'> {
  /** How many days chat.sync reaches back. */
  eventsDays: number;
  /** The pause between two runs of the retention; otherwise a minute. */
  retentionEveryMs?: number;
  store: ByteStore;
  /** The folder of files that are being received. */
  temporary: string;
  log: Pick<Logger, 'info'>;
  /** The time by which jobs delete. */
  steadyClock: SteadyClock;
}

export interface Scheduler {
  /** Resolves once the running jobs have ended. */
  stop(): Promise<void>;
}

const receiptsEveryMs = 200;
const freeingEveryMs = 1000;
const bulkMailEveryMs = 1000;
/** While the database is away, each failure is a line in the log. */
const afterFailureMs = 5000;
const retentionFirstAfterMs = 5000;
const cleaningEveryMs = 3_600_000;
/** Sooner than the interval, for services that seldom run for an hour. */
const cleaningFirstAfterMs = 60_000;

/** Starts every job at its interval. */
export function startJobs({
  eventsDays,
  retentionEveryMs = 60_000,
  store,
  temporary,
  log,
  steadyClock,
  ...shared
}: SchedulerDependencies): Scheduler {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { pool } = shared;
  const context: JobContext = { ...shared, signal };
  const every = createRepeater(context);

  /** A job that deletes by the time: its run is left out while that is not certain. */
  const byTime = (job: (context: JobContext) => Promise<unknown>) => async () => {
    const clock = await steadyClock.forRun();
    if (clock) await job({ ...context, clock });
  };
  const retain = byTime(async (context) => {
    await expireMessages(context);
    await closeStaleChannels(context);
    await purgeMessages(context);
  });
  const cleanOld = byTime((context) => clean(context, eventsDays));
  const sweepFiles = byTime(async ({ clock }) =>
    log.info(await sweep({ pool, store, temporary }, clock(), signal), 'files swept'),
  );

  const retentionFirstMs = Math.min(retentionFirstAfterMs, retentionEveryMs);
  const stops = [
    every(receiptsEveryMs, 'receipts', () => sendDueReceipts(context)),
    every(freeingEveryMs, 'freed files', () => removeFreed({ pool, store }, signal)),
    every(bulkMailEveryMs, 'bulk mail', () => deliverBulkMail(context)),
    every(retentionEveryMs, 'retention', retain, retentionFirstMs),
    every(cleaningEveryMs, 'cleaning', cleanOld, cleaningFirstAfterMs),
    every(cleaningEveryMs, 'sweep', sweepFiles, cleaningFirstAfterMs),
  ];

  return {
    async stop() {
      stopping.abort();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/**
 * Returns a function that runs a job again and again, at `ms` after its end, later after a failure.
 * That returns a function which resolves once the job has ended, and does not run again.
 */
function createRepeater({ signal, report }: Pick<JobContext, 'signal' | 'report'>) {
  return (ms: number, name: string, job: () => Promise<unknown>, firstAfterMs = ms) => {
    let running = Promise.resolve();
    let timer = setTimeout(run, firstAfterMs);
    function run() {
      running = job()
        .then(
          () => ms,
          (error: unknown) => {
            report(error, name);
            return Math.max(ms, afterFailureMs);
          },
        )
        .then((pauseMs) => {
          if (!signal.aborted) timer = setTimeout(run, pauseMs);
        });
    }
    return async () => {
      clearTimeout(timer);
      await running;
    };
  };
}
