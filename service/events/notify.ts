import type { Notified } from '../../db/log/append.ts';
import type { Preferences } from '../../db/reading/identity/quiet.ts';

/** Something that may notify a receiver. */
export type Occasion =
  | { kind: 'message'; authorId: string; mentionIds: readonly string[]; isDirect: boolean }
  /** An edit that adds these mentions. */
  | { kind: 'mention'; authorId: string; mentionIds: readonly string[] }
  /** A reaction of `actorId` to a message of `authorId`. */
  | { kind: 'reaction'; authorId: string; actorId: string };

/**
 * Returns whether an occasion notifies a receiver, by the table of docs/notifications.md. Users are
 * not notified of what they do themselves.
 */
export function notifies(occasion: Occasion, preferences: Preferences): boolean {
  const { userId, muted, notifyLevel, notifyOnReactions } = preferences;
  if (muted || notifyLevel === 'none') return false;
  const { kind, authorId } = occasion;
  if (kind === 'reaction')
    return authorId === userId && occasion.actorId !== userId && notifyOnReactions;
  if (authorId === userId) return false;
  if (occasion.mentionIds.includes(userId)) return true;
  return kind === 'message' && wantsEveryMessage(preferences, occasion.isDirect);
}

/** For settings of the whole hub a direct message counts as a mention. */
const wantsEveryMessage = (
  { notifyLevel, mentionsOnly }: Preferences,
  isDirect: boolean,
): boolean => (notifyLevel === null ? isDirect || !mentionsOnly : notifyLevel === 'all');

/**
 * Returns whom a message notifies in its room. `quiet` are the participants with settings of their
 * own; `authors` is the author, or empty if the author is not a participant.
 */
export const notifiedByMessage = (
  message: Occasion & { kind: 'message' },
  quiet: readonly Preferences[],
  authors: readonly string[],
): Notified => ({
  allBut: [...authors, ...quiet.filter((one) => !notifies(message, one)).map((one) => one.userId)],
});

/** Returns whom an edit notifies: those whom it newly mentions. */
export const notifiedByMention = (
  mention: Occasion & { kind: 'mention' },
  quiet: readonly Preferences[],
): Notified => {
  const refusing = quiet.filter((one) => !notifies(mention, one)).map((one) => one.userId);
  return {
    only: mention.mentionIds.filter((id) => id !== mention.authorId && !refusing.includes(id)),
  };
};

/** Returns whether this receiver of an event is among those whom it notifies. */
export function isNotified(notified: Notified | undefined, userId: string): boolean {
  if (notified === undefined) return false;
  return 'only' in notified ? notified.only.includes(userId) : !notified.allBut.includes(userId);
}
