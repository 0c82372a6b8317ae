import type { Hub } from '../../db/connection/transaction.ts';
import { listKeysBeyond, revokeKey } from '../../db/rows/identity/keys.ts';
import { deleteKeySessions } from '../../db/rows/identity/sessions.ts';

/**
 * Revokes the keys that a member made and that may do more than the member may from now on. Returns
 * the ids of the keys and of their sessions, whose sockets must be cut.
 */
export async function endKeysBeyond(
  hub: Hub,
  userId: string,
  privilege: number,
  now: number,
): Promise<string[]> {
  const ended: string[] = [];
  for (const keyId of await listKeysBeyond(hub, userId, privilege)) {
    ended.push(keyId, ...(await deleteKeySessions(hub, keyId)));
    await revokeKey(hub, keyId, now);
  }
  return ended;
}
