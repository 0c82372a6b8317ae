import { setTimeout as sleep } from 'node:timers/promises';
import { Outage } from '../../acl/language/errors.ts';
import type { Pool } from '../../db/connection/connect.ts';
import { inHub, type Transaction, transact } from '../../db/connection/transaction.ts';
import { areAppended } from '../../db/log/append.ts';
import type { Publication } from './publication.ts';
import type { Publisher } from './publisher.ts';

const askEveryMs = 500;

/**
 * Publishes once the transaction has committed; nothing if it is rolled back.
 *
 * When the outcome is unknown, the log is asked as soon as the database returns. Until then later
 * events of the hub wait, so that events are always published in order. Sockets are cut at once,
 * because the rights that they rest on may be gone. Signals are dropped.
 */
export function publishWhenCommitted(
  { pool, publisher }: { pool: Pool; publisher: Publisher },
  tx: Transaction,
  publication: Publication,
): void {
  const { hubId, events, signals, cuts, prolonged = [] } = publication;
  const [first] = events;
  const reservation = first && publisher.reserve(hubId, first.seq);
  tx.whenEnded((outcome) => {
    if (outcome === 'rolledBack') return reservation?.drop();
    if (outcome === 'committed' && reservation) return reservation.publish(publication);
    if (outcome === 'unknown' && reservation)
      void isInLog(pool, publication).then((isThere) =>
        isThere
          ? reservation.publish({ ...publication, signals: [], cuts: [] })
          : reservation.drop(),
      );
    const unnumbered =
      outcome === 'committed' ? { signals, prolonged } : { signals: [], prolonged: [] };
    if (cuts.length + unnumbered.signals.length + unnumbered.prolonged.length > 0)
      publisher.publish({ hubId, events: [], cuts, ...unnumbered });
  });
}

/** Resolves once the database has answered, however long that takes. */
async function isInLog(pool: Pool, { hubId, events }: Publication): Promise<boolean> {
  for (;;) {
    try {
      return await transact(pool, (tx) => areAppended(inHub(tx, hubId), events));
    } catch (error) {
      // Otherwise the service stops: clients get the events from chat.sync.
      if (!(error instanceof Outage)) return false;
      await sleep(askEveryMs, undefined, { ref: false });
    }
  }
}
