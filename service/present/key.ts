import type { listKeys } from '../../db/rows/identity/keys.ts';
import { toSeconds } from './time.ts';

type KeyRow = Awaited<ReturnType<typeof listKeys>>[number];

/** Returns who made a key. */
export const presentMaker = ({ createdBy, madeByKey }: Pick<KeyRow, 'createdBy' | 'madeByKey'>) =>
  createdBy === null ? null : { user_id: createdBy, key_id: madeByKey };

/** Returns a key without its secret. */
export const presentKey = (key: KeyRow) => ({
  key_id: key.id,
  name: key.name,
  kind: key.kind,
  permission: key.permission,
  user_id: key.userId,
  made_by: presentMaker(key),
  ctime: toSeconds(key.createdMs),
  is_revoked: key.revokedMs === null ? (0 as const) : (1 as const),
});
