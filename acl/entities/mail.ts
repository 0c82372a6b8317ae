import { z } from 'zod';
import { bit, content, millis } from '../language/fields.ts';

export const boxName = z.literal(['inbox', 'sent']);
export type BoxName = z.infer<typeof boxName>;

/** Who sent it. Of a system message `id` is null. */
const From = z.strictObject({
  id: z.string().nullable(),
  name: z.string(),
  pic: z.string().nullable(),
});

/** What all owners of a message share. */
const shared = {
  message_id: z.string(),
  message_version: z.int().positive(),
  message_created_ms: millis,
  message_updated_ms: millis,
  from: From,
  /** Empty for a message to everybody in the hub. */
  to_ids: z.array(z.string()),
  sent_ms: millis,
  content,
};
export const SharedMail = z.strictObject(shared);
export type SharedMail = z.infer<typeof SharedMail>;

/** A message as it lies in one owner's box. */
export const Mail = z.strictObject({
  ...shared,
  owner_id: z.string(),
  box: boxName,
  is_read: bit,
  version: z.int().positive(),
  created_ms: millis,
  updated_ms: millis,
});
export type Mail = z.infer<typeof Mail>;

/** That a message to everybody has changed: who has it asks for it. */
export const ChangedMail = z.strictObject({
  message_id: z.string(),
  message_version: z.int().positive(),
});

/** What is left of a message in the log once it was deleted for all its owners. */
export const DeletedMail = z.strictObject({ message_id: z.string(), deleted: z.literal(1) });
