import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '../../db/connection/connect.ts';
import { inHub, type Transaction, transact } from '../../db/connection/transaction.ts';
import { type Recorded, wereRecorded } from '../../db/log/append.ts';
import type { Cut } from '../core/call.ts';
import type { Publisher } from './publisher.ts';

const patienceMs = 60_000;

/**
 * Tell events once their transaction has committed. When the outcome is unknown the database is asked, as soon as it answers; until
 * then the hub's later events wait, so that nobody hears them out of order.
 */
export function tellWhenCommitted(
  tx: Transaction,
  pool: Pool,
  publisher: Publisher,
  hubId: string,
  events: readonly Recorded[],
  cuts: readonly Cut[] = [],
): void {
  const reservation = publisher.reserve(hubId, events[0]?.seq ?? 0);
  const publish = () => reservation.publish({ hubId, events, cuts });
  tx.whenSettled((outcome) => {
    if (outcome === 'committed') publish();
    else if (outcome === 'undone') reservation.drop();
    else {
      // A right that may be gone is not lived on while nobody knows.
      publisher.publish({ hubId, events: [], cuts });
      void isInLog(pool, hubId, events).then((isThere) =>
        isThere ? publish() : reservation.drop(),
      );
    }
  });
}

/** False also when the database stays away: the clients find the events by chat.sync. */
async function isInLog(pool: Pool, hubId: string, events: readonly Recorded[]): Promise<boolean> {
  for (
    const end = Date.now() + patienceMs;
    Date.now() < end;
    await sleep(500, undefined, { ref: false })
  ) {
    try {
      return await transact(pool, (tx) => wereRecorded(inHub(tx, hubId), events));
    } catch {
      // Not back yet.
    }
  }
  return false;
}
