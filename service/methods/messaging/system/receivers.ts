import type { Hub } from '../../../../db/connection/transaction.ts';
import type { MailRecord } from '../../../../db/rows/mail/mail.ts';
import { listMailOwners } from '../../../../db/rows/mail/mailboxes.ts';

/**
 * Returns who receives an event about a message: everyone, if it was sent to everyone, else each
 * member who has it in a box.
 */
export async function receiversOf(
  hub: Hub,
  { id, toIds }: MailRecord,
): Promise<({ everyone: true } | { targets: [string] })[]> {
  if (toIds === null) return [{ everyone: true }];
  return (await listMailOwners(hub, id)).map((ownerId) => ({ targets: [ownerId] }));
}
