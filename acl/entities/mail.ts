import { z } from 'zod';
import { bit, content, millis, positive } from '../language/fields.ts';

export const boxName = z.enum(['inbox', 'sent']);
export type BoxName = z.infer<typeof boxName>;

/** The sender. `id` is null for a message from the system. */
const From = z.strictObject({
  id: z.string().nullable(),
  name: z.string(),
  pic: z.string().nullable(),
});

/** The part of a message that is the same for all its owners. */
const shared = {
  message_id: z.string(),
  message_version: positive,
  message_created_ms: millis,
  message_updated_ms: millis,
  from: From,
  /** Empty for a message to every member of the hub. */
  to_ids: z.array(z.string()),
  sent_ms: millis,
  content,
};
export const SharedMail = z.strictObject(shared);
export type SharedMail = z.infer<typeof SharedMail>;

/** A message in one owner's box. */
export const Mail = z.strictObject({
  ...shared,
  owner_id: z.string(),
  box: boxName,
  is_read: bit,
  version: positive,
  created_ms: millis,
  updated_ms: millis,
});
export type Mail = z.infer<typeof Mail>;

/**
 * Announces that a message to every member has changed, without its content; owners fetch it.
 */
export const ChangedMail = z.strictObject({
  message_id: z.string(),
  message_version: positive,
});

/** What the event log keeps of a message that was deleted for all its owners. */
export const DeletedMail = z.strictObject({ message_id: z.string(), deleted: z.literal(1) });
