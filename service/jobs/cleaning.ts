import { dayMs } from '../../acl/language/time.ts';
import { inHub, transact } from '../../db/connection/transaction.ts';
import { deleteExpiredSessions } from '../../db/rows/identity/sessions.ts';
import { listHubsWithOldEvents, queueOldEventsRemoval } from '../../db/upkeep/old-events.ts';
import type { JobContext } from './job.ts';
import { forgetTombstones } from './retention.ts';

const rowsAtOnce = 1000;

/**
 * Deletes events that are older than `eventsDays`, the rows of purged messages that they referred
 * to, and expired sessions.
 */
export async function clean(context: JobContext, eventsDays: number): Promise<void> {
  const { pool, clock, signal } = context;
  const before = clock() - eventsDays * dayMs;
  const forget = (hubId: string) =>
    transact(pool, (tx) => queueOldEventsRemoval(inHub(tx, hubId), before, rowsAtOnce));
  for (const hubId of await transact(pool, (tx) => listHubsWithOldEvents(tx, before)))
    while (!signal.aborted && (await forget(hubId)) === rowsAtOnce);
  await forgetTombstones(context);
  const forgetSessions = () => transact(pool, (tx) => deleteExpiredSessions(tx, clock()));
  while (!signal.aborted && (await forgetSessions()) === rowsAtOnce);
}
