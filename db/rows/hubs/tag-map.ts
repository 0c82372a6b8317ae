import { and, eq } from 'drizzle-orm';
import { build, insertRows } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { tagMap } from '../../tables/index.ts';

const ofUser = (hub: Hub, userId: string) =>
  and(eq(tagMap.hubId, hub.id), eq(tagMap.userId, userId));

interface TagOf {
  entityId: string;
  tagId: string;
}

const tagsOfUser = `SELECT entity_id AS entityId, tag_id AS tagId FROM tag_map
  WHERE hub_id = ? AND user_id = ?`;

/** Returns the tag ids of some of a user's conversations, by entity_id. */
export async function listTagIds(
  hub: Hub,
  userId: string,
  entityIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (entityIds.length === 0) return new Map();
  const rows = await hub.read<TagOf>(`${tagsOfUser} AND entity_id IN (?) ORDER BY tag_id`, [
    hub.id,
    userId,
    entityIds,
  ]);
  return byEntity(rows);
}

/** Returns the tag ids of a user's conversations by entity_id; undefined if they are many. */
export async function listFewTagIds(
  hub: Hub,
  userId: string,
): Promise<Map<string, string[]> | undefined> {
  const rows = await hub.read<TagOf>(`${tagsOfUser} ORDER BY tag_id LIMIT ?`, [
    hub.id,
    userId,
    fewTags + 1,
  ]);
  return rows.length > fewTags ? undefined : byEntity(rows);
}

/** So many are read sooner than a second round trip is made for those of a page. */
const fewTags = 100;

function byEntity(rows: readonly TagOf[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const { entityId, tagId } of rows) map.set(entityId, [...(map.get(entityId) ?? []), tagId]);
  return map;
}

/** Queues that a conversation has exactly these tags. */
export function queueTagIds(
  hub: Hub,
  userId: string,
  entityId: string,
  tagIds: readonly string[],
): void {
  const ofEntity = and(ofUser(hub, userId), eq(tagMap.entityId, entityId));
  hub.atCommit(build.delete(tagMap).where(ofEntity));
  const rows = tagIds.map((tagId) => ({ hubId: hub.id, userId, tagId, entityId }));
  if (rows.length > 0) hub.atCommit(insertRows(tagMap, rows));
}

/** Takes the tags that users gave to a room. */
export async function deleteTagsOfRoom(
  hub: Hub,
  roomId: string,
  userIds: readonly string[],
): Promise<void> {
  if (userIds.length === 0) return;
  await hub.write({
    sql: `DELETE FROM tag_map WHERE hub_id = ? AND user_id IN (?) AND entity_id = ?`,
    params: [hub.id, userIds, roomId],
  });
}

/** Queues that no conversation has a tag. */
export const queueTagOff = (hub: Hub, userId: string, tagId: string): void =>
  hub.atCommit(build.delete(tagMap).where(and(ofUser(hub, userId), eq(tagMap.tagId, tagId))));
