import { and, eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { tags } from '../../tables/index.ts';

export interface TagRecord {
  id: string;
  name: string;
}

const isTag = (hub: Hub, userId: string, tagId: string) =>
  and(eq(tags.hubId, hub.id), eq(tags.userId, userId), eq(tags.id, tagId));

export async function findTag(
  hub: Hub,
  userId: string,
  tagId: string,
): Promise<TagRecord | undefined> {
  const [tag] = await hub.read<TagRecord>(
    'SELECT id, name FROM tags WHERE hub_id = ? AND user_id = ? AND id = ?',
    [hub.id, userId, tagId],
  );
  return tag;
}

/** Returns a user's tags in the order of their ids. */
export const listTags = (hub: Hub, userId: string): Promise<TagRecord[]> =>
  hub.read<TagRecord>('SELECT id, name FROM tags WHERE hub_id = ? AND user_id = ? ORDER BY id', [
    hub.id,
    userId,
  ]);

export const queueTag = (hub: Hub, userId: string, tag: TagRecord, now: number): void =>
  hub.atCommit(build.insert(tags).values({ hubId: hub.id, userId, ...tag, createdMs: now }));

export const queueTagName = (hub: Hub, userId: string, { id, name }: TagRecord): void =>
  hub.atCommit(
    build
      .update(tags)
      .set({ name })
      .where(isTag(hub, userId, id)),
  );

export const queueTagRemoval = (hub: Hub, userId: string, tagId: string): void =>
  hub.atCommit(build.delete(tags).where(isTag(hub, userId, tagId)));
