import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import pLimit from 'p-limit';
import sharp, { type Metadata } from 'sharp';
import type { Category } from '../acl/entities/file.ts';
import { ServiceError } from '../acl/language/errors.ts';

/** What a file is, as its bytes say. */
export interface Inspected {
  mimetype: string;
  category: Category;
  /** Pixels, as it is shown. */
  width: number | null;
  height: number | null;
  hasThumbnail: boolean;
}

const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];
const documents =
  /^(text\/|application\/(pdf|rtf|msword|epub|xml|vnd\.(oasis|openxmlformats|ms-)))/;
const thumbnailSide = 320;
const secondsForOne = 10;

// Only what the sniffed types need can be decoded; the rest of libvips' loaders is out of reach.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].map(
    (format) => `VipsForeignLoad${format}File`,
  ),
});
sharp.cache(false);
sharp.concurrency(1);
/** Pictures are decoded two at a time, so that many at once take neither all memory nor all of Node's threads. */
const decoding = pLimit(2);

/** Sniff a file's type; of a picture also measure it and write a thumbnail beside it. Refuses a picture of too many pixels. */
export async function inspect(
  path: string,
  thumbnailPath: string,
  mostPixels: number,
): Promise<Inspected> {
  const mimetype = await sniff(path);
  const [kind = ''] = mimetype.split('/');
  const category =
    kind === 'image' || kind === 'video' || kind === 'audio'
      ? kind
      : documents.test(mimetype)
        ? 'document'
        : 'other';
  const plain = { mimetype, category, width: null, height: null, hasThumbnail: false } as const;
  if (!pictures.includes(mimetype)) return plain;
  return { ...plain, ...(await decoding(() => measure(path, thumbnailPath, mostPixels))) };
}

async function sniff(path: string): Promise<string> {
  const found = await fileTypeFromFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== undefined) throw error;
  });
  if (found?.mime === 'image/apng') return 'image/png';
  if (found) return found.mime.split(';')[0] ?? found.mime;
  return (await isText(path)) ? 'text/plain' : 'application/octet-stream';
}

/** Its beginning is UTF-8 without NUL. Markup is text too: nobody is told that a file is HTML or SVG. */
async function isText(path: string): Promise<boolean> {
  const handle = await open(path);
  const { buffer, bytesRead } = await handle
    .read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0)
    .finally(() => handle.close());
  const start = buffer.subarray(0, bytesRead);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return !start.includes(0);
  } catch {
    return false;
  }
}

type Measured = Pick<Inspected, 'width' | 'height' | 'hasThumbnail'>;

/** A picture that cannot be decoded is a file like any other, without a size. */
async function measure(path: string, thumbnailPath: string, mostPixels: number): Promise<Measured> {
  // Its head tells the size; nothing is decoded before that is known.
  const head = sharp(path, { limitInputPixels: false });
  const { width, height, autoOrient } = await head
    .metadata()
    .catch(() => ({}) as Partial<Metadata>);
  if (width === undefined || height === undefined)
    return { width: null, height: null, hasThumbnail: false };
  if (mostPixels > 0 && width * height > mostPixels)
    throw new ServiceError('TOO_LARGE', [
      `file: a picture of ${width} × ${height} pixels; at most ${mostPixels}`,
    ]);
  const shown = { width: autoOrient?.width ?? width, height: autoOrient?.height ?? height };
  const hasThumbnail = await sharp(path, { limitInputPixels: width * height, failOn: 'truncated' })
    .autoOrient()
    .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .timeout({ seconds: secondsForOne })
    .toFile(thumbnailPath)
    .then(
      () => true,
      () => false,
    );
  return { ...shown, hasThumbnail };
}
