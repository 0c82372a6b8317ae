import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import sharp, { type Metadata } from 'sharp';
import type { Category } from '../acl/entities/file.ts';
import { ServiceError } from '../acl/language/errors.ts';

/** What the bytes of a file are. The type that the client states is not used. */
export interface Inspected {
  mimetype: string;
  category: Category;
  /** Pixels, after the picture is turned upright. */
  width: number | null;
  height: number | null;
  hasThumbnail: boolean;
}

/** How pictures of one upload are decoded. */
export interface Decoding {
  maxPixels: number;
  /** Counts what a picture costs; rejects if the sender's calls are used up. */
  countPixels: (count: number) => Promise<void>;
  /** Runs once it is the sender's turn: few pictures are decoded at once. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];
const documents =
  /^(text\/|application\/(pdf|rtf|msword|epub|xml|vnd\.(oasis|openxmlformats|ms-)))/;
const thumbnailSide = 320;
const maxSeconds = 10;

// Only the formats below can be decoded; the other loaders of libvips are switched off.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].map(
    (format) => `VipsForeignLoad${format}File`,
  ),
});
sharp.cache(false);
sharp.concurrency(1);

/**
 * Identifies a file's type. Of a picture it also measures the size and writes a thumbnail. Fails
 * with TOO_LARGE for a picture of more than `maxPixels` pixels; zero allows any number.
 */
export async function inspect(
  path: string,
  thumbnailPath: string,
  decoding: Decoding,
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
  return { ...plain, ...(await decoding.inTurn(() => measure(path, thumbnailPath, decoding))) };
}

async function sniff(path: string): Promise<string> {
  const found = await fileTypeFromFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall !== undefined) throw error;
  });
  if (found?.mime === 'image/apng') return 'image/png';
  if (found) return found.mime.split(';')[0] ?? found.mime;
  return (await isText(path)) ? 'text/plain' : 'application/octet-stream';
}

/**
 * Whether the beginning of a file is UTF-8 without NUL. HTML and SVG are text as well, so that no
 * browser is told to run them.
 */
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

/** A picture that cannot be decoded has no size and no thumbnail. */
async function measure(
  path: string,
  thumbnailPath: string,
  { maxPixels, countPixels }: Decoding,
): Promise<Measured> {
  // The size is in the header, so that a picture that is too large is not decoded.
  const head = sharp(path, { limitInputPixels: false });
  const { width, height, autoOrient } = await head
    .metadata()
    .catch(() => ({}) as Partial<Metadata>);
  if (width === undefined || height === undefined)
    return { width: null, height: null, hasThumbnail: false };
  if (maxPixels > 0 && width * height > maxPixels)
    throw new ServiceError('TOO_LARGE', [
      `file: the picture has ${width} × ${height} pixels, of at most ${maxPixels}`,
    ]);
  await countPixels(width * height);
  const shown = { width: autoOrient?.width ?? width, height: autoOrient?.height ?? height };
  const hasThumbnail = await sharp(path, { limitInputPixels: width * height, failOn: 'truncated' })
    .autoOrient()
    .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .timeout({ seconds: maxSeconds })
    .toFile(thumbnailPath)
    .then(
      () => true,
      () => false,
    );
  return { ...shown, hasThumbnail };
}
