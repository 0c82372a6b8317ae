import type { Hub } from '../connection/transaction.ts';
import { queueMailRemoval } from '../rows/mail/mail.ts';
import { queueEntryRemoval } from '../rows/mail/mailboxes.ts';
import { queueEchoRemoval } from '../rows/messages/echoes.ts';

/** Queues that messages are deleted for all their owners. */
export function queueMailDeletion(hub: Hub, ids: readonly string[]): void {
  queueEntryRemoval(hub, ids);
  queueMailRemoval(hub, ids);
  queueEchoRemoval(hub, ids);
}
