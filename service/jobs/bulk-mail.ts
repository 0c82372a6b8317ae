import type { Pool } from '../../db/connection/connect.ts';
import { inHub, transact } from '../../db/connection/transaction.ts';
import { record } from '../../db/log/append.ts';
import {
  listBulk,
  listMembersAfter,
  lockMail,
  queueEntries,
  queueProgress,
} from '../../db/rows/mail/mail.ts';
import { type Report, rethrow } from '../actions/expire-messages.ts';
import { tellWhenCommitted } from '../events/after-commit.ts';
import type { Publisher } from '../events/publisher.ts';
import { entryOf } from '../methods/messaging/send.ts';
import { presentMail } from '../present/message.ts';

const membersAtOnce = 200;

/** Send the messages to everybody on, a few members in one transaction. Safe in several processes, and after a crash: how far it is goes with the entries. */
export async function sendBulk(
  pool: Pool,
  publisher: Publisher,
  now: number,
  signal?: AbortSignal,
  report: Report = rethrow,
): Promise<void> {
  for (const { hubId, id } of await transact(pool, listBulk)) {
    let isMore = true;
    while (isMore && !signal?.aborted)
      isMore = await transact(pool, async (tx) => {
        const hub = inHub(tx, hubId);
        const [mail] = await lockMail(hub, [id]);
        if (!mail || mail.bulkAfter === null) return false;
        const ids = await listMembersAfter(hub, mail.bulkAfter, membersAtOnce);
        const last = ids.length === membersAtOnce ? (ids.at(-1) ?? null) : null;
        const drafts = ids.map((ownerId) => ({
          ...{
            name: 'messaging.send',
            actorId: '',
            targets: [ownerId],
            logged: { message_id: id, box: 'inbox' },
          },
          data: presentMail({ ...mail, ...entryOf(ownerId, 'inbox', now) }),
        }));
        if (drafts.length > 0)
          tellWhenCommitted(
            tx,
            pool,
            publisher,
            hubId,
            await record(hub, drafts, now, { admitted: [] }),
          );
        queueEntries(
          hub,
          id,
          ids.map((ownerId) => ({ ownerId, box: 'inbox' as const })),
          now,
        );
        queueProgress(hub, id, last, mail.bulkSent + ids.length);
        return last !== null;
      }).catch((error: unknown) => {
        report(error, 'message to everybody');
        return false;
      });
  }
}
