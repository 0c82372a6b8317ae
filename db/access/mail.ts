/** Access to messages in boxes. */
import { listMembers } from '../reading/identity/members.ts';
import { listEntries, type MailView } from '../reading/mail/boxes.ts';
import { listBlocked } from '../rows/identity/blocks.ts';
import { lockMail, type MailRecord } from '../rows/mail/mail.ts';
import { type BoxName, lockEntries } from '../rows/mail/mailboxes.ts';
import type { AccessCall } from './call.ts';

/** Returns those of the messages that are in a box of the caller's, in the order of `ids`. */
export async function entriesOfMine(
  { hub, user }: Pick<AccessCall, 'hub' | 'user'>,
  box: BoxName,
  ids: readonly string[],
): Promise<MailView[]> {
  const entries = await listEntries(hub, user.id, ids, [box]);
  const found = new Map(entries.map((entry) => [entry.id, entry]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Locks the same, each once, to mark or delete them. */
export async function entriesToChange(
  call: Pick<AccessCall, 'hub' | 'user'>,
  box: BoxName,
  ids: readonly string[],
): Promise<MailView[]> {
  const distinct = [...new Set(ids)];
  const [, entries] = await Promise.all([
    lockEntries(call.hub, call.user.id, box, distinct),
    entriesOfMine(call, box, distinct),
  ]);
  return entries;
}

/** Returns those of the users to whom the caller may send: members without a block, and self. */
export async function recipientsOf(
  { hub, user, fail }: AccessCall<'INVALID_RECIPIENT'>,
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
    : fail('INVALID_RECIPIENT', 'to_ids: contains no user to whom you may send');
}

/** Locks messages to change or delete for all. A negative `version` stands for any version. */
export async function mailToChange(
  { hub, fail }: AccessCall<'VERSION_MISMATCH'>,
  ids: readonly string[],
  version: number,
): Promise<MailRecord[]> {
  const found = await lockMail(hub, ids);
  const other = version < 0 ? undefined : found.find((one) => one.version !== version);
  return other
    ? fail('VERSION_MISMATCH', `version: the current version is ${other.version}`)
    : found;
}
