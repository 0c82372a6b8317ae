import { build } from '../../connection/statements.ts';
import type { Hub } from '../../connection/transaction.ts';
import { members } from '../../tables/index.ts';

/** Locks a member's row, also of a former member (privilege 0). */
export async function lockMember(
  hub: Hub,
  userId: string,
): Promise<{ privilege: number; joinedMs: number } | undefined> {
  const [row] = await hub.lock<{ privilege: number; joinedMs: number }>(
    `SELECT privilege, joined_ms AS joinedMs FROM members
     WHERE hub_id = ? AND user_id = ? FOR UPDATE`,
    [hub.id, userId],
  );
  return row;
}

/** Locks members' rows, so that nobody is removed from the hub while being put into a room. */
export async function lockMemberRows(hub: Hub, userIds: readonly string[]): Promise<void> {
  if (userIds.length > 0)
    await hub.lock(
      'SELECT 1 FROM members WHERE hub_id = ? AND user_id IN (?) ORDER BY user_id FOR UPDATE',
      [hub.id, userIds],
    );
}

/** Locks the rows of all owners of the hub; returns their ids. */
export async function lockOwners(hub: Hub): Promise<string[]> {
  const rows = await hub.lock<{ userId: string }>(
    `SELECT user_id AS userId FROM members
     WHERE hub_id = ? AND privilege = 63 ORDER BY user_id FOR UPDATE`,
    [hub.id],
  );
  return rows.map((row) => row.userId);
}

/** Inserts a member, or changes the privilege. A former member keeps the streams they had. */
export async function saveMember(
  hub: Hub,
  userId: string,
  privilege: number,
  now: number,
): Promise<void> {
  await hub.write(
    build
      .insert(members)
      .values({ hubId: hub.id, userId, privilege, joinedMs: now })
      .onDuplicateKeyUpdate({ set: { privilege } }),
  );
}

/** Returns the ids of the next members after `after`, in the order of ids. */
export async function listMemberIds(hub: Hub, after: string, limit: number): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `SELECT user_id AS id FROM members
     WHERE hub_id = ? AND user_id > ? AND privilege > 0 ORDER BY user_id LIMIT ?`,
    [hub.id, after, limit],
  );
  return rows.map((row) => row.id);
}
