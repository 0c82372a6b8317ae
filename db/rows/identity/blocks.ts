import { and, eq } from 'drizzle-orm';
import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { blocks } from '../../tables/index.ts';

/** Inserts a block; returns false when it is there already. */
export async function insertBlock(
  hub: Hub,
  userId: string,
  blockedId: string,
  now: number,
): Promise<boolean> {
  const row = { hubId: hub.id, userId, blockedId, createdMs: now };
  // IGNORE, because ON DUPLICATE KEY UPDATE counts an existing row as affected.
  return (await hub.write(build.insert(blocks).ignore().values(row))) > 0;
}

/** Deletes a block; returns false when there is none. */
export async function deleteBlock(hub: Hub, userId: string, blockedId: string): Promise<boolean> {
  const affected = await hub.write(
    build
      .delete(blocks)
      .where(
        and(eq(blocks.hubId, hub.id), eq(blocks.userId, userId), eq(blocks.blockedId, blockedId)),
      ),
  );
  return affected > 0;
}

/** Tells whether the user blocked the other. */
export async function hasBlocked(hub: Hub, userId: string, otherId: string): Promise<boolean> {
  const rows = await hub.read(
    'SELECT 1 FROM blocks WHERE hub_id = ? AND user_id = ? AND blocked_id = ?',
    [hub.id, userId, otherId],
  );
  return rows.length > 0;
}

/** Returns which of the users blocked this one, or are blocked by this one. */
export async function listBlocked(
  hub: Hub,
  userId: string,
  otherIds: readonly string[],
): Promise<Set<string>> {
  if (otherIds.length === 0) return new Set();
  const rows = await hub.read<{ id: string }>(
    `SELECT blocked_id AS id FROM blocks WHERE hub_id = ? AND user_id = ? AND blocked_id IN (?)
     UNION SELECT user_id FROM blocks WHERE hub_id = ? AND blocked_id = ? AND user_id IN (?)`,
    [hub.id, userId, otherIds, hub.id, userId, otherIds],
  );
  return new Set(rows.map((row) => row.id));
}

/** Tells whether there is a block between the user and one of the others. */
export const isBlocked = async (
  hub: Hub,
  userId: string,
  otherIds: readonly string[],
): Promise<boolean> => (await listBlocked(hub, userId, otherIds)).size > 0;

/** Returns which of these pairs of users there is a block between, in either direction. */
export async function listBlocks(
  hub: Hub,
  pairs: readonly (readonly [string, string])[],
): Promise<{ userId: string; blockedId: string }[]> {
  if (pairs.length === 0) return [];
  return hub.read(
    `SELECT user_id AS userId, blocked_id AS blockedId FROM blocks
     WHERE hub_id = ? AND (user_id, blocked_id) IN (?)`,
    [
      hub.id,
      pairs.flatMap(([a, b]) => [
        [a, b],
        [b, a],
      ]),
    ],
  );
}
