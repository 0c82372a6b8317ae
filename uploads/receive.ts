import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import multer from 'multer';
import { v7 as newId } from 'uuid';
import type { StoredFile } from '../acl/entities/file.ts';
import { ServiceError } from '../acl/language/errors.ts';
import { inspect } from './inspect.ts';
import { extensionOf, safeName } from './names.ts';
import { type ByteStore, removeBytes, StorageFailed } from './store.ts';
import { createUnderWay } from './running.ts';

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
  /**
   * Read a body of files into the store, in constant memory. All of them or none: what was taken before an error is removed. `begin` is
   * called once the sender may go on. Fails with TOO_LARGE, INVALID_INPUT, RATE_LIMITED, and StorageFailed where the disk does.
   */
  receive(request: IncomingMessage, sender: Sender, begin: () => void): Promise<Received>;
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

type Part = Express.Multer.File;

/** As many as a message can have when the limit is off. */
const mostFiles = 100;
/** What a form adds to a file. */
const slackBytes = 64 * 1024;

export function createReceiver(deps: ReceiverDependencies): Receiver {
  const { store, temporary, limits } = deps;
  const most = limits.filesPerMessage || mostFiles;
  const fileBytes = limits.fileBytes || Number.POSITIVE_INFINITY;
  const bodyBytes = most * (fileBytes + slackBytes);
  const stagedBytes = limits.stagedBytes || Number.POSITIVE_INFINITY;
  const underWay = createUnderWay();

  const storage = multer.diskStorage({
    destination: (_request, _file, done) => done(null, temporary),
    filename: (_request, _file, done) => done(null, randomUUID()),
  });

  const tooMuch = (): ServiceError =>
    new ServiceError('TOO_LARGE', [
      `file: at most ${most} files of ${fileBytes} bytes, and ${stagedBytes} bytes that wait to be sent`,
    ]);

  const tooLarge = (): ServiceError =>
    new ServiceError('TOO_LARGE', [`file: one of more than ${fileBytes} bytes`]);

  /** Read the parts into the temporary folder. The first thing that is wrong ends it: nothing more of the body is waited for. */
  function parse(
    request: IncomingMessage,
    { userId }: Sender,
    take: (bytes: number) => boolean,
  ): Promise<Form> {
    const body = new Transform({
      transform: (chunk: Buffer, _encoding, done) =>
        take(chunk.length) ? done(null, chunk) : done(tooMuch()),
    });
    const stop = (error: Error) => void body.destroy(error);
    let files = 0;
    const middleware = multer({
      storage: {
        _handleFile: (from, file, done) => {
          file.stream.once('limit', () => stop(tooLarge()));
          storage._handleFile(from, file, done);
        },
        _removeFile: (from, file, done) => storage._removeFile(from, file, done),
      },
      defParamCharset: 'utf8',
      // Names are made safe here; a file called .. would count as none.
      preservePath: true,
      fileFilter: (_request, { fieldname }, done) => {
        // Both: multer waits for the rest of the body, and a body that has ended already cannot be stopped.
        const refuse = (error: Error) => {
          done(error);
          stop(error);
        };
        files += 1;
        if (fieldname !== 'file')
          return refuse(bad(`${fieldname}: files come in fields called file`));
        if (files > most) return refuse(bad(`file: more than ${most} in one call`));
        deps.countFile(userId).then(() => done(null, true), refuse);
      },
      limits: { fileSize: fileBytes, fields: 20, fieldSize: 1024, fieldNameSize: 100 },
    }).any();

    return new Promise((resolve, reject) => {
      // Cut before anybody listened: nothing more would ever be heard of it.
      if (request.destroyed && !request.complete) return reject(bad('body: was cut short'));
      request.on('error', stop);
      request.once('close', () => void (request.complete || stop(bad('body: was cut short'))));
      // multer asks of a request no more than its headers and its bytes, and nothing of a response.
      const form: Form = Object.assign(request.pipe(body), { headers: request.headers });
      middleware(form as never, {} as never, (error: unknown) =>
        error === undefined || error === null
          ? resolve(form)
          : reject(isTooLarge(error) ? tooLarge() : asAnswer(error)),
      );
    });
  }

  /** What cannot be removed now is left to the sweeper. */
  const drop = async (hubId: string, files: readonly StoredFile[]) => {
    for (const { id } of files) await removeBytes(store, hubId, id).catch(() => {});
  };

  /** Inspect the parts and move them into the store. */
  async function keep(hubId: string, parts: readonly Part[]): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for (const part of parts) files.push(await fileOf(part, limits.imagePixels));
    try {
      for (const [index, { path }] of parts.entries()) {
        const { id, hasThumbnail } = files[index] as StoredFile;
        // The thumbnail first: a file that is there has what it says.
        if (hasThumbnail) await store.put({ hubId, id, variant: 'thumb' }, thumbnailOf(path));
        await store.put({ hubId, id, variant: 'file' }, path);
      }
    } catch (error) {
      await drop(hubId, files);
      throw error;
    }
    return files;
  }

  return {
    drop,

    async receive(request, sender, begin) {
      const length = Number(request.headers['content-length'] ?? 0);
      const upload = underWay.start(`${sender.hubId} ${sender.userId}`, length);
      let parts: Part[] = [];
      try {
        const staged = await deps.stagedBytes(sender);
        const fits = () =>
          upload.bytes() <= bodyBytes && staged + upload.bytesOfAll() <= stagedBytes;
        if (!fits()) throw tooMuch();
        await mkdir(temporary, { recursive: true });
        begin();
        const form = await parse(request, sender, (bytes) => {
          upload.count(bytes);
          return fits();
        });
        parts = form.files ?? [];
        return { fields: { ...form.body }, files: await keep(sender.hubId, parts) };
      } catch (error) {
        throw isDiskTrouble(error)
          ? new StorageFailed('the bytes cannot be stored', { cause: error })
          : error;
      } finally {
        upload.end();
        // Of a folder that is none, nothing is left either.
        for (const { path } of parts)
          for (const left of [path, thumbnailOf(path)])
            await rm(left, { force: true }).catch(() => {});
      }
    },
  };
}

/** What multer reads, and what it leaves on it. */
interface Form {
  headers: IncomingHttpHeaders;
  files?: Part[];
  body?: Record<string, unknown>;
}

const bad = (detail: string): ServiceError => new ServiceError('INVALID_INPUT', [detail]);

const thumbnailOf = (path: string): string => `${path}.thumb`;

async function fileOf({ path, originalname, size }: Part, mostPixels: number): Promise<StoredFile> {
  const fileName = safeName(originalname);
  return {
    id: newId(),
    fileName,
    extension: extensionOf(fileName),
    filesize: size,
    ...(await inspect(path, thumbnailOf(path), mostPixels)),
  };
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE';

/** What the parser found wrong with a body is the sender's fault; a fault of the disk is not. */
const asAnswer = (error: unknown): unknown =>
  error instanceof ServiceError || (error as NodeJS.ErrnoException).syscall !== undefined
    ? error
    : bad(`body: ${error instanceof Error ? error.message : String(error)}`);

/** A failed call of the system that is none of the network. */
const isDiskTrouble = (error: unknown): boolean => {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  return syscall !== undefined && !/^(ECONN|EPIPE|ETIMEDOUT)/.test(code);
};
