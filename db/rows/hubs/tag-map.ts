import { and, eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { tagMap } from '../../tables/index.ts';

const ofUser = (hub: Hub, userId: string) =>
  and(eq(tagMap.hubId, hub.id), eq(tagMap.userId, userId));

/** Returns the tag ids of some of a user's conversations, by entity_id. */
export async function listTagIds(
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

/** Gives a conversation exactly these tags. */
export async function replaceTagIds(
  hub: Hub,
  userId: string,
  entityId: string,
  tagIds: readonly string[],
): Promise<void> {
  const ofEntity = and(ofUser(hub, userId), eq(tagMap.entityId, entityId));
  await hub.write(build.delete(tagMap).where(ofEntity));
  const rows = tagIds.map((tagId) => ({ hubId: hub.id, userId, tagId, entityId }));
  if (rows.length > 0) await hub.write(build.insert(tagMap).values(rows));
}

/** Takes a tag from all conversations. */
export async function deleteTagFromMap(hub: Hub, userId: string, tagId: string): Promise<void> {
  await hub.write(build.delete(tagMap).where(and(ofUser(hub, userId), eq(tagMap.tagId, tagId))));
}
