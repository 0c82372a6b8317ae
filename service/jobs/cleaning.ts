import { dayMs } from '../../acl/language/time.ts';
import { inHub, type Transaction, transact } from '../../db/connection/transaction.ts';
import { deleteExpiredJwts } from '../../db/rows/identity/ended-jwts.ts';
import { deleteOldNetworks } from '../../db/rows/identity/known-networks.ts';
import { deleteExpiredSessions } from '../../db/rows/identity/sessions.ts';
import { listHubsWithOldEvents, queueLogCut } from '../../db/upkeep/old-events.ts';
import { knownNetworkMs } from '../actions/identity/try-secret.ts';
import type { JobContext } from './job.ts';
import { forgetTombstones } from './retention.ts';

const rowsAtOnce = 1000;

/**
 * Cuts off the events of logs that are older than `eventsDays`, and deletes the rows of purged
 * messages that these were, expired sessions and JWTs, and networks from which nobody has logged in
 * for long.
 */
export async function clean(context: JobContext, eventsDays: number): Promise<void> {
  const { pool, clock, signal } = context;
  const before = clock() - eventsDays * dayMs;
  const cutLog = (hubId: string) =>
    transact(pool, (tx) => queueLogCut(inHub(tx, hubId), before, rowsAtOnce));
  for (const hubId of await transact(pool, (tx) => listHubsWithOldEvents(tx, before)))
    while (!signal.aborted && (await cutLog(hubId)) === rowsAtOnce);
  await forgetTombstones(context);
  const forgotten = [
    (tx: Transaction) => deleteExpiredSessions(tx, clock()),
    (tx: Transaction) => deleteExpiredJwts(tx, clock()),
    (tx: Transaction) => deleteOldNetworks(tx, clock() - knownNetworkMs),
  ];
  for (const forget of forgotten)
    while (!signal.aborted && (await transact(pool, forget)) === rowsAtOnce);
}
