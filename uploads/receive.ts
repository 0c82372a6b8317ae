import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import multer from 'multer';
import { v7 as newId } from 'uuid';
import type { StoredFile } from '../acl/entities.ts';
import { ServiceError } from '../acl/errors.ts';
import { inspect } from './inspect.ts';
import { extensionOf, safeName } from './names.ts';
import { type ByteStore, removeBytes, StorageFailed } from './store.ts';

export interface Sender {
  hubId: string;
  userId: string;
}

/** What a multipart body held. */
export interface Received {
  fields: Record<string, unknown>;
  files: StoredFile[];
}

export interface Receiver {
  /** Read a body of files into the store, in constant memory. All of them or none: what was taken before an error is removed. */
  receive(request: IncomingMessage, sender: Sender): Promise<Received>;
  /** Remove received files that got no row. */
  drop(hubId: string, files: readonly StoredFile[]): Promise<void>;
}

export interface ReceiverDependencies {
  store: ByteStore;
  /** A folder on the store's disk for what is not whole yet. */
  temporary: string;
  /** Zero switches one off. */
  limits: { fileBytes: number; filesPerMessage: number; stagedBytes: number; imagePixels: number };
  /** Counts one more file of the user's; rejects when he sends too many. */
  countFile: (userId: string) => Promise<void>;
  /** How many bytes the sender has staged. */
  stagedBytes: (sender: Sender) => Promise<number>;
}

/** As many as a message can have when the limit is off. */
const mostFiles = 100;
const slackBytes = 64 * 1024;
const diskTrouble = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE', 'EACCES', 'ENOENT'];

export function createReceiver(deps: ReceiverDependencies): Receiver {
  const { store, temporary, limits } = deps;
  const most = limits.filesPerMessage || mostFiles;
  const fileBytes = limits.fileBytes || Number.POSITIVE_INFINITY;

  /** Asked before any of it is read, when the body tells its length, and of what came. */
  async function refuseTooMuch(sender: Sender, length: number): Promise<void> {
    if (length > most * (fileBytes + slackBytes))
      throw new ServiceError('TOO_LARGE', [`file: more than ${most} files of ${fileBytes} bytes`]);
    if (limits.stagedBytes > 0 && (await deps.stagedBytes(sender)) + length > limits.stagedBytes)
      throw new ServiceError('TOO_LARGE', [
        `file: send or remove what you have uploaded; at most ${limits.stagedBytes} bytes wait`,
      ]);
  }

  const parse = (request: IncomingMessage, { userId }: Sender): Promise<Express.Multer.File[]> => {
    const middleware = multer({
      storage: multer.diskStorage({
        destination: temporary,
        filename: (_request, _file, done) => done(null, randomUUID()),
      }),
      defParamCharset: 'utf8',
      // Names are made safe here; a file called .. would count as none.
      preservePath: true,
      fileFilter: (_request, _file, done) =>
        void deps.countFile(userId).then(
          () => done(null, true),
          (error: Error) => done(error),
        ),
      limits: { fileSize: fileBytes, files: most, parts: most + 20, fields: 20, fieldSize: 1024, fieldNameSize: 100 },
    }).array('file');
    // multer asks of Express's request and response no more than what Node's are.
    return new Promise((resolve, reject) =>
      middleware(request as never, {} as never, (error: unknown) =>
        error === undefined || error === null
          ? resolve((request as unknown as { files?: Express.Multer.File[] }).files ?? [])
          : reject(error),
      ),
    );
  };

  /** What cannot be removed now is left to the sweeper. */
  const drop = async (hubId: string, files: readonly StoredFile[]) => {
    for (const { id } of files) await removeBytes(store, hubId, id).catch(() => {});
  };

  return {
    drop,

    async receive(request, sender) {
      await refuseTooMuch(sender, Number(request.headers['content-length'] ?? 0));
      await mkdir(temporary, { recursive: true });
      let taken: Express.Multer.File[] = [];
      const stored: StoredFile[] = [];
      try {
        taken = await parse(request, sender);
        await refuseTooMuch(sender, sumOf(taken));
        const inspected: { file: StoredFile; path: string }[] = [];
        for (const file of taken) inspected.push({ file: await fileOf(file, limits.imagePixels), path: file.path });
        for (const { file, path } of inspected) {
          stored.push(file);
          await keep(store, sender.hubId, file, path);
        }
      } catch (error) {
        await drop(sender.hubId, stored);
        throw asAnswer(error, fileBytes, most);
      } finally {
        for (const { path } of taken) for (const left of [path, thumbnailOf(path)]) await rm(left, { force: true });
      }
      const { body = {} } = request as unknown as { body?: Record<string, unknown> };
      return { fields: { ...body }, files: stored };
    },
  };
}

const sumOf = (files: readonly Express.Multer.File[]): number => files.reduce((sum, file) => sum + file.size, 0);

const thumbnailOf = (path: string): string => `${path}.thumb`;

async function fileOf({ path, originalname, size }: Express.Multer.File, mostPixels: number): Promise<StoredFile> {
  const fileName = safeName(originalname);
  return {
    id: newId(),
    fileName,
    extension: extensionOf(fileName),
    filesize: size,
    ...(await inspect(path, thumbnailOf(path), mostPixels)),
  };
}

/** The thumbnail first: a file that is there has what it says. */
async function keep(store: ByteStore, hubId: string, { id, hasThumbnail }: StoredFile, path: string): Promise<void> {
  if (hasThumbnail) await store.put({ hubId, id, variant: 'thumb' }, thumbnailOf(path));
  await store.put({ hubId, id, variant: 'file' }, path);
}

/** What went wrong with a body, as the caller is told it: his fault, or the disk's. */
function asAnswer(error: unknown, fileBytes: number, most: number): unknown {
  if (error instanceof ServiceError) return error;
  const { code = '', message = '', syscall } = error as NodeJS.ErrnoException;
  if (error instanceof multer.MulterError) {
    const { field = 'file' } = error;
    if (error.code === 'LIMIT_FILE_SIZE')
      return new ServiceError('TOO_LARGE', [`file: one of more than ${fileBytes} bytes`]);
    if (error.code === 'LIMIT_FILE_COUNT')
      return new ServiceError('INVALID_INPUT', [`file: more than ${most} in one call`]);
    if (error.code === 'LIMIT_UNEXPECTED_FILE')
      return new ServiceError('INVALID_INPUT', [`${field}: files come in fields called file`]);
    return new ServiceError('INVALID_INPUT', [`body: ${error.message}`]);
  }
  if (syscall === undefined && !code.startsWith('ERR_')) return new ServiceError('INVALID_INPUT', [`body: ${message}`]);
  return diskTrouble.includes(code) ? new StorageFailed('the bytes cannot be stored', { cause: error }) : error;
}
