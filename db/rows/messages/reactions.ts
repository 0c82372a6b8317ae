import { and, eq, inArray } from 'drizzle-orm';
import { maxReactionUsers } from '../../../acl/language/limits.ts';
import { build, insertRows } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { reactions } from '../../tables/index.ts';

/** One emoji on a message. */
export interface ReactionView {
  emoji: string;
  count: number;
  /** Those who reacted first. */
  userIds: string[];
  /** Whether the reading user reacted with it. */
  isMine: boolean;
}

interface ReactionRow {
  messageId: string;
  emoji: string;
  userId: string;
  total: number;
  mine: number;
}

/** Returns the reactions of messages by message id, by emoji; users by time. */
export async function listReactions(
  hub: Hub,
  messageIds: readonly string[],
  userId = '',
): Promise<Map<string, ReactionView[]>> {
  const map = new Map<string, ReactionView[]>();
  if (messageIds.length === 0) return map;
  const rows = await hub.read<ReactionRow>(
    `SELECT message_id AS messageId, CAST(emoji AS CHAR) AS emoji, user_id AS userId, total, mine
     FROM (
       SELECT message_id, emoji, user_id, COUNT(*) OVER w AS total,
         MAX(user_id = ?) OVER w AS mine,
         ROW_NUMBER() OVER (
           PARTITION BY message_id, emoji ORDER BY created_ms, user_id) AS position
       FROM reactions WHERE hub_id = ? AND message_id IN (?)
       WINDOW w AS (PARTITION BY message_id, emoji)
     ) r WHERE position <= ${maxReactionUsers} ORDER BY message_id, r.emoji, position`,
    [userId, hub.id, messageIds],
  );
  for (const row of rows) {
    const views = map.get(row.messageId) ?? [];
    map.set(row.messageId, views);
    const last = views.at(-1);
    if (last?.emoji === row.emoji) last.userIds.push(row.userId);
    else
      views.push({
        emoji: row.emoji,
        count: row.total,
        userIds: [row.userId],
        isMine: Number(row.mine) > 0,
      });
  }
  return map;
}

/** Returns the reactions of those messages that have any. */
export const listReactionsOf = (
  hub: Hub,
  messages: readonly { id: string; reactionCount: number }[],
  userId = '',
): Promise<Map<string, ReactionView[]>> =>
  listReactions(
    hub,
    messages.filter((message) => message.reactionCount > 0).map((message) => message.id),
    userId,
  );

/** One emoji on a message, with the times that its users are ordered by. */
export interface TimedReaction extends Pick<ReactionView, 'emoji' | 'count' | 'isMine'> {
  /** One user more than a view shows. */
  users: { id: string; ms: number }[];
}

/** Returns the reactions of a message by emoji, to change those of a user. */
export async function listTimedReactions(
  hub: Hub,
  messageId: string,
  userId: string,
): Promise<TimedReaction[]> {
  const rows = await hub.read<Omit<ReactionRow, 'messageId'> & { ms: number }>(
    `SELECT CAST(emoji AS CHAR) AS emoji, user_id AS userId, created_ms AS ms, total, mine
     FROM (
       SELECT emoji, user_id, created_ms, COUNT(*) OVER w AS total,
         MAX(user_id = ?) OVER w AS mine,
         ROW_NUMBER() OVER (PARTITION BY emoji ORDER BY created_ms, user_id) AS position
       FROM reactions WHERE hub_id = ? AND message_id = ?
       WINDOW w AS (PARTITION BY emoji)
     ) r WHERE position <= ${maxReactionUsers + 1} ORDER BY r.emoji, position`,
    [userId, hub.id, messageId],
  );
  const found: TimedReaction[] = [];
  for (const { emoji, userId: id, ms, total, mine } of rows) {
    const last = found.at(-1);
    if (last?.emoji === emoji) last.users.push({ id, ms });
    else found.push({ emoji, count: total, users: [{ id, ms }], isMine: Number(mine) > 0 });
  }
  return found;
}

/** Returns reactions as `listReactions` will once a user has added and removed emoji. */
export function viewsAfter(
  before: readonly TimedReaction[],
  {
    userId,
    added,
    removed,
  }: { userId: string; added: readonly string[]; removed: readonly string[] },
  now: number,
): ReactionView[] {
  const all = new Map(before.map((one) => [one.emoji, one]));
  for (const emoji of removed) {
    const { count = 1, users = [] } = all.get(emoji) ?? {};
    if (count === 1) all.delete(emoji);
    else
      all.set(emoji, {
        emoji,
        count: count - 1,
        users: users.filter(({ id }) => id !== userId),
        isMine: false,
      });
  }
  for (const emoji of added) {
    const { count = 0, users = [] } = all.get(emoji) ?? {};
    all.set(emoji, {
      emoji,
      count: count + 1,
      users: [...users, { id: userId, ms: now }].sort(byTime),
      isMine: true,
    });
  }
  return [...all.values()].sort(byEmoji).map(({ users, ...rest }) => ({
    ...rest,
    userIds: users.slice(0, maxReactionUsers).map(({ id }) => id),
  }));
}

type TimedUser = TimedReaction['users'][number];

const byTime = (a: TimedUser, b: TimedUser): number => a.ms - b.ms || (a.id < b.id ? -1 : 1);

const byEmoji = (a: TimedReaction, b: TimedReaction): number =>
  Buffer.compare(Buffer.from(a.emoji), Buffer.from(b.emoji));

export function queueReactions(
  hub: Hub,
  of: { messageId: string; userId: string },
  emojis: readonly string[],
  now: number,
): void {
  const rows = emojis.map((emoji) => ({ hubId: hub.id, ...of, emoji, createdMs: now }));
  if (rows.length > 0) hub.atCommit(insertRows(reactions, rows));
}

/** Queues that a user's reactions to a message are deleted. */
export function queueFewerReactions(
  hub: Hub,
  of: { messageId: string; userId: string },
  emojis: readonly string[],
): void {
  if (emojis.length === 0) return;
  hub.atCommit(
    build
      .delete(reactions)
      .where(
        and(
          eq(reactions.hubId, hub.id),
          eq(reactions.messageId, of.messageId),
          eq(reactions.userId, of.userId),
          inArray(reactions.emoji, [...emojis]),
        ),
      ),
  );
}

/** Queues that messages have no reactions. */
export const queueNoReactions = (hub: Hub, messageIds: readonly string[]): void =>
  hub.atCommit(
    build
      .delete(reactions)
      .where(and(eq(reactions.hubId, hub.id), inArray(reactions.messageId, [...messageIds]))),
  );
