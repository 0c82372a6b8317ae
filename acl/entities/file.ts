import { z } from 'zod';
import { bit, count, millis, positive, seconds } from '../language/fields.ts';
import { Card } from './member.ts';

export const category = z.literal(['image', 'video', 'audio', 'document', 'other']);

export type Category = z.infer<typeof category>;

/** A received file, whose bytes are in the store under its id. */
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

/** A file part of a multipart body: the client sends a Blob, the handler gets the stored file. */
export const file: z.ZodType<StoredFile, Blob> = z.any().meta({ type: 'string', format: 'binary' });

const fileFields = {
  nid: z.string(),
  file_name: z.string(),
  /** Bytes. */
  filesize: count,
  /** Without the dot, lower case. */
  extension: z.string(),
  category,
  /** Determined from its bytes; the sender's claim is ignored. */
  mimetype: z.string(),
  /** Of images: pixels, after rotation by their EXIF orientation. */
  width: positive.optional(),
  height: positive.optional(),
  has_thumbnail: bit,
};

/** An uploaded file that no message refers to yet. */
export const StagedFile = z.strictObject(fileFields);
export type StagedFile = z.infer<typeof StagedFile>;

/**
 * Signed links to a file and its thumbnail, for a page's <img>, <video> and <a>; relative to the
 * service. Null: the token may not read files, or the file has no thumbnail.
 */
export const fileLinks = {
  url: z.string().nullable(),
  thumb_url: z.string().nullable(),
};

export const FileLinks = z.strictObject({ nid: z.string(), ...fileLinks });
export type FileLinks = z.infer<typeof FileLinks>;

/** A file of a message in a reply. In events, which are the same for all, it has no links. */
export const MessageFile = z.strictObject({ ...fileFields, ...fileLinks });
export type MessageFile = z.infer<typeof MessageFile>;

/** A file of a message. Its bytes: GET /-/file/<nid>, and /-/file/<nid>/thumb. */
export const Attachment = z.strictObject({
  ...fileFields,
  ...fileLinks,
  hub_id: z.string(),
  privilege: z.literal([3, 15]),
  page: positive,
});
export type Attachment = z.infer<typeof Attachment>;

/** A file of a conversation, with the message that it came with. */
export const RoomFile = z.strictObject({
  ...fileFields,
  ...fileLinks,
  message_id: z.string(),
  entity_id: z.string(),
  author_id: z.string(),
  entity: Card,
  ctime: seconds,
  ctime_ms: millis,
  cursor: z.string(),
});
export type RoomFile = z.infer<typeof RoomFile>;
