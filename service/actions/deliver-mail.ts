import type { Hub } from '../../db/connection/transaction.ts';
import type { Draft } from '../../db/log/append.ts';
import type { MailRecord } from '../../db/rows/mail/mail.ts';
import { type BoxName, queueEntries } from '../../db/rows/mail/mailboxes.ts';
import { presentMail } from '../present/mail.ts';

/** The box of one member that a message is put into. */
export interface Delivery {
  ownerId: string;
  box: BoxName;
}

/** Puts a message into boxes: the events to emit, and the rows to queue after them. */
export function deliverMail(
  hub: Hub,
  mail: MailRecord,
  deliveries: readonly Delivery[],
  now: number,
): { events: Draft<'messaging.send'>[]; queue(): void } {
  const events = deliveries.map(({ ownerId, box }): Draft<'messaging.send'> => {
    const entry = { ownerId, box, isRead: false, entryVersion: 1 };
    const times = { entryCreatedMs: now, entryUpdatedMs: now };
    return {
      name: 'messaging.send',
      targets: [ownerId],
      data: presentMail({ ...mail, ...entry, ...times }),
      logged: { message_id: mail.id, box },
    };
  });
  return { events, queue: () => queueEntries(hub, mail.id, deliveries, now) };
}
