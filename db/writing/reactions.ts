import type { Hub } from '../connection/transaction.ts';
import { queueReactionCount } from '../rows/messages/messages.ts';
import { queueFewerReactions, queueReactions } from '../rows/messages/reactions.ts';

/** Queues changes of a user's reactions to a locked message, and of the message's count. */
export function queueReactionChange(
  hub: Hub,
  of: { messageId: string; userId: string },
  { taken, given }: { taken: readonly string[]; given: readonly string[] },
  now: number,
): void {
  queueFewerReactions(hub, of, taken);
  queueReactions(hub, of, given, now);
  queueReactionCount(hub, of.messageId, given.length - taken.length);
}
