import { and, eq, inArray, sql } from 'drizzle-orm';
import { maxReactionUsers } from '../../../acl/language/limits.ts';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import type { MessageView } from '../../reading/messages/views.ts';
import { messages, reactions } from '../../tables/index.ts';

/** One emoji on a message: how many reacted with it, who did first, and whether the asking user did. */
export interface ReactionView {
  emoji: string;
  count: number;
  userIds: string[];
  isMine: boolean;
}

/** The reactions of messages, by emoji; those of each emoji by time. */
export async function listReactions(
  hub: Hub,
  messageIds: readonly string[],
  userId = '',
): Promise<Map<string, ReactionView[]>> {
  const map = new Map<string, ReactionView[]>();
  if (messageIds.length === 0) return map;
  const rows = await hub.read<{
    messageId: string;
    emoji: string;
    userId: string;
    total: number;
    mine: number;
  }>(
    `SELECT message_id AS messageId, CAST(emoji AS CHAR) AS emoji, user_id AS userId, total, mine FROM (
       SELECT message_id, emoji, user_id, COUNT(*) OVER w AS total, MAX(user_id = ?) OVER w AS mine,
         ROW_NUMBER() OVER (PARTITION BY message_id, emoji ORDER BY created_ms, user_id) AS place
       FROM reactions WHERE hub_id = ? AND message_id IN (?)
       WINDOW w AS (PARTITION BY message_id, emoji)
     ) r WHERE place <= ${maxReactionUsers} ORDER BY message_id, r.emoji, place`,
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

/** The reactions of messages that have any. */
export const reactionsOf = (
  hub: Hub,
  views: readonly Pick<MessageView, 'id' | 'reactionCount'>[],
  userId = '',
): Promise<Map<string, ReactionView[]>> =>
  listReactions(
    hub,
    views.filter((view) => view.reactionCount > 0).map((view) => view.id),
    userId,
  );

/** An emoji on a message. */
export interface EmojiCount {
  count: number;
  isMine: boolean;
}

/** The different emoji of a message: how many gave each, and whether the user did. */
export async function listEmoji(
  hub: Hub,
  messageId: string,
  userId: string,
): Promise<Map<string, EmojiCount>> {
  const rows = await hub.read<{ emoji: string; count: number; mine: number }>(
    'SELECT CAST(emoji AS CHAR) AS emoji, COUNT(*) AS count, MAX(user_id = ?) AS mine FROM reactions WHERE hub_id = ? AND message_id = ? GROUP BY reactions.emoji',
    [userId, hub.id, messageId],
  );
  return new Map(
    rows.map((row) => [row.emoji, { count: row.count, isMine: Number(row.mine) > 0 }]),
  );
}

/** Add reactions of a user's to a locked message, and take others away. */
export async function changeReactions(
  hub: Hub,
  of: { messageId: string; userId: string },
  { taken, given }: { taken: readonly string[]; given: readonly string[] },
  now: number,
): Promise<void> {
  if (taken.length > 0)
    await hub.write(
      build
        .delete(reactions)
        .where(
          and(
            eq(reactions.hubId, hub.id),
            eq(reactions.messageId, of.messageId),
            eq(reactions.userId, of.userId),
            inArray(reactions.emoji, [...taken]),
          ),
        ),
    );
  if (given.length > 0)
    await hub.write(
      build
        .insert(reactions)
        .values(given.map((emoji) => ({ hubId: hub.id, ...of, emoji, createdMs: now }))),
    );
  await hub.write(
    build
      .update(messages)
      .set({ reactionCount: sql`reaction_count + ${given.length - taken.length}` })
      .where(and(eq(messages.hubId, hub.id), eq(messages.id, of.messageId))),
  );
}

export async function deleteReactions(hub: Hub, messageIds: readonly string[]): Promise<void> {
  await hub.write(
    build
      .delete(reactions)
      .where(and(eq(reactions.hubId, hub.id), inArray(reactions.messageId, [...messageIds]))),
  );
}
