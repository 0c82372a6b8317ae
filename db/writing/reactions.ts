import type { Hub } from '../connection/transaction.ts';
import { addToReactionCount } from '../rows/messages/messages.ts';
import { deleteReactions, insertReactions } from '../rows/messages/reactions.ts';

/** Changes a user's reactions to a locked message, and the message's count. */
export async function changeReactions(
  hub: Hub,
  of: { messageId: string; userId: string },
  { taken, given }: { taken: readonly string[]; given: readonly string[] },
  now: number,
): Promise<void> {
  await Promise.all([
    deleteReactions(hub, of, taken),
    insertReactions(hub, of, given, now),
    addToReactionCount(hub, of.messageId, given.length - taken.length),
  ]);
}
