import type { Mail, SharedMail } from '../../acl/entities/mail.ts';
import type { MailView } from '../../db/reading/mail/boxes.ts';
import type { MailRecord } from '../../db/rows/mail/mail.ts';

/** Returns a message as all its owners share it. */
export const presentSharedMail = (mail: MailRecord): SharedMail => ({
  message_id: mail.id,
  message_version: mail.version,
  message_created_ms: mail.createdMs,
  message_updated_ms: mail.updatedMs,
  from: { id: mail.fromId, name: mail.fromName, pic: mail.fromPic },
  to_ids: mail.toIds ?? [],
  sent_ms: mail.sentMs,
  content: mail.content,
});

/** Returns a message as it lies in one owner's box. */
export const presentMail = (mail: MailView): Mail => ({
  ...presentSharedMail(mail),
  owner_id: mail.ownerId,
  box: mail.box,
  is_read: mail.isRead ? 1 : 0,
  version: mail.entryVersion,
  created_ms: mail.entryCreatedMs,
  updated_ms: mail.entryUpdatedMs,
});
