import type { FileHandle } from 'node:fs/promises';

/**
 * Whether a file is what its first bytes claim, looking further than they do: the signatures of MP3
 * and MP4 are so short that texts and other data begin with them by chance. Types that browsers do
 * not show are not checked.
 */
export async function isConfirmed(file: FileHandle, mimetype: string): Promise<boolean> {
  if (mimetype === 'audio/mpeg') return isMp3(file);
  if (mimetype === 'video/mp4') return isMp4(file);
  return true;
}

/** Returns bytes of the file; fewer at its end. */
async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

interface Frame {
  bytes: number;
  /** What all frames of a file have in common. */
  stream: string;
}

/** kbit/s by the index in the header: of MPEG 1, and of MPEG 2 and 2.5. */
const bitrates = {
  first: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  later: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const sampleRates = [44_100, 48_000, 32_000];
/** By the bits of the version; the second is reserved. */
const dividers = [4, undefined, 2, 1];
const framesToSee = 3;

/** Returns the frame of layer III that begins with these bytes. */
function frameOf(header: Buffer): Frame | undefined {
  if (header.length < 4) return undefined;
  const bits = header.readUInt32BE();
  const divider = dividers[(bits >>> 19) & 3];
  const isLayer3 = bits >>> 21 === 0x7ff && ((bits >>> 17) & 3) === 1;
  const bitrate = (divider === 1 ? bitrates.first : bitrates.later)[((bits >>> 12) & 15) - 1];
  const sampleRate = sampleRates[(bits >>> 10) & 3];
  const hasReservedEmphasis = (bits & 3) === 2;
  if (!isLayer3 || !divider || !bitrate || !sampleRate || hasReservedEmphasis) return undefined;
  const length = ((divider === 1 ? 144 : 72) * bitrate * 1000 * divider) / sampleRate;
  const padding = (bits >>> 9) & 1;
  return { bytes: Math.floor(length) + padding, stream: `${divider} ${sampleRate}` };
}

/** An MP3 is a tag and a frame, or several frames in a row. */
async function isMp3(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  const tagBytes = await id3BytesOf(file);
  let position = tagBytes;
  const first = frameOf(await bytesAt(file, position, 4));
  for (let seen = 0, frame = first; frame; seen += 1) {
    position += frame.bytes;
    if (position > size) return false;
    if (tagBytes > 0 || position === size || seen + 1 === framesToSee) return true;
    frame = frameOf(await bytesAt(file, position, 4));
    if (frame?.stream !== first?.stream) return false;
  }
  return false;
}

/** Returns how many bytes the ID3v2 tag at the beginning of a file has; 0 without one. */
async function id3BytesOf(file: FileHandle): Promise<number> {
  const head = await bytesAt(file, 0, 10);
  const isTag = head.length === 10 && head.toString('latin1', 0, 3) === 'ID3';
  const [version = 0, revision = 0, flags = 0, ...size] = head.subarray(3);
  const isWellFormed = version < 0x0f && revision < 0xff && size.every((byte) => byte < 0x80);
  if (!isTag || !isWellFormed) return 0;
  const footerBytes = flags & 0x10 ? 10 : 0;
  return 10 + size.reduce((sum, byte) => sum * 128 + byte, 0) + footerBytes;
}

/** The boxes that may stand at the top of an MP4. */
const topBoxes = new Set(
  'free skip wide uuid pdin sidx ssix styp prft emsg mfra meta udta moov moof mdat'.split(' '),
);
const brands = /^(iso[m1-9a-z]|mp4[12]|mp71|avc[1-4]|MSNV|dash|cmf[2cs]|M4[APV] |F4[PV] |f4v )$/;
const maxBrandBytes = 1024;
const maxBoxes = 100;

/** An MP4 begins with a box of known brands; the boxes after it end where the file does. */
async function isMp4(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  const head = await bytesAt(file, 0, maxBrandBytes);
  const brandBytes = head.length < 16 ? 0 : head.readUInt32BE();
  if (brandBytes < 16 || brandBytes > head.length || brandBytes % 4 > 0) return false;
  const named = head.toString('latin1', 8, brandBytes).match(/.{4}/gs) ?? [];
  if (!named.some((brand, index) => index !== 1 && brands.test(brand))) return false;
  let position = brandBytes;
  for (let count = 0; count < maxBoxes && position < size; count += 1) {
    const box = await boxAt(file, position, size);
    if (!box || position + box.bytes > size) return false;
    if (box.type === 'moov' || box.type === 'moof') return true;
    position += box.bytes;
  }
  return position === size;
}

async function boxAt(
  file: FileHandle,
  position: number,
  fileSize: number,
): Promise<{ type: string; bytes: number } | undefined> {
  const head = await bytesAt(file, position, 16);
  if (head.length < 8) return undefined;
  const type = head.toString('latin1', 4, 8);
  const short = head.readUInt32BE();
  // 0: up to the end of the file. 1: the size follows in 64 bits.
  const isLong = short === 1 && head.length === 16;
  const bytes =
    short === 0 ? fileSize - position : isLong ? Number(head.readBigUInt64BE(8)) : short;
  return topBoxes.has(type) && bytes >= (isLong ? 16 : 8) ? { type, bytes } : undefined;
}
