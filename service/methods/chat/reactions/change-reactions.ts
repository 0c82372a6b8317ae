import type { Spec } from '../../../../acl/index.ts';
import { maxEmoji } from '../../../../acl/language/limits.ts';
import type { messageToReact } from '../../../../db/access/messages.ts';
import type { Notified } from '../../../../db/log/append.ts';
import { findMemberSettings } from '../../../../db/rows/identity/member-settings.ts';
import { type EmojiCount, listReactions } from '../../../../db/rows/messages/reactions.ts';
import { listParticipantIds } from '../../../../db/rows/rooms/participants.ts';
import { changeReactions } from '../../../../db/writing/reactions.ts';
import type { Call } from '../../../core/call.ts';
import { notifies } from '../../../events/notify.ts';
import { presentReactions } from '../../../present/message.ts';

type Reacting = Call<Spec<'chat.react'>> | Call<Spec<'chat.set_reactions'>>;
type Target = Awaited<ReturnType<typeof messageToReact>>;

/** The caller's emoji to add to a message and to take away from it. */
export interface ReactionChange {
  added: readonly string[];
  removed: readonly string[];
}

/**
 * Changes the caller's reactions on a message, of which `existing` are all emoji. Returns the
 * message's reactions after it. Fails with REACTION_LIMIT.
 */
export async function applyReactions(
  { hub, user, fail, now }: Reacting,
  { message }: Target,
  existing: ReadonlyMap<string, EmojiCount>,
  { added, removed }: ReactionChange,
) {
  const newEmoji = added.filter((emoji) => !existing.has(emoji)).length;
  const goneEmoji = removed.filter((emoji) => existing.get(emoji)?.count === 1).length;
  if (newEmoji > 0 && existing.size - goneEmoji + newEmoji > maxEmoji)
    fail('REACTION_LIMIT', `emoji: a message has at most ${maxEmoji} different ones`);
  if (added.length + removed.length > 0) {
    const of = { messageId: message.id, userId: user.id };
    await changeReactions(hub, of, { given: added, taken: removed }, now);
  }
  return presentReactions((await listReactions(hub, [message.id])).get(message.id));
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
export async function notifiedByReactions(
  { hub, user }: Reacting,
  { message: { authorId }, room }: Target,
  added: readonly string[],
): Promise<Notified> {
  if (added.length === 0 || authorId === user.id) return { only: [] };
  const [inRoom, settings] = await Promise.all([
    listParticipantIds(hub, room.id, [authorId]),
    findMemberSettings(hub, authorId),
  ]);
  const isWanted = notifies({ kind: 'reaction', authorId, actorId: user.id }, settings);
  return { only: isWanted ? inRoom : [] };
}
