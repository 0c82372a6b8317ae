/** Messages of boxes that a caller may have: his own entries, and for the system every message. */

import { listBlocked, listMembers } from '../rows/identity/members.ts';
import {
  type BoxName,
  listEntries,
  lockEntries,
  lockMail,
  type MailRecord,
  type MailView,
} from '../rows/mail/mail.ts';
import type { Asking } from './rooms.ts';

/** Those of the messages that lie in one of the caller's boxes, in the order asked for. */
export async function entriesOfMine(
  { hub, user }: Pick<Asking, 'hub' | 'user'>,
  box: BoxName,
  ids: readonly string[],
): Promise<MailView[]> {
  const found = new Map(
    (await listEntries(hub, user.id, box, ids)).map((entry) => [entry.id, entry]),
  );
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** The same, each once, locked to be marked or deleted. */
export async function entriesToChange(
  asking: Pick<Asking, 'hub' | 'user'>,
  box: BoxName,
  ids: readonly string[],
): Promise<MailView[]> {
  const distinct = [...new Set(ids)];
  await lockEntries(asking.hub, asking.user.id, box, distinct);
  return entriesOfMine(asking, box, distinct);
}

/** Those of the users to whom the caller may send: members who have not closed their conversation with him, and himself. */
export async function recipientsOf(
  { hub, user, fail }: Asking<'INVALID_RECIPIENT'>,
  ids: readonly string[],
): Promise<string[]> {
  const [members, blocked] = await Promise.all([
    listMembers(hub, ids),
    listBlocked(hub, user.id, ids),
  ]);
  const open = new Set(
    members.map((member) => member.id).filter((id) => id === user.id || !blocked.has(id)),
  );
  const recipients = ids.filter((id) => open.has(id));
  return recipients.length > 0
    ? recipients
    : fail('INVALID_RECIPIENT', 'to_ids: names nobody to whom you may send');
}

/** Messages to change or delete for all their owners, locked; of a given version, or of any when it is negative. */
export async function mailToChange(
  { hub, fail }: Asking<'VERSION_MISMATCH'>,
  ids: readonly string[],
  version: number,
): Promise<MailRecord[]> {
  const found = await lockMail(hub, ids);
  const other = version < 0 ? undefined : found.find((one) => one.version !== version);
  return other ? fail('VERSION_MISMATCH', `version: is ${other.version} by now`) : found;
}
