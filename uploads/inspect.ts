import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import type { Category } from '../acl/entities/file.ts';
import { isConfirmed } from './media.ts';
import type { Pictures } from './pictures.ts';

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
  decoder: Pictures;
  maxPixels: number;
  /** Counts what a picture costs; rejects if the sender's calls are used up. */
  countPixels: (count: number) => Promise<void>;
  /** Runs once it is the sender's turn: few pictures are decoded at once. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];
const documents =
  /^(text\/|application\/(pdf|rtf|msword|epub|xml|vnd\.(oasis|openxmlformats|ms-)))/;

/**
 * Identifies a file's type. Of a picture it also measures the size and writes a thumbnail, unless
 * it has more than `maxPixels` pixels; zero allows any number.
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
  const [mimetype = ''] = found?.mime.split(';') ?? [];
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(startBytes), 0, startBytes, 0);
    const start = buffer.subarray(0, bytesRead);
    if (mayBeText(mimetype, start) && isText(start)) return 'text/plain';
    if (mimetype === 'image/apng') return 'image/png';
    const isKnown = mimetype !== '' && (await isConfirmed(file, mimetype));
    return isKnown ? mimetype : 'application/octet-stream';
  } finally {
    await file.close();
  }
}

const startBytes = 64 * 1024;

/** Texts may begin like media: "BMW". The long signature of a GIF is no chance, though all text. */
const mayBeText = (mimetype: string, start: Buffer): boolean =>
  mimetype === '' ||
  (/^(audio|font|image|video)\//.test(mimetype) &&
    !/^GIF8[79]a/.test(start.toString('latin1', 0, 6)));

/**
 * Whether the beginning of a file is UTF-8 without NUL, or UTF-16 with a byte order mark. HTML and
 * SVG are text as well, so that no browser runs them.
 */
function isText(start: Buffer): boolean {
  const mark = start.length < 2 ? 0 : start.readUInt16BE();
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(start, { stream: true });
    return !text.includes('\0');
  } catch {
    return false;
  }
}

type Measured = Pick<Inspected, 'width' | 'height' | 'hasThumbnail'>;

/**
 * Returns the size of a picture. One that cannot be decoded has none, and no thumbnail; one of too
 * many pixels is not decoded.
 */
async function measure(
  path: string,
  thumbnailPath: string,
  { decoder, maxPixels, countPixels }: Decoding,
): Promise<Measured> {
  const size = await decoder.sizeOf(path);
  if (!size) return { width: null, height: null, hasThumbnail: false };
  const pixels = size.width * size.height;
  if (maxPixels > 0 && pixels > maxPixels) return { ...size.shown, hasThumbnail: false };
  await countPixels(pixels);
  return {
    ...size.shown,
    hasThumbnail: await decoder.writeThumbnail(path, thumbnailPath, pixels),
  };
}
