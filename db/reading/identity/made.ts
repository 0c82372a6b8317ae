/** What a key has led to: whom and what it made, and so on. */
import type { Hub } from '../../connection/transaction.ts';

export interface MakingKey {
  id: string;
  permission: number;
}

/**
 * Keys and users, also those that ended meanwhile. What a maker did before they were made
 * themselves is not the key's doing, nor what has more bits than it.
 */
const made = `WITH RECURSIVE made (id, made_ms) AS (
  SELECT id, created_ms FROM \`keys\` WHERE hub_id = ? AND id = ?
  UNION
  SELECT next.user_id, next.made_ms FROM made
  JOIN member_makers next
    ON next.hub_id = ? AND next.maker_id = made.id AND next.made_ms >= made.made_ms
  UNION
  SELECT k.id, k.created_ms FROM made
  JOIN \`keys\` k
    ON k.hub_id = ? AND made.id IN (k.created_by, k.made_by_key)
      AND k.created_ms >= made.made_ms AND (k.permission & ~?) = 0
)`;
const boundTo = (hub: Hub, { id, permission }: MakingKey) =>
  [hub.id, id, hub.id, hub.id, permission] as const;

/** Returns the ids of members whom the key led to, those with most rights first. */
export async function listMadeMembers(hub: Hub, key: MakingKey, limit: number): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `${made}
     SELECT user_id AS id FROM members
     WHERE hub_id = ? AND privilege > 0 AND user_id IN (SELECT id FROM made)
     ORDER BY privilege DESC, user_id LIMIT ?`,
    [...boundTo(hub, key), hub.id, limit],
  );
  return rows.map((row) => row.id);
}

/** Returns the ids of live keys that the key led to. */
export async function listMadeKeys(hub: Hub, key: MakingKey): Promise<string[]> {
  const rows = await hub.read<{ id: string }>(
    `${made}
     SELECT id FROM \`keys\`
     WHERE hub_id = ? AND revoked_ms IS NULL AND id IN (SELECT id FROM made)`,
    [...boundTo(hub, key), hub.id],
  );
  return rows.map((row) => row.id);
}
