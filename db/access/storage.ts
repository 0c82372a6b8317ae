import { allows } from '../../acl/language/permission.ts';
import type { Hub } from '../connection/transaction.ts';
import { sumSent } from '../rows/messages/attachments.ts';

/** Returns the bytes of the hub's sent files, for its admins; undefined for others. */
export async function usedStorage({
  hub,
  user,
}: {
  hub: Hub;
  user: { privilege: number };
}): Promise<number | undefined> {
  return allows(user.privilege, 'admin') ? (await sumSent(hub)).all : undefined;
}
