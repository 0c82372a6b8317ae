import { writeFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';

/* Decodes pictures, one after the other, in the processes that pictures.ts starts. */

/** Reads a picture's size from its header, or writes its thumbnail. */
export type Task =
  | { kind: 'size'; path: string }
  | { kind: 'thumbnail'; path: string; to: string; pixels: number };

/** The width and height that the file states, and those of the picture once it is upright. */
export interface PictureSize {
  width: number;
  height: number;
  shown: { width: number; height: number };
}

/** The result of a task; null if the picture cannot be decoded. */
export type Result = PictureSize | 'written' | null;

const thumbnailSide = 320;

// Only the formats below can be decoded; the other loaders of libvips are switched off.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif'].map(
    (format) => `VipsForeignLoad${format}File`,
  ),
});
sharp.cache(false);
sharp.concurrency(1);

async function readSize(path: string): Promise<Result> {
  const { width, height, autoOrient }: Partial<Metadata> = await sharp(path, {
    limitInputPixels: false,
  }).metadata();
  if (width === undefined || height === undefined) return null;
  const shown = { width: autoOrient?.width ?? width, height: autoOrient?.height ?? height };
  return { width, height, shown };
}

async function writeThumbnail(path: string, to: string, pixels: number): Promise<Result> {
  await sharp(path, { limitInputPixels: pixels, failOn: 'truncated' })
    .autoOrient()
    .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .toFile(to);
  return 'written';
}

const run = (task: Task): Promise<Result> =>
  task.kind === 'size' ? readSize(task.path) : writeThumbnail(task.path, task.to, task.pixels);

const send = (message: Result | 'ready'): void => void process.send?.(message);

process.on('message', (task: Task) => {
  run(task).then(send, () => send(null));
});
// It ends with the service, which finishes running calls after a signal to the process group.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
// Not by exit(), which waits for a decoder that is running.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

// On Linux, if memory runs out, the kernel ends this process and not the service.
await writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});
send('ready');
