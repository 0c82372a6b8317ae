import { and, eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { tagMap, tags } from '../../tables/index.ts';

export interface TagRecord {
  id: string;
  name: string;
}

const mine = (hub: Hub, userId: string) => and(eq(tags.hubId, hub.id), eq(tags.userId, userId));

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

/** A user's tags by name, each with the number of entities under it. */
export async function listTags(hub: Hub, userId: string): Promise<TagRecord[]> {
  return hub.read<TagRecord>(
    'SELECT id, name FROM tags WHERE hub_id = ? AND user_id = ? ORDER BY name, id',
    [hub.id, userId],
  );
}

/** The tags of some of a user's conversations. */
export async function listTagsOf(
  hub: Hub,
  userId: string,
  entityIds: readonly string[],
): Promise<Map<string, string[]>> {
  const map = new Map<string, string[]>();
  if (entityIds.length === 0) return map;
  const rows = await hub.read<{ entityId: string; tagId: string }>(
    `SELECT entity_id AS entityId, tag_id AS tagId FROM tag_map
     WHERE hub_id = ? AND user_id = ? AND entity_id IN (?) ORDER BY tag_id`,
    [hub.id, userId, entityIds],
  );
  for (const { entityId, tagId } of rows) map.set(entityId, [...(map.get(entityId) ?? []), tagId]);
  return map;
}

export async function insertTag(
  hub: Hub,
  userId: string,
  tag: TagRecord,
  now: number,
): Promise<void> {
  await hub.write(build.insert(tags).values({ hubId: hub.id, userId, ...tag, createdMs: now }));
}

export async function renameTag(hub: Hub, userId: string, tag: TagRecord): Promise<void> {
  await hub.write(
    build
      .update(tags)
      .set({ name: tag.name })
      .where(and(mine(hub, userId), eq(tags.id, tag.id))),
  );
}

export async function removeTag(hub: Hub, userId: string, tagId: string): Promise<void> {
  await hub.write(build.delete(tags).where(and(mine(hub, userId), eq(tags.id, tagId))));
  await hub.write(
    build
      .delete(tagMap)
      .where(and(eq(tagMap.hubId, hub.id), eq(tagMap.userId, userId), eq(tagMap.tagId, tagId))),
  );
}

/** Put an entity under exactly these tags. */
export async function assignTags(
  hub: Hub,
  userId: string,
  entityId: string,
  tagIds: readonly string[],
): Promise<void> {
  await hub.write(
    build
      .delete(tagMap)
      .where(
        and(eq(tagMap.hubId, hub.id), eq(tagMap.userId, userId), eq(tagMap.entityId, entityId)),
      ),
  );
  if (tagIds.length > 0)
    await hub.write(
      build
        .insert(tagMap)
        .values(tagIds.map((tagId) => ({ hubId: hub.id, userId, tagId, entityId }))),
    );
}
