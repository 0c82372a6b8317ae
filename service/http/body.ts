import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip as unpack } from 'node:zlib';
import { maxLevels, refuseDeep } from '../../acl/language/depth.ts';
import { ServiceError } from '../../acl/language/errors.ts';
import { parseJson, UnreadableJson } from '../../acl/language/json.ts';
import type { Received, Receiver, Sender } from '../../uploads/receive.ts';
import { createSlowBodies } from './slow-bodies.ts';

/** Of a body that is not made of files. */
export const maxBodyBytes = 1024 * 1024;

/** A client that sends nothing of its files for this long is cut. */
const idleMs = 60_000;
/** Bodies that are kept in memory. */
const slowBodies = createSlowBodies({ idleMs: 10_000, totalMs: 60_000, everyMs: 500 });

/** A body of files that may be read. */
export interface FilesBody {
  request: IncomingMessage;
  /** Called before the body is read: tells a client that waits (100-continue) to send it. */
  begin(): void;
}

/** A body that may be read into memory. */
export interface Body extends FilesBody {
  /**
   * Reserves bytes among those that the caller, or the address of an unknown one, may have under
   * way, and returns how to release them. Fails with RATE_LIMITED if there is no room.
   */
  reserve(bytes: number): () => void;
  /**
   * Charges the caller for the bytes, and resolves once it is their turn to have them parsed.
   * Fails with RATE_LIMITED.
   */
  received(bytes: number): Promise<void>;
}

const nothing = Buffer.alloc(0);
const isJson = (type: string): boolean => /^application\/json\s*(;|$)/i.test(type);
const typeOf = (request: IncomingMessage): string => request.headers['content-type'] ?? '';

const unsupported = (detail: string) => new ServiceError('UNSUPPORTED_TYPE', [detail]);

const encodingOf = ({ headers }: IncomingMessage): string =>
  (headers['content-encoding'] ?? 'identity').toLowerCase();

const compressedError = (request: IncomingMessage): ServiceError | undefined =>
  encodingOf(request) === 'identity'
    ? undefined
    : unsupported('Content-Encoding: compressed bodies are not accepted');

const isEmpty = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) === 0 && headers['transfer-encoding'] === undefined;

/**
 * Returns the bytes of a body, none without one. Fails with TOO_LARGE for more than `limit` bytes,
 * with UNSUPPORTED_TYPE for a compressed body.
 */
export const readBytes = (body: Body, limit: number): Promise<Buffer> =>
  readUnless(compressedError(body.request), body, limit);

/**
 * Reads a body, or fails with the error that its headers caused. A body in chunks turns out to be
 * none only when it ends; none is neither compressed nor of a wrong type.
 */
async function readUnless(
  refusal: ServiceError | undefined,
  body: Body,
  limit: number,
): Promise<Buffer> {
  const { request } = body;
  if (isEmpty(request)) return nothing;
  if (!refusal) return readRaw(body, limit, async (bytes) => bytes);
  if (request.headers['content-length'] !== undefined) throw refusal;
  body.begin();
  return receive(request, 0, refusal);
}

/** Holds the reservation of the body until it is unpacked and may be parsed. */
async function readRaw(
  body: Body,
  limit: number,
  unpacked: (bytes: Buffer) => Promise<Buffer>,
): Promise<Buffer> {
  const { request } = body;
  const { 'content-length': length } = request.headers;
  if (Number(length ?? 0) > limit) throw tooLarge(limit);
  // The whole limit is reserved for a body that does not name its length.
  const release = body.reserve(length === undefined ? limit : Number(length));
  try {
    body.begin();
    const bytes = await unpacked(await receive(request, limit));
    await body.received(bytes.length);
    return bytes;
  } finally {
    release();
  }
}

/**
 * Receives at most so many bytes of a client that is neither silent nor slow for long. Its
 * listeners have no names, which tsx would set for each body.
 */
function receive(request: IncomingMessage, limit: number, refusal?: ServiceError): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) return reject(endedEarly());
    const chunks: Buffer[] = [];
    let length = 0;
    let isDone = false;
    const watch = slowBodies.watch(request);
    request
      .on('data', (chunk: Buffer) => {
        if (isDone) return;
        watch.received();
        length += chunk.length;
        if (length <= limit) return void chunks.push(chunk);
        isDone = true;
        watch.stop();
        request.pause();
        reject(refusal ?? tooLarge(limit));
      })
      .once('end', () => {
        if (isDone) return;
        isDone = true;
        watch.stop();
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length));
      })
      // It closes then.
      .on('error', () => {})
      .once('close', () => {
        watch.stop();
        if (!isDone) reject(endedEarly());
        isDone = true;
      });
  });
}

const endedEarly = () => new ServiceError('INVALID_INPUT', ['body: ended early']);
const tooLarge = (limit: number) =>
  new ServiceError('TOO_LARGE', [`body: more than ${limit} bytes`]);

const gunzip = promisify<Buffer, { maxOutputLength: number }, Buffer>(unpack);

/** Like readBytes, but unpacks gzip; the limit also holds for the unpacked bytes. */
export async function readPacked(body: Body, limit: number): Promise<Buffer> {
  if (isEmpty(body.request) || encodingOf(body.request) !== 'gzip')
    return readUnless(compressedError(body.request), body, limit);
  return readRaw(body, limit, async (bytes) => {
    if (bytes.length === 0) return bytes;
    return gunzip(bytes, { maxOutputLength: limit }).catch((error: { code?: string }) => {
      throw error.code === 'ERR_BUFFER_TOO_LARGE'
        ? tooLarge(limit)
        : new ServiceError('INVALID_INPUT', ['body: is not valid gzip']);
    });
  });
}

/**
 * Returns the bytes of a JSON body, none without one. Fails like readBytes, with UNSUPPORTED_TYPE
 * also for another content type.
 */
export function readJsonBytes(body: Body, limit: number): Promise<Buffer> {
  const type = typeOf(body.request);
  const refusal = isJson(type)
    ? compressedError(body.request)
    : unsupported(`Content-Type: is ${type || 'missing'}; must be application/json`);
  return readUnless(refusal, body, limit);
}

/** Returns the parameters in a JSON body, none without one. Fails like readJsonBytes. */
export async function readJson(body: Body, limit: number): Promise<Record<string, unknown>> {
  const bytes = await readJsonBytes(body, limit);
  return bytes.length === 0 ? {} : parseObject(bytes);
}

function parseObject(body: Buffer, levels = maxLevels): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(body, levels);
  } catch (error) {
    if (!(error instanceof UnreadableJson)) throw error;
    // It is parsed nevertheless, so that the error can name the parameters.
    if (error.reason === 'deep') return parseObject(body, Number.POSITIVE_INFINITY);
    throw new ServiceError('INVALID_INPUT', [`body: ${error.message}`]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ServiceError('INVALID_INPUT', ['body: must be a JSON object']);
  const params = value as Record<string, unknown>;
  if (levels > maxLevels) refuseDeep(params);
  return params;
}

/** Reads a multipart body into the store, and returns its fields and files. */
export async function readFiles(
  { request, begin }: FilesBody,
  receiver: Receiver,
  sender: Sender,
): Promise<Received> {
  const type = typeOf(request);
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw unsupported(`Content-Type: is ${type || 'missing'}; must be multipart/form-data`);
  const compressed = compressedError(request);
  if (compressed) throw compressed;
  const cut = () => void request.destroy();
  request.setTimeout(idleMs, cut);
  const stopWatching = () => {
    request.setTimeout(0);
    request.removeListener('timeout', cut);
  };
  // The limit is for the client only: what is done with the files may take longer.
  request.once('end', stopWatching);
  return receiver.receive(request, sender, begin).finally(stopWatching);
}
