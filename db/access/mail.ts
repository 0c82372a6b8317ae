/** Access to messages in boxes. */
import { listMembers } from '../reading/identity/members.ts';
import { listEntries, type MailView } from '../reading/mail/boxes.ts';
import { listBlocked } from '../rows/identity/blocks.ts';
import { listMail, lockMail, type MailRecord } from '../rows/mail/mail.ts';
import { type BoxName, lockEntries } from '../rows/mail/mailboxes.ts';
import type { AccessCall } from './call.ts';
import { isServerOfApplication, type KeyCall } from './keys.ts';

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

/** Who asks for messages as the system does, in place of their owners. */
export type SystemCall = KeyCall;

/**
 * Returns whether the caller may read and delete also what members sent. Private mail is for its
 * sender and its receivers; the system has what the system sent. Only the contract of brainCloud
 * gives an application's server all messages.
 */
export const mayReadMembersMail = isServerOfApplication;

const isFromSystem = (mail: MailRecord): boolean => mail.fromId === null;

/** Returns those of the messages that the system may read, in the order of `ids`. */
export async function systemMailToRead(
  call: SystemCall,
  ids: readonly string[],
): Promise<MailRecord[]> {
  const [mail, all] = await Promise.all([listMail(call.hub, ids), mayReadMembersMail(call)]);
  const found = new Map(mail.filter((one) => all || isFromSystem(one)).map((one) => [one.id, one]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/**
 * Locks messages to change or delete for all their owners. Nobody changes what a member sent. A
 * negative `version` stands for any version.
 */
export async function systemMailToChange(
  call: SystemCall & AccessCall<'VERSION_MISMATCH'>,
  ids: readonly string[],
  version: number,
  purpose: 'update' | 'delete',
): Promise<MailRecord[]> {
  const { hub, fail } = call;
  const all = purpose === 'delete' && (await mayReadMembersMail(call));
  const found = (await lockMail(hub, ids)).filter((one) => all || isFromSystem(one));
  const other = version < 0 ? undefined : found.find((one) => one.version !== version);
  return other
    ? fail('VERSION_MISMATCH', `version: the current version is ${other.version}`)
    : found;
}
