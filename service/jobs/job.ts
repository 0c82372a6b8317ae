import type { EventName } from '../../acl/events.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { type Hub, inHub } from '../../db/connection/transaction.ts';
import type { Perform, Unit } from '../core/perform.ts';

/** What a job works with. */
export interface JobContext {
  pool: Pool;
  perform: Perform;
  /** Unix milliseconds. */
  clock: () => number;
  /** The service stops: a job begins nothing more. */
  signal: AbortSignal;
  /** Logs what failed; the rest of the job goes on. */
  report: (error: unknown, where: string) => void;
}

/** A job's name for logs, and the events that it emits. */
export interface Job {
  name: string;
  events: readonly EventName[];
}

/** Runs one step of a job in a hub, in the name of the system. */
export const performInHub = <T>(
  { perform }: JobContext,
  job: Job,
  hubId: string,
  work: (hub: Hub, unit: Unit) => Promise<T>,
): Promise<T> =>
  perform({ ...job, hubId, admissions: [] }, (unit) => work(inHub(unit.tx, hubId), unit));

/**
 * Repeats a step until it returns false, which means that nothing is left, or the service stops. A
 * failure is reported and ends the repetition: the next run of the job tries again.
 */
export async function repeatInHub(
  context: JobContext,
  job: Job,
  hubId: string,
  step: (hub: Hub, unit: Unit) => Promise<boolean>,
): Promise<void> {
  try {
    while (!context.signal.aborted && (await performInHub(context, job, hubId, step)));
  } catch (error) {
    context.report(error, job.name);
  }
}
