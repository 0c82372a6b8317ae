import { transact } from '../../db/connection/transaction.ts';
import { listMemberIds } from '../../db/rows/identity/members.ts';
import { listBulkMail, lockMail, queueBulkProgress } from '../../db/rows/mail/mail.ts';
import { deliverMail } from '../actions/deliver-mail.ts';
import { type Job, type JobContext, repeatInHub } from './job.ts';

const job: Job = { name: 'bulk mail', events: ['messaging.send'] };
const membersAtOnce = 200;

/**
 * Delivers messages to all members of their hub, some members in a transaction. The progress is
 * stored together with the entries, so several processes and a crash are no danger. Returns when
 * the next run is due.
 */
export async function deliverBulkMail(context: JobContext): Promise<number | undefined> {
  const waiting = await transact(context.pool, listBulkMail);
  for (const { hubId, id } of waiting)
    await repeatInHub(context, job, hubId, async (hub, { now, emit }) => {
      const [mail] = await lockMail(hub, [id]);
      if (!mail || mail.bulkAfter === null) return false;
      const ids = await listMemberIds(hub, mail.bulkAfter, membersAtOnce);
      const last = ids.length === membersAtOnce ? (ids.at(-1) ?? null) : null;
      const deliveries = ids.map((ownerId) => ({ ownerId, box: 'inbox' as const }));
      const delivery = deliverMail(hub, mail, deliveries, now);
      await emit(...delivery.events);
      delivery.queue();
      queueBulkProgress(hub, id, last, mail.bulkSent + ids.length);
      return last !== null;
    });
  // There may be more, and those that failed.
  return waiting.length > 0 ? context.clock() : undefined;
}
