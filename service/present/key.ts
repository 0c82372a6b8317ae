import type { listKeys } from '../../db/rows/identity/keys.ts';
import { toSeconds } from './time.ts';

type KeyRow = Awaited<ReturnType<typeof listKeys>>[number];

/** Returns a key without its secret. */
export const presentKey = (key: KeyRow) => ({
  key_id: key.id,
  name: key.name,
  kind: key.kind,
  permission: key.permission,
  user_id: key.userId,
  ctime: toSeconds(key.createdMs),
  is_revoked: key.revokedMs === null ? (0 as const) : (1 as const),
});
