import type { WakeUps, Work } from '../../db/connection/connect.ts';
import type { ByteStore } from '../../uploads/store.ts';
import { removeFreed, sweep } from '../../uploads/sweep.ts';
import type { Logger } from '../log.ts';
import { deliverBulkMail } from './bulk-mail.ts';
import { closeStaleChannels } from './channels.ts';
import { clean } from './cleaning.ts';
import type { JobContext } from './job.ts';
import { sendDueReceipts } from './receipts.ts';
import { createPurge, expireMessages } from './retention.ts';
import { runWhenDue, type TimedJob } from './run-when-due.ts';
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

/** Bursts of receipts share their runs. */
const receiptsPauseMs = 200;
const freeingPauseMs = 1000;
const bulkMailPauseMs = 1000;
/** How often a job that is woken looks whether a wake-up is missing. */
const lookEveryMs = 60_000;
const retentionFirstAfterMs = 5000;
const cleaningEveryMs = 3_600_000;
/** Sooner than the interval, for services that seldom run for an hour. */
const cleaningFirstAfterMs = 60_000;

function createRetention(wakeUps: WakeUps): (context: JobContext) => Promise<void> {
  const nextExpiries: Parameters<typeof expireMessages>[1] = new Map();
  const purge = createPurge(wakeUps);
  return async (context) => {
    await expireMessages(context, nextExpiries);
    await closeStaleChannels(context);
    await purge(context);
  };
}

/** Starts every job: those that calls leave work to when it is due, others at their interval. */
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
  const timing = { ...context, wakeUps: pool.wakeUps };
  const woken = (wokenBy: Work, pauseMs: number, run: TimedJob['run']) =>
    runWhenDue(timing, { name: wokenBy, run, wokenBy, pauseMs, lookEveryMs, firstAfterMs: 0 });
  const every = (name: string, ms: number, run: TimedJob['run'], firstAfterMs: number) =>
    runWhenDue(timing, { name, run, pauseMs: 0, lookEveryMs: ms, firstAfterMs });

  /** A job that deletes by the time: its run is left out while that is not certain. */
  const byTime = (job: (context: JobContext) => Promise<unknown>) => async () => {
    const clock = await steadyClock.forRun();
    return void (clock && (await job({ ...context, clock })));
  };
  const retention: TimedJob = {
    name: 'retention',
    run: byTime(createRetention(pool.wakeUps)),
    wokenBy: 'expiry',
    pauseMs: 0,
    lookEveryMs: retentionEveryMs,
    firstAfterMs: Math.min(retentionFirstAfterMs, retentionEveryMs),
  };
  const cleanOld = byTime((context) => clean(context, eventsDays));
  const sweepFiles = byTime(async ({ clock }) =>
    log.info(
      await sweep({ pool, store, temporary }, clock(), { storedBy: Date.now(), signal }),
      'files swept',
    ),
  );

  const stops = [
    woken('receipts', receiptsPauseMs, () => sendDueReceipts(context)),
    woken(
      'freed files',
      freeingPauseMs,
      async () => void (await removeFreed({ pool, store }, signal)),
    ),
    woken('bulk mail', bulkMailPauseMs, () => deliverBulkMail(context)),
    runWhenDue(timing, retention),
    every('cleaning', cleaningEveryMs, cleanOld, cleaningFirstAfterMs),
    every('sweep', cleaningEveryMs, sweepFiles, cleaningFirstAfterMs),
  ];

  return {
    async stop() {
      stopping.abort();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
