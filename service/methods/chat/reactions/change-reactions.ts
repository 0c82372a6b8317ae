import type { Spec } from '../../../../acl/index.ts';
import { maxEmoji } from '../../../../acl/language/limits.ts';
import { messageToReact } from '../../../../db/access/messages.ts';
import type { Notified } from '../../../../db/log/append.ts';
import { findPreferences } from '../../../../db/reading/identity/quiet.ts';
import { listTimedReactions, viewsAfter } from '../../../../db/rows/messages/reactions.ts';
import { queueReactionChange } from '../../../../db/writing/reactions.ts';
import type { Call } from '../../../core/call.ts';
import { notifies } from '../../../events/notify.ts';
import { presentReactions } from '../../../present/message.ts';

type Reacting = Call<Spec<'chat.react'>> | Call<Spec<'chat.set_reactions'>>;
type Target = Awaited<ReturnType<typeof lockTarget>>;

/** The caller's emoji to add to a message and to take away from it. */
export interface ReactionChange {
  added: readonly string[];
  removed: readonly string[];
}

/** Locks the message to react to, and reads all that the call needs of it. */
export async function lockTarget(call: Reacting) {
  const { hub, user, lockHubWithNext, now } = call;
  const { more, ...target } = await messageToReact(
    call,
    call.input.message_id,
    ([{ id, roomId, authorId }]) => {
      lockHubWithNext();
      return Promise.all([
        listTimedReactions(hub, id, user.id),
        findPreferences(hub, { roomId, userId: authorId }, now),
      ]);
    },
  );
  const [existing, author] = more;
  return { ...target, existing, author };
}

/**
 * Queues a change of the caller's reactions on a message. Returns the message's reactions after it.
 * Fails with REACTION_LIMIT.
 */
export function applyReactions(
  { hub, user, fail, now }: Reacting,
  { message, existing }: Target,
  { added, removed }: ReactionChange,
) {
  const reactions = viewsAfter(existing, { userId: user.id, added, removed }, now);
  const isNew = added.some((emoji) => existing.every((one) => one.emoji !== emoji));
  if (isNew && reactions.length > maxEmoji)
    fail('REACTION_LIMIT', `emoji: a message has at most ${maxEmoji} different ones`);
  if (added.length + removed.length > 0) {
    const of = { messageId: message.id, userId: user.id };
    queueReactionChange(hub, of, { given: added, taken: removed }, now);
  }
  return presentReactions(reactions);
}

/** Returns the fields that the replies of both methods share. */
export const replyTarget = ({ message, room, entityId }: Target) => ({
  message_id: message.id,
  entity_id: entityId,
  room_id: room.id,
});

/** Returns the fields that the events of both methods share. */
export const eventTarget = ({ user }: Reacting, { message, room }: Target) => ({
  room_id: room.id,
  message_id: message.id,
  user_id: user.id,
  author_id: message.authorId,
});

/**
 * Returns whom new reactions notify: the message's author, if they are still in the room and want
 * to be notified of reactions.
 */
export function notifiedByReactions(
  { user }: Reacting,
  { message: { authorId }, author }: Target,
  added: readonly string[],
): Notified {
  const isWanted =
    author !== undefined && notifies({ kind: 'reaction', authorId, actorId: user.id }, author);
  return { only: isWanted && added.length > 0 ? [authorId] : [] };
}
