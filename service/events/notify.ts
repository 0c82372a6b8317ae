import type { Alert } from '../../db/log/append.ts';
import type { Quiet } from '../../db/reading/identity/quiet.ts';
import type { MemberSettingsRecord } from '../../db/rows/identity/member-settings.ts';

/** What happened that may alert somebody. */
export type News =
  | { kind: 'message'; authorId: string; mentionIds: readonly string[]; isDirect: boolean }
  /** An edit that mentions these newly. */
  | { kind: 'mention'; authorId: string; mentionIds: readonly string[] }
  /** To a message of the author's. */
  | { kind: 'reaction'; authorId: string; actorId: string };

type Settled = Pick<
  MemberSettingsRecord,
  'userId' | 'muted' | 'mentionsOnly' | 'notifyOnReactions'
>;

/** Whether it alerts somebody who hears of it. Nobody is alerted by himself; in a direct conversation everything is addressed. */
export function isAlerting(
  news: News,
  { userId, muted, mentionsOnly, notifyOnReactions }: Settled,
): boolean {
  if (muted) return false;
  if (news.kind === 'reaction')
    return news.authorId === userId && news.actorId !== userId && notifyOnReactions;
  if (news.authorId === userId) return false;
  const isMentioned = news.mentionIds.includes(userId);
  return news.kind === 'mention' ? isMentioned : news.isDirect || !mentionsOnly || isMentioned;
}

/** Whom a new message alerts in its room: everybody but its author, where he is there, and those who want less. */
export const alertOfMessage = (
  news: News & { kind: 'message' },
  quiet: readonly Quiet[],
  author: readonly string[],
): Alert => ({
  allBut: [...author, ...quiet.filter((one) => !isAlerting(news, one)).map((one) => one.userId)],
});

/** Whom an edit alerts: those whom it mentions newly. */
export const alertOfMentions = (
  news: News & { kind: 'mention' },
  quiet: readonly Quiet[],
): Alert => ({
  only: news.mentionIds.filter(
    (id) => id !== news.authorId && !quiet.some((one) => one.userId === id && one.muted),
  ),
});

/** Of those who hear an event, whether it alerts this one. */
export function isAlerted(alert: Alert | undefined, userId: string): boolean {
  if (alert === undefined) return false;
  return 'only' in alert ? alert.only.includes(userId) : !alert.allBut.includes(userId);
}
