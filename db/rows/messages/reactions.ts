import { and, eq, inArray } from 'drizzle-orm';
import { maxReactionUsers } from '../../../acl/language/limits.ts';
import { build } from '../../connection/statements.ts';
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

/** An emoji on a message. */
export interface EmojiCount {
  count: number;
  isMine: boolean;
}

/** Returns the emoji of a message: how many users gave each, and whether this user did. */
export async function listEmoji(
  hub: Hub,
  messageId: string,
  userId: string,
): Promise<Map<string, EmojiCount>> {
  const rows = await hub.read<{ emoji: string; count: number; mine: number }>(
    `SELECT CAST(emoji AS CHAR) AS emoji, COUNT(*) AS count, MAX(user_id = ?) AS mine
     FROM reactions WHERE hub_id = ? AND message_id = ? GROUP BY reactions.emoji`,
    [userId, hub.id, messageId],
  );
  return new Map(
    rows.map((row) => [row.emoji, { count: row.count, isMine: Number(row.mine) > 0 }]),
  );
}

export async function insertReactions(
  hub: Hub,
  of: { messageId: string; userId: string },
  emojis: readonly string[],
  now: number,
): Promise<void> {
  const rows = emojis.map((emoji) => ({ hubId: hub.id, ...of, emoji, createdMs: now }));
  if (rows.length > 0) await hub.write(build.insert(reactions).values(rows));
}

export async function deleteReactions(
  hub: Hub,
  of: { messageId: string; userId: string },
  emojis: readonly string[],
): Promise<void> {
  if (emojis.length === 0) return;
  await hub.write(
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

export async function deleteAllReactions(hub: Hub, messageIds: readonly string[]): Promise<void> {
  await hub.write(
    build
      .delete(reactions)
      .where(and(eq(reactions.hubId, hub.id), inArray(reactions.messageId, [...messageIds]))),
  );
}
