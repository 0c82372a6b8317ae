import type { Notified } from '../../db/log/append.ts';
import type { Quiet } from '../../db/reading/identity/quiet.ts';
import type { MemberSettingsRecord } from '../../db/rows/identity/member-settings.ts';

/** Something that may notify a receiver. */
export type Occasion =
  | { kind: 'message'; authorId: string; mentionIds: readonly string[]; isDirect: boolean }
  /** An edit that adds these mentions. */
  | { kind: 'mention'; authorId: string; mentionIds: readonly string[] }
  /** A reaction of `actorId` to a message of `authorId`. */
  | { kind: 'reaction'; authorId: string; actorId: string };

type Preferences = Pick<
  MemberSettingsRecord,
  'userId' | 'muted' | 'mentionsOnly' | 'notifyOnReactions'
>;

/**
 * Returns whether an occasion notifies a receiver with these settings. Users are not notified of
 * what they do themselves, and a direct message counts as a mention.
 */
export function notifies(
  occasion: Occasion,
  { userId, muted, mentionsOnly, notifyOnReactions }: Preferences,
): boolean {
  if (muted) return false;
  const { kind, authorId } = occasion;
  if (kind === 'reaction')
    return authorId === userId && occasion.actorId !== userId && notifyOnReactions;
  if (authorId === userId) return false;
  const isMentioned = occasion.mentionIds.includes(userId);
  return kind === 'mention' ? isMentioned : occasion.isDirect || !mentionsOnly || isMentioned;
}

/**
 * Returns whom a message notifies in its room. `quiet` are the participants with settings of their
 * own; `authors` is the author, or empty if the author is not a participant.
 */
export const notifiedByMessage = (
  message: Occasion & { kind: 'message' },
  quiet: readonly Quiet[],
  authors: readonly string[],
): Notified => ({
  allBut: [...authors, ...quiet.filter((one) => !notifies(message, one)).map((one) => one.userId)],
});

/** Returns whom an edit notifies: those whom it newly mentions. */
export const notifiedByMention = (
  mention: Occasion & { kind: 'mention' },
  quiet: readonly Quiet[],
): Notified => ({
  only: mention.mentionIds.filter(
    (id) => id !== mention.authorId && !quiet.some((one) => one.userId === id && one.muted),
  ),
});

/** Returns whether this receiver of an event is among those whom it notifies. */
export function isNotified(notified: Notified | undefined, userId: string): boolean {
  if (notified === undefined) return false;
  return 'only' in notified ? notified.only.includes(userId) : !notified.allBut.includes(userId);
}
