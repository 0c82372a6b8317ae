import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import multer, { type StorageEngine } from 'multer';
import { ServiceError } from '../acl/language/errors.ts';

/** A multipart body, its files stored in a local folder. */
export interface Form {
  fields: Record<string, unknown>;
  files: readonly FormFile[];
}

export interface FormFile {
  path: string;
  /** The file's name as the client sent it. */
  name: string;
  bytes: number;
}

export interface FormOptions {
  folder: string;
  maxFiles: number;
  maxFileBytes: number;
  /** Called with the size of each chunk; it throws to end the upload. */
  onBytes: (bytes: number) => void;
  /** Called before each file; it rejects to end the upload. */
  onFile: () => Promise<void>;
}

/** What multer reads of a request, and what it sets on it. */
interface ParsedRequest {
  headers: IncomingHttpHeaders;
  files?: Express.Multer.File[];
  body?: Record<string, unknown>;
}

type Parse = (request: ParsedRequest, response: object, done: (error?: unknown) => void) => void;

type Stop = (error: Error) => void;

/**
 * Reads a multipart body in constant memory. The first error ends it, without waiting for the rest
 * of the body, and removes the files stored so far. Rejects with what `onBytes` and `onFile` throw,
 * with TOO_LARGE and INVALID_INPUT, and with errors of the file system.
 */
export function parseForm(request: IncomingMessage, options: FormOptions): Promise<Form> {
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        options.onBytes(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const stop: Stop = (error) => void body.destroy(error);
  const parse = createParser(options, stop);

  return new Promise((resolve, reject) => {
    // A request that is cut already emits no more events. It may have arrived whole, but what of it
    // was not read by then is lost.
    if (request.destroyed) return reject(endedEarly());
    request.on('error', stop);
    request.once('close', () => void (request.readableEnded || stop(endedEarly())));
    const parsed: ParsedRequest = Object.assign(request.pipe(body), { headers: request.headers });
    parse(parsed, {}, (error) => {
      if (error) return reject(refusalOf(error, options.maxFileBytes));
      const { body: fields = {}, files = [] } = parsed;
      resolve({ fields: { ...fields }, files: files.map(fileOf) });
    });
  });
}

function createParser({ folder, maxFiles, maxFileBytes, onFile }: FormOptions, stop: Stop): Parse {
  let files = 0;
  const parser = multer({
    storage: createStorage(folder, () => stop(fileTooLarge(maxFileBytes))),
    defParamCharset: 'utf8',
    // multer would drop a file called `..`; names are made safe when the file is stored.
    preservePath: true,
    fileFilter: (_request, { fieldname }, done) => {
      // Both are needed: after `done` alone multer waits for the rest of the body, and a body that
      // has ended cannot be stopped.
      const refuse = (error: Error) => {
        done(error);
        stop(error);
      };
      files += 1;
      if (fieldname !== 'file')
        return refuse(invalid(`${fieldname}: files must be sent in fields named file`));
      if (files > maxFiles) return refuse(invalid(`file: at most ${maxFiles} in one call`));
      onFile().then(() => done(null, true), refuse);
    },
    limits: { fileSize: maxFileBytes, fields: 20, fieldSize: 1024, fieldNameSize: 100 },
  });
  // multer's types ask for Express, but it reads no more of a request than this, and no response.
  return parser.any() as Parse;
}

/** Stores files under random names. `onTooLarge` is called as soon as a file exceeds its limit. */
function createStorage(folder: string, onTooLarge: () => void): StorageEngine {
  const disk = multer.diskStorage({
    destination: (_request, _file, done) => done(null, folder),
    filename: (_request, _file, done) => done(null, randomUUID()),
  });
  return {
    _handleFile(request, file, done) {
      file.stream.once('limit', onTooLarge);
      disk._handleFile(request, file, done);
    },
    _removeFile: (request, file, done) => disk._removeFile(request, file, done),
  };
}

const fileOf = ({ path, originalname, size }: Express.Multer.File): FormFile => ({
  path,
  name: originalname,
  bytes: size,
});

/** Errors of the parser are faults of the body; those of the file system are returned unchanged. */
function refusalOf(error: unknown, maxFileBytes: number): unknown {
  if (error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE')
    return fileTooLarge(maxFileBytes);
  if (error instanceof ServiceError || (error as NodeJS.ErrnoException).syscall !== undefined)
    return error;
  return invalid(`body: ${error instanceof Error ? error.message : String(error)}`);
}

const invalid = (detail: string): ServiceError => new ServiceError('INVALID_INPUT', [detail]);

const endedEarly = (): ServiceError => invalid('body: ended early');

const fileTooLarge = (maxBytes: number): ServiceError =>
  new ServiceError('TOO_LARGE', [`file: at most ${maxBytes} bytes each`]);
