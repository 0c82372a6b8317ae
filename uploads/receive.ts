import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { v7 as newId } from 'uuid';
import type { StoredFile } from '../acl/entities/file.ts';
import { ServiceError } from '../acl/language/errors.ts';
import { maxIds } from '../acl/language/limits.ts';
import { type Decoding, inspect } from './inspect.ts';
import { type FormFile, parseForm } from './multipart.ts';
import { extensionOf, safeName } from './names.ts';
import { createRunningUploads } from './running.ts';
import { type ByteStore, removeBytes, StorageFailed } from './store.ts';

export interface Sender {
  hubId: string;
  userId: string;
}

/** What a multipart body contained. */
export interface Received {
  fields: Record<string, unknown>;
  files: StoredFile[];
}

export interface Receiver {
  /**
   * Reads a body of files into the store, in constant memory. On an error none of them stays.
   * `begin` is called once the sender may send the body. Fails with TOO_LARGE, INVALID_INPUT,
   * RATE_LIMITED, and with StorageFailed if the disk does.
   */
  receive(request: IncomingMessage, sender: Sender, begin: () => void): Promise<Received>;
  /** Removes received files that have no row. */
  drop(hubId: string, files: readonly StoredFile[]): Promise<void>;
}

export interface ReceiverDependencies {
  store: ByteStore;
  /** A folder for incomplete files, on the disk of the store. */
  temporary: string;
  /** Zero switches a limit off. */
  limits: { fileBytes: number; filesPerMessage: number; stagedBytes: number; imagePixels: number };
  /** Counts a file of the user; rejects if there are too many. */
  countFile: (userId: string) => Promise<void>;
  /** Runs once the sender may send another body; rejects if too many of theirs wait. */
  inTurn: <T>(sender: Sender, work: () => Promise<T>) => Promise<T>;
  /** How the sender's pictures are decoded. */
  decodingFor: (sender: Sender) => Omit<Decoding, 'maxPixels'>;
  /** Bytes of the sender's staged files. */
  stagedBytes: (sender: Sender) => Promise<number>;
}

/** What the headers of one part of a form may take. */
const partOverheadBytes = 64 * 1024;

export function createReceiver(deps: ReceiverDependencies): Receiver {
  const { store, temporary, limits } = deps;
  const maxFiles = limits.filesPerMessage || maxIds;
  const maxFileBytes = limits.fileBytes || Number.POSITIVE_INFINITY;
  const maxBodyBytes = maxFiles * (maxFileBytes + partOverheadBytes);
  const maxStagedBytes = limits.stagedBytes || Number.POSITIVE_INFINITY;
  const running = createRunningUploads();

  const tooLarge = (): ServiceError =>
    new ServiceError('TOO_LARGE', [
      `file: at most ${maxFiles} files of ${maxFileBytes} bytes each, ` +
        `and ${maxStagedBytes} bytes of files that are not sent yet`,
    ]);

  async function receive(
    request: IncomingMessage,
    sender: Sender,
    begin: () => void,
  ): Promise<Received> {
    const announced = Number(request.headers['content-length'] ?? 0);
    const upload = running.start(`${sender.hubId} ${sender.userId}`, announced);
    let files: readonly FormFile[] = [];
    try {
      const staged = await deps.stagedBytes(sender);
      const checkSize = () => {
        if (upload.bytes() > maxBodyBytes || staged + upload.bytesOfSender() > maxStagedBytes)
          throw tooLarge();
      };
      checkSize();
      await mkdir(temporary, { recursive: true, mode: 0o700 });
      begin();
      const form = await parseForm(request, {
        folder: temporary,
        maxFiles,
        maxFileBytes,
        onFile: () => deps.countFile(sender.userId),
        onBytes(bytes) {
          upload.count(bytes);
          checkSize();
        },
      });
      files = form.files;
      const decoding = { ...deps.decodingFor(sender), maxPixels: limits.imagePixels };
      const stored = await storeFiles(store, sender.hubId, files, decoding);
      return { fields: form.fields, files: stored };
    } catch (error) {
      throw isDiskError(error)
        ? new StorageFailed('the bytes cannot be stored', { cause: error })
        : error;
    } finally {
      upload.end();
      await removeTemporary(files);
    }
  }

  return {
    drop: (hubId, files) => removeFiles(store, hubId, files),
    receive: (request, sender, begin) => deps.inTurn(sender, () => receive(request, sender, begin)),
  };
}

/** Inspects files and moves them into the store: all of them or none. */
async function storeFiles(
  store: ByteStore,
  hubId: string,
  received: readonly FormFile[],
  decoding: Decoding,
): Promise<StoredFile[]> {
  const inspected: { path: string; file: StoredFile }[] = [];
  for (const { path, name, bytes } of received) {
    const fileName = safeName(name);
    const file: StoredFile = {
      id: newId(),
      fileName,
      extension: extensionOf(fileName),
      filesize: bytes,
      ...(await inspect(path, thumbnailOf(path), decoding)),
    };
    inspected.push({ path, file });
  }
  const files = inspected.map(({ file }) => file);
  try {
    for (const { path, file } of inspected) {
      const { id, hasThumbnail } = file;
      // The thumbnail is stored first, so that a stored file always has the one that it states.
      if (hasThumbnail) await store.put({ hubId, id, variant: 'thumb' }, thumbnailOf(path));
      await store.put({ hubId, id, variant: 'file' }, path);
    }
    return files;
  } catch (error) {
    await removeFiles(store, hubId, files);
    throw error;
  }
}

/** Files that cannot be removed now are left to the sweeper. */
async function removeFiles(
  store: ByteStore,
  hubId: string,
  files: readonly StoredFile[],
): Promise<void> {
  for (const { id } of files) await removeBytes(store, hubId, id).catch(() => {});
}

async function removeTemporary(files: readonly FormFile[]): Promise<void> {
  for (const { path } of files)
    for (const left of [path, thumbnailOf(path)]) await rm(left, { force: true }).catch(() => {});
}

const thumbnailOf = (path: string): string => `${path}.thumb`;

/** Whether a system call failed, other than one of the network. */
function isDiskError(error: unknown): boolean {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  return syscall !== undefined && !/^(ECONN|EPIPE|ETIMEDOUT)/.test(code);
}
