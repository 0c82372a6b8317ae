import { z } from 'zod';
import { bit, count } from '../language/fields.ts';

export const category = z.literal(['image', 'video', 'audio', 'document', 'other']);

export type Category = z.infer<typeof category>;

/** A file as it was received: its bytes are in the store, under its id. */
export interface StoredFile {
  id: string;
  fileName: string;
  extension: string;
  mimetype: string;
  category: Category;
  filesize: number;
  width: number | null;
  height: number | null;
  hasThumbnail: boolean;
}

/** What a client sends as a file, and what the handler gets. */
export const file = z
  .custom<StoredFile>()
  .meta({ type: 'string', format: 'binary' }) as unknown as z.ZodType<StoredFile, Blob>;

const fileFields = {
  nid: z.string(),
  file_name: z.string(),
  /** Bytes. */
  filesize: count,
  /** Without the dot, lower case. */
  extension: z.string(),
  category,
  /** As its bytes say, never as the sender says. */
  mimetype: z.string(),
  /** Pixels, of images, as they are shown. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  has_thumbnail: bit,
};

/** An uploaded file that waits to be sent. */
export const StagedFile = z.strictObject(fileFields);
export type StagedFile = z.infer<typeof StagedFile>;

/** A file of a message. Its bytes: GET /-/file/<nid>, and /-/file/<nid>/thumb. */
export const Attachment = z.strictObject({
  ...fileFields,
  hub_id: z.string(),
  privilege: z.literal([3, 15]),
  page: z.int().positive(),
});
export type Attachment = z.infer<typeof Attachment>;
